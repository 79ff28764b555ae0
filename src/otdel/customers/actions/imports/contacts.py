"""Contacts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from otdel.core.act import action
from otdel.core.actions import Pen
from otdel.core.custom import Incoming
from otdel.core.imports import Ref, Result, Settings, Status, given
from otdel.customers.actions.imports.contact_rows import ContactRow, contact_values
from otdel.customers.actions.imports.points import PointPen
from otdel.customers.actions.imports.wanted import ensure_customers
from otdel.customers.models import Contact
from otdel.customers.queries.naming import ContactsByName
from otdel.org.actions.imports import Owners
from otdel.org.models import Person


@action
def import_contacts(*, by: Person, rows: Sequence[ContactRow], settings: Settings, now: datetime) -> Result:
    result = Result()
    owners = Owners(by=by, kind="contact", refs=(row.owner for row in rows), settings=settings, result=result, now=now)
    own = {row.number: _owner_or(owners, row.owner, by.pk) for row in rows}
    firms = ensure_customers(
        by=by, wanted=((ref, None, own[row.number]) for row in rows for ref in (row.customer or ())[:1]),
        settings=settings, result=result, now=now,
    )  # fmt: skip
    known = ContactsByName(by, rows)
    theirs = Incoming("customers.contact")
    pen, points = Pen(Contact, now), PointPen("contact", known.records.values())
    for row in rows:
        with result.guard(row.number):
            customer = firms.first(row.customer)
            contact = known.find(row, customer.pk if customer else None, settings.key)
            values = contact_values(row, contact) | given(custom=theirs.merged(row.custom, contact))
            if customer is not None:
                values["customer_id"] = customer.pk
            if contact is None:
                owner_id = owners.check_new(owners.find(row.owner, customer.owner_id if customer else by.pk))
                contact = Contact(owner_id=owner_id, created_at=row.created or now, **values)
                points.set(contact, row.phones, row.emails)
                known.add(pen.add(contact), row.emails)
                result.note(row.number, Status.CREATED)
                continue
            owners.check_old(contact.owner_id)
            if row.owner and (owner_id := owners.find(row.owner)) != contact.owner_id:
                values["owner_id"] = owners.check_new(owner_id)
            changed = pen.change(contact, values)
            changed = points.set(contact, row.phones, row.emails) or changed
            result.note(row.number, Status.UPDATED if changed else Status.UNCHANGED)
    pen.write()
    points.write()
    return result


def _owner_or(owners: Owners, ref: Ref | None, otherwise: int) -> int:
    return owners.people.find(ref) if ref and owners.people.knows_one(ref) else otherwise
