"""The page of one's devices: subscribing, the secret shown once, trying, switching off; strangers' are not found."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client, override_settings
from outer_world import LOCAL, Receiver, receiving
from people import Firm

from otdel.core.models import Event
from otdel.notifications.models import Address

Signed = Callable[[str], Client]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver, override_settings(OUTSIDE=LOCAL):
        yield receiver


def browser_of(receiver: Receiver, path: str = "/push/1") -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    text = {"p256dh": point, "auth": b"0" * 16}
    return {"endpoint": receiver.url + path, "title": "Phone"} | {
        name: base64.urlsafe_b64encode(raw).decode() for name, raw in text.items()
    }


def said(answer: Any) -> str:
    return str(answer.content.decode())


def toast(client: Client) -> str:
    return said(client.get("/me/devices/"))


def test_nothing_is_offered_until_the_administrator_lets_it(signed: Signed, firm: Firm) -> None:
    page = said(signed("anna").get("/me/devices/"))
    assert "OTDEL_OUTSIDE=push" in page
    assert "messenger-url" not in page
    answer = signed("anna").post("/me/devices/webhook/", {"url": "https://93.184.215.14/"})
    assert answer.status_code == 422
    assert not Address.objects.exists()


def test_a_browser_subscribes_and_is_tried(signed: Signed, firm: Firm, receiver: Receiver) -> None:
    anna = signed("anna")
    assert anna.post("/me/devices/push/", browser_of(receiver)).status_code == 302
    anna.post("/me/devices/push/", browser_of(receiver))  # again: the same address, new keys
    kept = Address.objects.get()
    assert (kept.person_id, kept.channel, kept.title) == (firm.anna.pk, "push", "Phone")

    receiver.answer(201)
    anna.post(f"/me/devices/{kept.pk}/test/")
    assert "Accepted by the other side: 201" in toast(anna)
    assert receiver.take().headers["content-encoding"] == "aes128gcm"

    receiver.answer(410, "unsubscribed")
    anna.post(f"/me/devices/{kept.pk}/test/")
    kept.refresh_from_db()
    assert not kept.is_on
    assert "410 unsubscribed" in kept.last_error
    assert "410 unsubscribed" in toast(anna)


def test_who_signs_in_next_in_the_same_browser_takes_it_over(signed: Signed, firm: Firm, receiver: Receiver) -> None:
    signed("anna").post("/me/devices/push/", browser_of(receiver))
    signed("vera").post("/me/devices/push/", browser_of(receiver))
    assert Address.objects.get().person_id == firm.vera.pk


def test_the_secret_of_a_webhook_is_shown_once(signed: Signed, firm: Firm, receiver: Receiver) -> None:
    anna = signed("anna")
    answer = anna.post("/me/devices/webhook/", {"url": f"{receiver.url}/in", "title": "Robot"})
    assert "whsec_" in said(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "whsec_" not in toast(anna)
    kept = Address.objects.get()
    assert "/in" not in json.dumps(kept.data)
    assert "whsec_" not in json.dumps(list(Event.objects.values_list("data", flat=True)))

    receiver.answer(500, "out of order")
    anna.post(f"/me/devices/{kept.pk}/test/")
    page = toast(anna)
    assert "Not sent: 500 out of order" in page
    assert "fails" in page
    anna.post(f"/me/devices/{kept.pk}/test/")
    kept.refresh_from_db()
    assert (kept.is_on, kept.last_error) == (True, "")


@pytest.mark.parametrize(
    "url", ["", "x", "https://10.0.0.1/", "http://[::1]/", "javascript:alert(1)", "https://" + "x" * 3000]
)
@pytest.mark.parametrize("name", ["webhook", "messenger"])
def test_addresses_that_are_refused_are_shown_again(
    signed: Signed, firm: Firm, receiver: Receiver, name: str, url: str
) -> None:
    answer = signed("anna").post(f"/me/devices/{name}/", {"url": url})
    assert answer.status_code == 422
    assert 'role="' in said(answer)
    assert not Address.objects.exists()


def test_renamed_switched_off_and_removed(signed: Signed, firm: Firm, receiver: Receiver) -> None:
    anna = signed("anna")
    anna.post("/me/devices/push/", browser_of(receiver))
    kept = Address.objects.get()
    anna.post(f"/me/devices/{kept.pk}/rename/", {"title": "<b>My</b> phone"})
    assert "&lt;b&gt;My&lt;/b&gt; phone" in toast(anna)
    assert anna.post(f"/me/devices/{kept.pk}/rename/", {"title": " "}).status_code == 422
    anna.post(f"/me/devices/{kept.pk}/switch/", {"on": "no"})
    assert not Address.objects.get().is_on
    anna.post(f"/me/devices/{kept.pk}/switch/", {"on": "yes"})
    assert Address.objects.get().is_on
    for path in ("test", "rename", "switch", "remove"):
        assert signed("boris").post(f"/me/devices/{kept.pk}/{path}/", {"title": "x"}).status_code == 404
    signed("anna").post(f"/me/devices/{kept.pk}/remove/")
    assert not Address.objects.exists()
    kinds = set(Event.objects.filter(kind__startswith="address.").values_list("kind", flat=True))
    assert kinds == {"address.kept", "address.renamed", "address.switched", "address.removed"}


def test_the_page_costs_the_same_however_many_there_are(
    signed: Signed, firm: Firm, receiver: Receiver, django_assert_max_num_queries: Any
) -> None:
    anna = signed("anna")
    for number in range(10):
        anna.post("/me/devices/push/", browser_of(receiver, f"/push/{number}"))
    toast(anna)
    with django_assert_max_num_queries(4):  # session, person, departments, addresses
        anna.get("/me/devices/")
