"""The same for one or many customers and contacts: whose they are, tags, the bin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from otdel.core.act import action
from otdel.core.models import Event
from otdel.customers import access
from otdel.org.actions import many
from otdel.org.models import Person

CUSTOMERS = many.Kind("customer", access.customers)
CONTACTS = many.Kind("contact", access.contacts)


@action
def assign_customers(*, by: Person, ids: Sequence[int], owner_id: int, now: datetime) -> Event:
    """Give customers to another person."""
    return many.assign(CUSTOMERS, by=by, ids=ids, owner_id=owner_id, now=now)


@action
def tag_customers(*, by: Person, ids: Sequence[int], tag: str, now: datetime) -> Event:
    return many.tag(CUSTOMERS, by=by, ids=ids, tag=tag, now=now)


@action
def bin_customers(*, by: Person, ids: Sequence[int], now: datetime) -> Event:
    return many.put_in_bin(CUSTOMERS, by=by, ids=ids, now=now)


@action
def restore_customers(*, by: Person, ids: Sequence[int], now: datetime) -> Event:
    return many.restore(CUSTOMERS, by=by, ids=ids, now=now)


@action
def undo_customers(*, by: Person, event_id: int, now: datetime) -> Event:
    """Take back one's own assigning, tagging or binning of the last hour."""
    return many.undo(CUSTOMERS, by=by, event_id=event_id, now=now)


@action
def assign_contacts(*, by: Person, ids: Sequence[int], owner_id: int, now: datetime) -> Event:
    return many.assign(CONTACTS, by=by, ids=ids, owner_id=owner_id, now=now)


@action
def bin_contacts(*, by: Person, ids: Sequence[int], now: datetime) -> Event:
    return many.put_in_bin(CONTACTS, by=by, ids=ids, now=now)


@action
def restore_contacts(*, by: Person, ids: Sequence[int], now: datetime) -> Event:
    return many.restore(CONTACTS, by=by, ids=ids, now=now)


@action
def undo_contacts(*, by: Person, event_id: int, now: datetime) -> Event:
    return many.undo(CONTACTS, by=by, event_id=event_id, now=now)
