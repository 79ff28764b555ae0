"""Customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.core.act import action
from otdel.core.actions import Pen
from otdel.core.custom import Incoming
from otdel.core.errors import Invalid
from otdel.core.imports import Ref, Result, Settings, Status, cut, fold, given
from otdel.customers import rules
from otdel.customers.actions.imports.lists import Lists
from otdel.customers.actions.imports.points import PointPen
from otdel.customers.models import Customer
from otdel.customers.queries.naming import CustomersByName
from otdel.org.actions.imports import Owners
from otdel.org.models import Person


@dataclass(slots=True)
class CustomerRow:
    number: int
    external_id: str | None = None
    name: str | None = None
    full_name: str | None = None
    kind: str | None = None
    inn: str | None = None
    kpp: str | None = None
    ogrn: str | None = None
    bik: str | None = None
    account: str | None = None
    phones: tuple[Any, ...] | None = None
    emails: tuple[str, ...] | None = None
    site: str | None = None
    segment: str | None = None
    region: Ref | None = None
    city: str | None = None
    address: str | None = None
    source: str | None = None
    channel: str | None = None
    parent: Ref | None = None
    owner: Ref | None = None
    created: datetime | None = None
    tags: tuple[str, ...] | None = None
    note: str | None = None
    custom: Mapping[str, Any] | None = None


@action
def import_customers(*, by: Person, rows: Sequence[CustomerRow], settings: Settings, now: datetime) -> Result:
    """Create customers the file knows and we do not; change those known by external id or the chosen key."""
    result = Result()
    owners = Owners(by=by, kind="customer", refs=(row.owner for row in rows), settings=settings, result=result, now=now)
    known = CustomersByName(by, rows_refs(rows), (row.inn for row in rows), points=_keys(rows, settings.key))
    lists, own = Lists(settings, result), Incoming("customers.customer")
    pen, points = Pen(Customer, now), PointPen("customer", known.records.values())
    for row in rows:
        with result.guard(row.number):
            customer = _find(known, row, settings.key)
            values = _customer_values(row, lists, customer)
            values |= given(custom=own.merged(row.custom, customer))
            if customer is None:
                owner_id = owners.check_new(owners.find(row.owner, by.pk))
                customer = Customer(owner_id=owner_id, created_at=row.created or now, **values)
                rules.check_customer(customer)
                points.set(customer, row.phones, row.emails, row.site)
                known.add(pen.add(customer))
                result.note(row.number, Status.CREATED)
                continue
            owners.check_old(customer.owner_id)
            if row.owner and (owner_id := owners.find(row.owner)) != customer.owner_id:
                values["owner_id"] = owners.check_new(owner_id)
            changed = _change_checked(pen, customer, values)
            changed = points.set(customer, row.phones, row.emails, row.site) or changed
            result.note(row.number, Status.UPDATED if changed else Status.UNCHANGED)
    pen.write()
    points.write()
    return result


def _change_checked(pen: Pen[Customer], customer: Customer, values: dict[str, Any]) -> bool:
    """Change the customer; leave it as it was when it would break a rule."""
    before = {name: getattr(customer, name) for name in values}
    changed = pen.change(customer, values)
    if changed:
        try:
            rules.check_customer(customer)
        except Invalid:
            pen.change(customer, before)
            raise
    return changed


def rows_refs(rows: Sequence[CustomerRow]) -> Iterable[Ref]:
    for row in rows:
        yield row.name or "", row.external_id or ""


def _keys(rows: Sequence[CustomerRow], key: str) -> list[str]:
    """Phones or e-mails to look customers up by."""
    if key == "emails":
        return [email for row in rows for email in row.emails or ()]
    return [phone[0] for row in rows for phone in row.phones or ()] if key == "phones" else []


def _find(known: CustomersByName, row: CustomerRow, key: str) -> Customer | None:
    """The customer of the row: by external id, else by the chosen key."""
    if row.external_id and (found := known.by_external(row.external_id)):
        return found
    if key in ("", "external_id"):
        key = "inn" if row.inn else "name"
    if key == "inn":
        return _same_id(known.by_inn(row.inn or "", row.kpp), row)
    if key in ("emails", "phones"):
        texts = row.emails or () if key == "emails" else [phone[0] for phone in row.phones or ()]
        return _same_id(known.by_point(texts), row)
    if not row.name:
        raise Invalid(_("The customer has no name."))
    return _same_id(known.by_name(row.name), row)


def _same_id(found: Customer | None, row: CustomerRow) -> Customer | None:
    """A namesake who has another external id is another customer."""
    if found and row.external_id and found.external_id and found.external_id != row.external_id:
        return None
    return found


def _customer_values(row: CustomerRow, lists: Lists, before: Customer | None) -> dict[str, Any]:
    if before is None and not row.name:
        raise Invalid(_("The customer has no name."))
    address = row.address
    if row.city and fold(row.city) not in fold(address or ""):
        address = f"{row.city}, {address}" if address else row.city
    note = row.note
    if row.parent:
        note = "\n".join(filter(None, (note, _("Belongs to: %(name)s") % {"name": row.parent[0]})))
    values = given(
        name=row.name and cut(row.name, 250, _("Name")),
        legal_name=row.full_name and cut(row.full_name, 250, _("Full legal name")),
        kind={"company": "COMPANY", "person": "PERSON"}.get(row.kind or ""),
        inn=row.inn, kpp=row.kpp, ogrn=row.ogrn, bik=row.bik, account=row.account,
        address=address and cut(address, 400, _("Address")),
        external_id=row.external_id and cut(row.external_id, 120, _("External id")),
        tags=None if row.tags is None else rules.clean_tags(row.tags),
        note=note and cut(note, 20_000, _("Note")),
    )  # fmt: skip
    for name, ref, entries in (
        ("segment_id", row.segment, lists.segments), ("region_id", row.region, lists.regions),
        ("channel_id", row.channel, lists.channels), ("source_id", row.source, lists.sources),
    ):  # fmt: skip
        if ref is not None:
            values[name] = entries.id_of(ref)
    return values
