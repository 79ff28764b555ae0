"""The ways to a person that they set up themselves: browsers, webhooks, messengers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Invalid
from otdel.notifications import channels, hooks, messengers, pushes, rules
from otdel.notifications.actions.addresses import keep_address
from otdel.notifications.channels import Item, Outgoing, Refused
from otdel.notifications.models import Address
from otdel.org.models import Person


@action
def keep_browser(*, by: Person, given: Mapping[str, Any], title: str = "", now: datetime) -> Address:
    """Tell the person in this browser from now on, and nobody else who signed in here before."""
    _must_work(pushes.NAME)
    data = pushes.subscription(given)
    mark = hashlib.sha256(data["endpoint"].encode()).hexdigest()
    Address.objects.filter(channel=pushes.NAME, mark=mark).exclude(person=by).delete()
    known = Address.objects.filter(person=by, channel=pushes.NAME, mark=mark).first()
    kept: Address = keep_address(
        by=by, channel=pushes.NAME, data=data, title=title or (known.title if known else ""),
        mark=data["endpoint"], now=now,
    )  # fmt: skip
    return kept


@dataclass(frozen=True)
class NewHook:
    address: Address
    secret: str  # shown once


@action
def add_webhook(*, by: Person, url: str, title: str = "", now: datetime) -> NewHook:
    _must_work(hooks.NAME)
    secret = hooks.new_secret()
    try:
        data = hooks.address_data(url, secret)
    except Invalid as refusal:
        raise Invalid(str(refusal), field="url") from None
    return NewHook(keep_address(by=by, channel=hooks.NAME, data=data, title=title or _host(url), now=now), secret)


@action
def add_messenger(*, by: Person, url: str, title: str = "", now: datetime) -> Address:
    _must_work(messengers.NAME)
    data = messengers.address_data(url)
    title = title or data["scheme"]
    kept: Address = keep_address(by=by, channel=messengers.NAME, data=data, title=title, mark=url.strip(), now=now)
    return kept


def _must_work(name: str) -> None:
    found = channels.get(name)
    if found is None or not found.works():
        raise rules.NoSuchChannel(_("The administrator has not turned this on."))


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition("?")[0]


@action
def rename_address(*, by: Person, address_id: int, title: str, now: datetime) -> Address:
    address = _own(by, address_id)
    words = " ".join(title.split())[:120]
    if not words:
        raise Invalid(_("Give it a name."), field="title")
    address.title = words
    address.save(update_fields=["title"])
    journal.record("address.renamed", address, by=by, at=now, title=words)
    return address


def _own(by: Person, address_id: int) -> Address:
    found = Address.objects.select_for_update().filter(pk=address_id, person=by).first()
    if found is None:
        raise rules.NoSuchAddress(_("There is no such address, or it is not yours."))
    return found


@dataclass(frozen=True)
class Tried:
    ok: bool
    answer: str


def try_address(*, by: Person, address_id: int, url: str, now: datetime) -> Tried:
    """Send a test to one's own address right now. Not one transaction: the other side takes its time."""
    address = Address.objects.filter(pk=address_id, person=by).first()
    if address is None:
        raise rules.NoSuchAddress(_("There is no such address, or it is not yours."))
    found = channels.get(address.channel)
    if found is None or not found.works():
        raise rules.NoSuchChannel(_("The administrator has not turned this on."))
    said = found.deliver(_test(by, url, now), address)
    return _noted(by=by, address_id=address.pk, said=said, now=now)


def _test(by: Person, url: str, now: datetime) -> Outgoing:
    words = _("This is how Otdel will notify you.")
    item = Item(0, "test", words, "", url, "", None, now)
    return Outgoing(
        key=f"test{uuid4().hex}", delivery_ids=(), person_id=by.pk, name=str(by), email=by.email or "",
        language=by.language, title=_("A test from Otdel"), items=(item,), url=url, unread=0, is_test=True,
    )  # fmt: skip


@action
def _noted(*, by: Person, address_id: int, said: channels.Sent | Refused, now: datetime) -> Tried:
    address = Address.objects.select_for_update().filter(pk=address_id).first()
    ok = not isinstance(said, Refused)
    answer = said.reason if isinstance(said, Refused) else said.answer
    if address is not None:
        if isinstance(said, Refused):
            address.last_error_at, address.last_error = now, answer[:2000]
            address.is_on = address.is_on and not said.gone
        else:
            address.last_ok_at, address.last_error = now, ""
        address.save(update_fields=["last_ok_at", "last_error_at", "last_error", "is_on"])
    journal.record("address.tested", address, by=by, at=now, ok=ok)
    return Tried(ok, answer)
