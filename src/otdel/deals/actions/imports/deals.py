"""Deals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from otdel.core.act import action
from otdel.core.imports import Result, Settings
from otdel.customers.actions.imports import WantedContact, ensure_contacts, ensure_customers
from otdel.deals.actions.imports.rows import DealRow, Group, groups_of
from otdel.deals.actions.imports.writer import DealWriter
from otdel.org.actions.imports import Owners
from otdel.org.models import Person


@action
def import_deals(
    *, by: Person, rows: Sequence[DealRow], settings: Settings, now: datetime, result: Result | None = None
) -> Result:
    """Create and change deals. Their lines are written by billing, which is above; `ids` tells it the deals by row.

    A file tells the past as it was: a won deal without an amount and a lost one without a reason are taken.
    """
    result = result or Result()
    owners = Owners(by=by, kind="deal", refs=(row.owner for row in rows), settings=settings, result=result, now=now)
    groups = groups_of(rows)
    for group in groups:
        with result.guard(*group.numbers):
            group.owner_id = owners.find(group.first.owner, by.pk)
    groups = [group for group in groups if group.owner_id]
    _find_customers(by, groups, settings, result, now)
    groups = [group for group in groups if group.first.number not in result.refused]
    contacts = ensure_contacts(by=by, wanted=_contacts(groups), settings=settings, result=result, now=now)
    writer = DealWriter(by, groups, settings, result, now)
    for group in groups:
        with result.guard(*group.numbers):
            writer.put(group, contacts.get(group.first.number), owners)
    writer.write()
    return result


def _find_customers(by: Person, groups: Sequence[Group], settings: Settings, result: Result, now: datetime) -> None:
    wanted = [
        (group.first.customer[0] if group.first.customer else None, group.first.customer_inn, group.owner_id)
        for group in groups
    ]
    known = ensure_customers(by=by, wanted=wanted, settings=settings, result=result, now=now)
    for group in groups:
        with result.guard(*group.numbers):
            group.customer = known.first(group.first.customer, group.first.customer_inn)


def _contacts(groups: Sequence[Group]) -> list[WantedContact]:
    found = []
    for group in groups:
        row = group.first
        ref = row.contact[0] if row.contact else None
        if ref or row.contact_phones or row.contact_emails:
            found.append(
                WantedContact(
                    row.number, name=ref[0] if ref else None, external_id=(ref[1] or None) if ref else None,
                    phones=row.contact_phones, emails=row.contact_emails,
                    customer_id=group.customer.pk if group.customer else None, owner_id=group.owner_id,
                )
            )  # fmt: skip
    return found
