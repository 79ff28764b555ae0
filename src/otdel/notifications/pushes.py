"""Web push: RFC 8030 to the browser's service, RFC 8291 so that it cannot read, RFC 8292 so that it knows who asks.

`Address.data` is what the browser gave: endpoint, p256dh, auth.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import struct
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db.models import Func, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from otdel.core import outside, secrecy
from otdel.core.errors import Invalid
from otdel.notifications.channels import Outgoing, Refused, Sent, channel
from otdel.notifications.models import Address

NAME = "push"
CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LONGEST = 3993  # what one record of 4,096 bytes holds
KEPT_SECONDS = 24 * 3600  # by the service while the device is off
TOKEN_SECONDS = 12 * 3600
MOST_SERVICES = 5  # the makers of browsers are few
GONE, BUSY = (404, 410), (408, 425, 429)


def works() -> bool:
    return bool(settings.OUTSIDE.push or settings.OUTSIDE.anything)


@lru_cache(maxsize=1)
def _key() -> ec.EllipticCurvePrivateKey:
    """Our key pair. It comes from the secret key: a restored backup goes on reaching browsers."""
    number = int.from_bytes(secrecy.derived("vapid", 48), "big") % (ORDER - 1) + 1
    return ec.derive_private_key(number, CURVE)


def public_key() -> str:
    """Return what a browser subscribes with (applicationServerKey)."""
    return _text(_point(_key().public_key()))


def subscription(given: Mapping[str, Any]) -> dict[str, str]:
    """Return what of a browser's subscription is kept. Raises Invalid for what none would give."""
    try:
        endpoint, keys = str(given["endpoint"]), given["keys"]
        data = {"endpoint": endpoint, "p256dh": str(keys["p256dh"]), "auth": str(keys["auth"])}
        _browser_key(data)
        if len(_bytes(data["auth"])) != 16:
            raise ValueError
    except (KeyError, TypeError, ValueError):
        raise Invalid(_("The browser gave no address for notifications. Reload the page and try again.")) from None
    outside.check(endpoint)
    return data


def probe() -> str:
    """Ask the services of the browsers we know whether they answer at all, without sending anything to anybody."""
    endpoint = KeyTextTransform("endpoint", "data")
    service = Func(endpoint, Value("^https?://[^/]+"), function="substring", output_field=TextField())
    known = Address.objects.filter(channel=NAME, is_on=True).annotate(service=service)
    found = known.values_list("service", flat=True).order_by("service").distinct()[:MOST_SERVICES]
    wrong = (_unanswered(each) for each in found if each)
    return "; ".join(filter(None, wrong))


def _unanswered(service: str) -> str:
    """Any answer will do, a refusal above all: nothing is asked for."""
    host = urlsplit(service).netloc
    try:
        answer = outside.post(f"{service}/", b"", {}, seconds=5)
    except (outside.NoAnswer, outside.NotLet, ValueError) as error:
        said = str(error)
        return said if host.partition(":")[0] in said else f"{host}: {said}"
    return f"{host}: {answer.status}" if answer.status >= 500 else ""


@channel(NAME, label=pgettext_lazy("channel", "Push to a device"), place=20, works=works, probe=probe)
def send(out: Outgoing, address: Address | None) -> Sent | Refused:
    assert address is not None
    data: dict[str, str] = address.data
    try:
        body = encrypt(_words(out), _browser_key(data), _bytes(data["auth"]))
        answer = outside.post(data["endpoint"], body, _headers(out, data["endpoint"]), seconds=5 if out.is_test else 10)
    except outside.NoAnswer as error:
        return Refused(str(error))
    except (outside.NotLet, KeyError, ValueError) as error:
        return Refused(str(error) or type(error).__name__, final=True)
    return _judged(answer)


def _judged(answer: outside.Answer) -> Sent | Refused:
    said = f"{answer.status} {answer.text}".strip()
    if 200 <= answer.status < 300:
        return Sent(said)
    if answer.status in GONE:
        return Refused(_("This browser is no longer subscribed (%(said)s).") % {"said": said}, gone=True)
    return Refused(said, final=answer.status < 500 and answer.status not in BUSY)


def _headers(out: Outgoing, endpoint: str) -> dict[str, str]:
    return {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(60 if out.is_test else KEPT_SECONDS),
        "Urgency": "high" if len(out.items) == 1 else "normal",
        # the same at each attempt: a copy replaces the first one while it waits
        "Topic": _text(hashlib.sha256(out.key.encode()).digest()[:24]),
        "Authorization": authorization(endpoint, int(time.time())),
    }


def authorization(endpoint: str, now: int) -> str:
    """Say who we are (RFC 8292). The service may write to the `sub` when we misbehave."""
    from py_vapid import Vapid02  # lazily: only a process that sends pushes needs it

    parts = urlsplit(endpoint)
    site, letter = settings.ENVIRONMENT.url, f"mailto:{_bare(settings.DEFAULT_FROM_EMAIL)}"
    owner = site if site.startswith("https://") else letter
    claims = {"sub": owner, "aud": f"{parts.scheme}://{parts.netloc}", "exp": str(now + TOKEN_SECONDS)}
    return str(Vapid02(private_key=_key()).sign(claims)["Authorization"])


def _bare(address: str) -> str:
    return (re.search(r"[^\s<>]+@[^\s<>]+", address) or ["otdel@localhost"])[0]


def _words(out: Outgoing) -> bytes:
    """What the service worker shows; the text is cut where it would not fit."""
    alone = out.items[0] if len(out.items) == 1 else None
    title, lines = out.title, [item.text for item in out.items]
    if alone is not None and alone.label:
        # the device shows the first line large: what has happened, then to what
        title, lines = alone.label, list(filter(None, (alone.title, alone.detail[:300])))
    said = {
        "title": title[:200],
        "url": out.url,
        "tag": out.key,
        "unread": out.unread,
        "lang": out.language,
    }
    more = out.more
    while True:
        tail = [_("and %(count)s more") % {"count": more}] if more else []
        text = json.dumps({**said, "body": "\n".join([*lines, *tail])}, ensure_ascii=False).encode()
        if len(text) <= LONGEST or not lines:
            return text[:LONGEST] if lines else json.dumps(said, ensure_ascii=False).encode()
        lines, more = lines[:-1], more + 1


def encrypt(
    text: bytes,
    browser: ec.EllipticCurvePublicKey,
    auth: bytes,
    *,
    ours: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes = b"",
) -> bytes:
    """Return the body of one push (RFC 8291, in one record of RFC 8188). A key and a salt are given by tests only."""
    ours, salt = ours or ec.generate_private_key(CURVE), salt or os.urandom(16)
    point = _point(ours.public_key())
    shared = ours.exchange(ec.ECDH(), browser)
    secret = _derive(shared, auth, b"WebPush: info\0" + _point(browser) + point, 32)
    key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
    record = AESGCM(key).encrypt(nonce, text + b"\x02", None)
    return salt + struct.pack("!IB", 4096, len(point)) + point + record


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _browser_key(data: Mapping[str, str]) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _bytes(data["p256dh"]))


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
