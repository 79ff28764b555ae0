"""The same for one or many deals and leads: whose they are, tags, the bin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from otdel.core.act import action
from otdel.core.models import Event
from otdel.deals import access
from otdel.org.actions import many
from otdel.org.models import Person

DEALS = many.Kind("deal", access.deals)
LEADS = many.Kind("lead", access.leads)


@action
def assign_deals(*, by: Person, ids: Sequence[int], owner_id: int, now: datetime) -> Event:
    """Give deals to another person. A closed deal stays with the department it was closed in."""
    return many.assign(DEALS, by=by, ids=ids, owner_id=owner_id, now=now)


@action
def tag_deals(*, by: Person, ids: Sequence[int], tag: str, now: datetime) -> Event:
    return many.tag(DEALS, by=by, ids=ids, tag=tag, now=now)


@action
def bin_deals(*, by: Person, ids: Sequence[int], now: datetime) -> Event:
    return many.put_in_bin(DEALS, by=by, ids=ids, now=now)


@action
def restore_deals(*, by: Person, ids: Sequence[int], now: datetime) -> Event:
    return many.restore(DEALS, by=by, ids=ids, now=now)


@action
def undo_deals(*, by: Person, event_id: int, now: datetime) -> Event:
    """Take back one's own assigning, tagging or binning of the last hour."""
    return many.undo(DEALS, by=by, event_id=event_id, now=now)


@action
def assign_leads(*, by: Person, ids: Sequence[int], owner_id: int, now: datetime) -> Event:
    return many.assign(LEADS, by=by, ids=ids, owner_id=owner_id, now=now)


@action
def tag_leads(*, by: Person, ids: Sequence[int], tag: str, now: datetime) -> Event:
    return many.tag(LEADS, by=by, ids=ids, tag=tag, now=now)


@action
def bin_leads(*, by: Person, ids: Sequence[int], now: datetime) -> Event:
    return many.put_in_bin(LEADS, by=by, ids=ids, now=now)


@action
def restore_leads(*, by: Person, ids: Sequence[int], now: datetime) -> Event:
    return many.restore(LEADS, by=by, ids=ids, now=now)


@action
def undo_leads(*, by: Person, event_id: int, now: datetime) -> Event:
    return many.undo(LEADS, by=by, event_id=event_id, now=now)
