"""Customers and contacts other rows name: found, or made on the way where that was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from otdel.core.actions import Pen
from otdel.core.errors import Conflict
from otdel.core.imports import Ref, Result, Settings
from otdel.customers.actions.imports.contact_rows import WantedContact, contact_values
from otdel.customers.actions.imports.points import PointPen
from otdel.customers.models import Contact, Customer
from otdel.customers.queries.naming import ContactsByName, CustomersByName
from otdel.org.access import require
from otdel.org.models import Person
from otdel.org.rules import Right


def ensure_customers(
    *, by: Person, wanted: Iterable[tuple[Ref | None, str | None, int]], settings: Settings, result: Result,
    now: datetime,
) -> CustomersByName:  # fmt: skip
    """Return the customers named (reference, ИНН, owner if new), having added unknown ones where that was asked for."""
    asked = [(ref, inn, owner) for ref, inn, owner in wanted if ref or inn]
    known = CustomersByName(by, [ref for ref, _inn, _owner in asked if ref], [inn for _ref, inn, _owner in asked])
    if not settings.may_create("customers"):
        return known
    pen = Pen(Customer, now)
    for ref, inn, owner_id in asked:
        if ref and not known.knows(ref, inn):
            require(by, "customer", Right.CREATE)
            name, external = ref
            made = Customer(
                name=name[:250], inn=inn or "", external_id=external[:120] or None, owner_id=owner_id, created_at=now
            )
            known.add(pen.add(made))
            result.made["customers"].add(made.name)
    pen.write()
    return known


def ensure_contacts(
    *, by: Person, wanted: Sequence[WantedContact], settings: Settings, result: Result, now: datetime
) -> dict[int, int]:
    """Return contacts by the rows' numbers; unknown ones are added with the customers they belong to."""
    known = ContactsByName(by, wanted)
    pen, points = Pen(Contact, now), PointPen("contact", known.records.values())
    found: dict[int, Contact] = {}
    for row in wanted:
        try:
            contact = known.find(row, row.customer_id, "")
        except Conflict:
            continue
        if contact is None and settings.may_create("customers") and (row.name or row.emails or row.phones):
            require(by, "contact", Right.CREATE)
            values = contact_values(row, None)
            contact = Contact(owner_id=row.owner_id, customer_id=row.customer_id, created_at=now, **values)
            known.add(pen.add(contact), row.emails)
            result.made["contacts"].add(f"{row.customer_id}: {contact.last_name} {contact.first_name}")
        if contact is not None:
            points.set(contact, row.phones, row.emails)
            found[row.number] = contact
    pen.write()
    points.write()
    return {number: contact.pk for number, contact in found.items()}
