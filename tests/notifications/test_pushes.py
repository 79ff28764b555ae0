"""Web push against a push service of our own: what comes is decrypted as a browser does, and the sender verified."""

from __future__ import annotations

import base64
import json
import struct
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.test import override_settings
from outer_world import LOCAL, Got, Receiver, outgoing, receiving
from people import NOW, make_firm

from otdel.core.errors import Invalid
from otdel.host.environment import Outside
from otdel.notifications import pushes
from otdel.notifications.channels import Refused, Sent
from otdel.notifications.models import Address

P256 = ec.SECP256R1()


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(given: str) -> bytes:
    return base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))


class Browser:
    """The receiving side, written from RFC 8291 and 8188 apart from the sending one."""

    def __init__(self, endpoint: str) -> None:
        self.key = ec.generate_private_key(P256)
        self.auth = b"0123456789abcdef"
        self.public = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.given = {"endpoint": endpoint, "keys": {"p256dh": text(self.public), "auth": text(self.auth)}}

    def read(self, body: bytes) -> Any:
        salt, size, length = body[:16], struct.unpack("!I", body[16:20])[0], body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert size == 4096
        assert len(record) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(P256, sender))
        secret = self._derive(shared, self.auth, b"WebPush: info\0" + self.public + sender, 32)
        key = self._derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = self._derive(secret, salt, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        assert padded[-1:] == b"\x02"  # the last record
        return json.loads(padded[:-1])

    @staticmethod
    def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
        return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def verify(got: Got, audience: str) -> dict[str, Any]:
    """Check the token as a push service does (RFC 8292) and return what it claims."""
    scheme, _space, rest = got.headers["authorization"].partition(" ")
    assert scheme == "vapid"
    parts = dict(each.strip().split("=", 1) for each in rest.split(","))
    assert parts["k"] == pushes.public_key()
    head, claims, signed = parts["t"].split(".")
    assert json.loads(raw(head)) == {"typ": "JWT", "alg": "ES256"}
    r, s = (int.from_bytes(half, "big") for half in (raw(signed)[:32], raw(signed)[32:]))
    key = ec.EllipticCurvePublicKey.from_encoded_point(P256, raw(parts["k"]))
    key.verify(utils.encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    found: dict[str, Any] = json.loads(raw(claims))
    assert found["aud"] == audience
    assert time.time() < int(found["exp"]) < time.time() + 24 * 3600
    assert found["sub"].startswith(("mailto:", "https://"))
    return found


@pytest.fixture
def service() -> Iterator[Receiver]:
    with receiving() as receiver, override_settings(OUTSIDE=LOCAL):
        yield receiver


@pytest.fixture
def device(service: Receiver) -> Browser:
    return Browser(f"{service.url}/push/abc")


def address(device: Browser) -> Address:
    return Address(channel="push", data=pushes.subscription(device.given))


def test_the_example_of_the_rfc() -> None:
    """RFC 8291, section 5 and appendix A."""
    ours = ec.derive_private_key(int.from_bytes(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), P256)
    point = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    body = pushes.encrypt(
        b"When I grow up, I want to be a watermelon",
        ec.EllipticCurvePublicKey.from_encoded_point(P256, raw(point)),
        raw("BTBZMqHH6r4Tts7J_aSIgg"),
        ours=ours,
        salt=raw("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert text(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A"
        "_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_browser_reads_what_was_said_and_the_service_knows_us(service: Receiver, device: Browser) -> None:
    service.answer(201)
    out = outgoing("Просрочено: перезвонить Ромашке", unread=3)

    assert pushes.send(out, address(device)) == Sent("201")

    got = service.take()
    assert got.path == "/push/abc"
    said = device.read(got.body)
    assert said == {
        "title": out.title, "body": "Просрочено: перезвонить Ромашке", "url": out.url, "tag": out.key,
        "unread": 3, "lang": "ru",
    }  # fmt: skip
    verify(got, service.url)
    assert got.headers["content-encoding"] == "aes128gcm"
    assert int(got.headers["ttl"]) == 24 * 3600
    assert got.headers["urgency"] == "high"
    assert len(got.headers["topic"]) <= 32
    assert "Ромашке".encode() not in got.body


def test_a_second_attempt_replaces_the_first_and_is_encrypted_anew(service: Receiver, device: Browser) -> None:
    for attempt in (1, 2):
        service.answer(201)
        pushes.send(replace(outgoing("One"), attempt=attempt), address(device))
    first, second = service.take(), service.take()
    assert first.headers["topic"] == second.headers["topic"]
    assert first.body != second.body


def test_a_forged_token_would_not_pass(service: Receiver, device: Browser) -> None:
    service.answer(201)
    pushes.send(outgoing("One"), address(device))
    got = service.take()
    head, sign = got.headers["authorization"].split(".", 1)
    forged = text(json.dumps({"aud": service.url, "exp": "9999999999", "sub": "mailto:x@x"}).encode())
    got.headers["authorization"] = f"{head}.{forged}.{sign.partition('.')[2]}"
    with pytest.raises(InvalidSignature):
        verify(got, service.url)


def test_many_notices_fit_into_one_record(service: Receiver, device: Browser) -> None:
    service.answer(201)
    pushes.send(outgoing(*(f"Просрочено: дело номер {number} " + "щ" * 120 for number in range(60))), address(device))
    said = device.read(service.take().body)
    lines = said["body"].splitlines()
    assert lines[0].startswith("Просрочено: дело номер 0")
    assert len(lines) > 5
    assert str(60 - len(lines) + 1) in lines[-1]


@pytest.mark.parametrize(
    ("status", "final", "gone"),
    [(404, False, True), (410, False, True), (400, True, False), (403, True, False), (413, True, False)]
    + [(429, False, False), (500, False, False), (503, False, False), (301, True, False)],
)
def test_what_the_service_refuses(service: Receiver, device: Browser, status: int, final: bool, gone: bool) -> None:
    service.answer(status, "reason here")
    said = pushes.send(outgoing("One"), address(device))
    assert isinstance(said, Refused)
    assert (said.final, said.gone) == (final, gone)
    assert str(status) in said.reason
    assert "reason here" in said.reason


def test_a_service_that_is_away_is_tried_again(service: Receiver, device: Browser) -> None:
    kept = address(device)
    service.stop()
    said = pushes.send(outgoing("One"), kept)
    assert isinstance(said, Refused)
    assert not said.final


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "http://10.0.0.7/push"},
        {"endpoint": "https://169.254.169.254/latest/meta-data"},
        {"endpoint": "file:///etc/passwd"},
        {"endpoint": ""},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {}},
        {"keys": None},
    ],
)
def test_no_browser_gives_such_a_subscription(device: Browser, change: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        pushes.subscription(device.given | change)


def test_off_until_the_administrator_lets_push_services_be_called(device: Browser) -> None:
    kept = address(device)
    with override_settings(OUTSIDE=Outside()):
        assert not pushes.works()
        said = pushes.send(outgoing("One"), kept)
    assert isinstance(said, Refused)
    assert said.final
    with override_settings(OUTSIDE=Outside(push=True)):
        assert pushes.works()


def test_our_key_is_the_installations_own() -> None:
    first = pushes.public_key()
    assert len(raw(first)) == 65
    assert pushes.public_key() == first
    pushes._key.cache_clear()
    with override_settings(SECRET_KEY="x" * 50):
        assert pushes.public_key() != first
    pushes._key.cache_clear()


@pytest.mark.django_db
def test_a_dead_service_is_found_before_anybody_needs_it(service: Receiver, device: Browser) -> None:
    firm = make_firm()
    assert pushes.probe() == ""
    kept = {"person": firm.anna, "channel": "push", "data": pushes.subscription(device.given), "created_at": NOW}
    Address.objects.create(**kept)
    service.answer(404)
    assert pushes.probe() == "", "an answer is an answer"
    service.answer(503)
    assert "503" in pushes.probe()
    Address.objects.update(data=device.given | {"endpoint": "http://127.0.0.1:9/gone"})
    assert "127.0.0.1" in pushes.probe()
