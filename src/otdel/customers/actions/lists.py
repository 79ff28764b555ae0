"""The short lists of the company: segments, regions, channels, sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid, NotFound
from otdel.customers.models import Channel, ClientSegment, Region, Source
from otdel.customers.rules import InUse
from otdel.org.access import require
from otdel.org.models import Person
from otdel.org.rules import Right

LISTS: dict[str, Any] = {"segments": ClientSegment, "regions": Region, "channels": Channel, "sources": Source}


def named(by: Person, lists: dict[str, Any], code: str) -> Any:
    """Return the list, for whoever may change settings."""
    require(by, "settings", Right.CHANGE)
    if code not in lists:
        raise NotFound(_("There is no such list."))
    return lists[code]


def one(model: Any, entry_id: int) -> Any:
    found = model.objects.select_for_update().filter(pk=entry_id).first()
    if found is None:
        raise NotFound(_("There is no such entry."))
    return found


def clean_name(model: Any, name: str, entry_id: int | None = None) -> str:
    text = " ".join(name.replace("\x00", "").split())[:160]
    if not text:
        raise Invalid(_("Write the name."), field="name")
    if model.objects.filter(name__iexact=text).exclude(pk=entry_id).exists():
        raise Conflict(_("There is already such an entry."), field="name")
    return text


def add(by: Person, model: Any, name: str, now: datetime) -> Any:
    last = model.objects.aggregate(last=Max("position"))["last"]
    entry = model.objects.create(name=clean_name(model, name), position=0 if last is None else last + 1)
    journal.record("list.entry_created", entry, by=by, at=now, name=entry.name)
    return entry


def change(by: Person, model: Any, entry_id: int, name: str, is_active: bool, now: datetime) -> Any:
    entry = one(model, entry_id)
    entry.name, entry.is_active = clean_name(model, name, entry.pk), is_active
    entry.save(update_fields=["name", "is_active"])
    journal.record("list.entry_changed", entry, by=by, at=now, name=entry.name, is_active=is_active)
    return entry


def remove(by: Person, model: Any, entry_id: int, now: datetime) -> None:
    entry = one(model, entry_id)
    pk, name = entry.pk, entry.name
    try:
        entry.delete()
    except ProtectedError as error:
        raise InUse(_("Records use this entry: take it out of use instead.")) from error
    entry.pk = pk
    journal.record("list.entry_deleted", entry, by=by, at=now, name=name)


def put_in_order(by: Person, model: Any, ids: Sequence[int], now: datetime) -> None:
    """Number the entries as given; those not named stay behind them."""
    known = list(model.objects.select_for_update().order_by("position", "id"))
    place = {pk: at for at, pk in enumerate(ids)}
    for at, entry in enumerate(sorted(known, key=lambda each: (place.get(each.pk, len(ids)), each.position, each.pk))):
        model.objects.filter(pk=entry.pk).update(position=at)
    journal.record("list.ordered", None, by=by, at=now, list=model._meta.label_lower)


@action
def create_entry(*, by: Person, code: str, name: str, now: datetime) -> Any:
    """Add an entry to a short list."""
    return add(by, named(by, LISTS, code), name, now)


@action
def change_entry(*, by: Person, code: str, entry_id: int, name: str, is_active: bool, now: datetime) -> Any:
    """Rename an entry, or take it out of use: what has it keeps it, new records are not offered it."""
    return change(by, named(by, LISTS, code), entry_id, name, is_active, now)


@action
def delete_entry(*, by: Person, code: str, entry_id: int, now: datetime) -> None:
    """Delete an entry nothing uses."""
    remove(by, named(by, LISTS, code), entry_id, now)


@action
def order_entries(*, by: Person, code: str, ids: Sequence[int], now: datetime) -> None:
    put_in_order(by, named(by, LISTS, code), ids, now)
