"""Webhooks to a receiver that agrees, fails, hangs and recovers; and calls that must never be made."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from django.utils import translation
from outer_world import LOCAL, Got, Receiver, outgoing, receiving

from otdel.core import outside
from otdel.host.environment import Outside
from otdel.notifications import hooks
from otdel.notifications.channels import Refused, Sent
from otdel.notifications.models import Address

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver, override_settings(OUTSIDE=LOCAL), translation.override("en"):
        yield receiver


def address(url: str) -> Address:
    return Address(channel="webhook", data=hooks.address_data(url, SECRET))


def is_genuine(got: Got, secret: str = SECRET) -> bool:
    """As standardwebhooks.com tells receivers to check."""
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    good = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(got.headers["webhook-timestamp"])) < 300
    return fresh and hmac.compare_digest(got.headers["webhook-signature"], f"v1,{good}")


def test_what_is_sent_is_signed(receiver: Receiver) -> None:
    said = hooks.send(
        outgoing("Overdue: call Lutik", "Overdue: send the offer", unread=2), address(f"{receiver.url}/in")
    )

    assert said == Sent("200", delivered=True)
    got = receiver.take()
    assert is_genuine(got)
    assert not is_genuine(got, hooks.new_secret())
    told = json.loads(got.body)
    assert [each["text"] for each in told["notices"]] == ["Overdue: call Lutik", "Overdue: send the offer"]
    assert (told["unread"], told["person"]["id"], told["type"]) == (2, 7, "notices")
    got.body += b" "
    assert not is_genuine(got)


def test_it_fails_hangs_and_recovers(receiver: Receiver) -> None:
    kept, out = address(f"{receiver.url}/in"), outgoing("One", is_test=True)
    receiver.answer(500, "out of order")
    said = hooks.send(out, kept)
    assert said == Refused("500 out of order")

    receiver.hangs = 60.0  # a header every tenth of a second, for ever
    began = time.monotonic()
    said = hooks.send(out, kept)
    assert isinstance(said, Refused)
    assert "no answer in 5 s" in said.reason
    assert not said.final
    assert time.monotonic() - began < 8

    receiver.hangs = 0
    assert isinstance(hooks.send(out, kept), Sent)
    numbers = {receiver.take().headers["webhook-id"] for _attempt in range(3)}
    assert len(numbers) == 1  # the receiver recognises a second copy


@pytest.mark.parametrize(
    ("status", "final", "gone"), [(410, False, True), (404, False, False), (302, True, False), (307, True, False)]
)
def test_other_answers(receiver: Receiver, status: int, final: bool, gone: bool) -> None:
    receiver.answer(status, Location=f"{receiver.url}/elsewhere")
    said = hooks.send(outgoing("One"), address(f"{receiver.url}/in"))
    assert isinstance(said, Refused)
    assert (said.final, said.gone) == (final, gone)
    receiver.take()
    assert receiver.got.empty()  # not followed


def test_nothing_listens(receiver: Receiver) -> None:
    kept = address(f"{receiver.url}/in")
    receiver.stop()
    said = hooks.send(outgoing("One"), kept)
    assert isinstance(said, Refused)
    assert not said.final


def test_secrets_are_sealed(receiver: Receiver) -> None:
    kept = address(f"{receiver.url}/token-in-the-address")
    assert "token-in-the-address" not in json.dumps(kept.data)
    assert SECRET not in json.dumps(kept.data)
    with override_settings(SECRET_KEY="y" * 50):
        said = hooks.send(outgoing("One"), kept)
    assert isinstance(said, Refused)
    assert said.gone


PUBLIC = Outside(public=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "https://127.0.0.1/", "https://localhost/", "https://10.1.2.3/", "https://192.168.0.1/",
        "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://0.0.0.0/",
        "https://[::1]/", "https://[fe80::1]/", "https://[fc00::1]/", "https://[::ffff:10.0.0.1]/", "https://224.0.0.1/",
        "https://[2002:0a00:0001::]/",
        "https://2130706433/", "https://0x7f.1/", "https://127.1/",
        "https://255.255.255.255/",
        "http://93.184.215.14/", "ftp://93.184.215.14/", "https://user:word@93.184.215.14/",
        "https://", "", "x", "//x/",
        "https://[::1", "https://93.184.215.14:99999/", "https://93.184.215.14/\r\nX: y",
    ],
)  # fmt: skip
def test_never_called(url: str) -> None:
    with override_settings(OUTSIDE=PUBLIC):
        with pytest.raises(outside.NotLet):
            outside.check(url)
        with pytest.raises(outside.NotLet):
            outside.post(url, b"", {}, seconds=1)


def test_a_public_address_is_called_only_when_let() -> None:
    for rules, let in ((Outside(), False), (Outside(push=True), False), (PUBLIC, True)):
        with override_settings(OUTSIDE=rules):
            if let:
                outside.check("https://93.184.215.14/x")
            else:
                with pytest.raises(outside.NotLet):
                    outside.check("https://93.184.215.14/x")
                assert not hooks.works()


def names(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Answer the n-th question for a name with the n-th address, and the last one again."""
    asked: list[str] = []

    def answer(host: str, port: Any, *_args: Any, **_options: Any) -> Any:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        family = socket.AF_INET6 if ":" in found else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (found, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def test_a_name_is_resolved_once_and_that_address_called(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that means another address at the second question gains nothing."""
    port = receiver.server_address[1]
    with override_settings(OUTSIDE=Outside(public=True, names=("hook.example",))):
        asked = names(monkeypatch, "127.0.0.1", "10.0.0.1")
        assert outside.post(f"http://hook.example:{port}/in", b"{}", {}).status == 200
        assert asked == ["hook.example"]
        assert receiver.take().headers["host"] == f"hook.example:{port}"
    with override_settings(OUTSIDE=PUBLIC):
        names(monkeypatch, "10.0.0.1")
        with pytest.raises(outside.NotLet):
            outside.post("https://rebound.example/", b"", {})


def test_push_lets_only_push_services_be_called(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "93.184.215.14")
    with override_settings(OUTSIDE=Outside(push=True)):
        for host in ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com"):
            outside.check(f"https://{host}/x")
        for host in ("example.com", "fcm.googleapis.com.example.com", "evilpush.apple.com"):
            with pytest.raises(outside.NotLet):
                outside.check(f"https://{host}/x")
    names(monkeypatch, "10.0.0.1")
    with override_settings(OUTSIDE=Outside(push=True)), pytest.raises(outside.NotLet):
        outside.check("https://fcm.googleapis.com/x")


def test_a_network_the_administrator_named(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, "10.7.0.5")
    with override_settings(OUTSIDE=Outside(networks=(ipaddress.ip_network("10.7.0.0/16"),))):
        outside.check("http://inner.example/x")
    other = Outside(networks=(ipaddress.ip_network("10.8.0.0/16"),))
    with override_settings(OUTSIDE=other), pytest.raises(outside.NotLet):
        outside.check("http://inner.example/x")
