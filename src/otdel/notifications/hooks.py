"""Signed webhooks, as standardwebhooks.com has them, so that ready libraries of the receiver check them.

`Address.data` is the address and the sealed secret. Any answer of 2xx is a yes; 410 switches the address off; after
everything else the room tries again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from otdel.core import outside, secrecy
from otdel.notifications.channels import Outgoing, Refused, Sent, channel
from otdel.notifications.models import Address

NAME = "webhook"
PREFIX = "whsec_"


def works() -> bool:
    return bool(settings.OUTSIDE.anything)


def new_secret() -> str:
    """Return what the receiver checks signatures with; it is shown once."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def address_data(url: str, secret: str) -> dict[str, str]:
    """Return what is kept. Raises NotLet for an address that may not be called."""
    outside.check(url)
    return {"url": secrecy.sealed(url.strip()), "secret": secrecy.sealed(secret)}


@channel(NAME, label=pgettext_lazy("channel", "Webhook"), place=33, works=works)
def send(out: Outgoing, address: Address | None) -> Sent | Refused:
    assert address is not None
    return call(address.data, out.key, words(out), seconds=5 if out.is_test else 10)


def call(kept: Mapping[str, str], key: str, told: Mapping[str, Any], *, seconds: float = 10) -> Sent | Refused:
    """Post to the sealed address of `address_data`, signed with its sealed secret, outside of any transaction."""
    url, secret = (secrecy.opened(kept.get(name, "")) for name in ("url", "secret"))
    if not url or not secret:
        return Refused(_("The secret key of this Otdel has changed: add the address again."), gone=True)
    body = json.dumps(told, ensure_ascii=False).encode()
    try:
        answer = outside.post(url, body, headers(key, body, secret), seconds=seconds)
    except outside.NoAnswer as error:
        return Refused(str(error))
    except outside.NotLet as error:
        return Refused(str(error), final=True)
    page = answer.text.startswith("<")  # a page for people says nothing in a log
    said = f"{answer.status} {'' if page else answer.text}".strip()
    if 200 <= answer.status < 300:
        return Sent(said, delivered=True)
    if 300 <= answer.status < 400:
        return Refused(
            _("%(said)s: it redirects elsewhere, which is not followed.") % {"said": answer.status}, final=True
        )
    return Refused(said, gone=answer.status == 410)


def words(out: Outgoing) -> dict[str, Any]:
    items = [
        {
            "id": item.id, "kind": item.kind, "text": item.text, "detail": item.detail, "url": item.url,
            "at": item.at.isoformat(), "subject": {"kind": item.subject_kind, "id": item.subject_id},
        }
        for item in out.items
    ]  # fmt: skip
    return {
        "type": "test" if out.is_test else "notices", "person": {"id": out.person_id, "name": out.name},
        "title": out.title, "url": out.url, "unread": out.unread, "notices": items, "more": out.more,
    }  # fmt: skip


def headers(key: str, body: bytes, secret: str) -> dict[str, str]:
    number, at = hashlib.sha256(key.encode()).hexdigest()[:32], str(int(time.time()))
    return {
        "Content-Type": "application/json; charset=utf-8",
        "webhook-id": number,  # the same at each attempt
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{signature(number, at, body, secret)}",
    }


def signature(number: str, at: str, body: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    made = hmac.new(key, f"{number}.{at}.".encode() + body, hashlib.sha256).digest()
    return base64.b64encode(made).decode()
