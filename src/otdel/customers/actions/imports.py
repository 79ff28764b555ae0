"""Customers, contacts and regions from a file, a batch at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.core.act import action
from otdel.core.actions import Entries, Pen
from otdel.core.errors import Conflict, Invalid
from otdel.core.imports import Ref, Result, Settings, Status, cut, fold, given
from otdel.core.names import split_name
from otdel.customers import rules
from otdel.customers.models import Channel, ClientSegment, Contact, ContactPoint, Customer, Region, Source
from otdel.customers.queries.naming import ContactsByName, CustomersByName
from otdel.org.access import require
from otdel.org.actions.imports import Owners
from otdel.org.models import Person
from otdel.org.rules import Right


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


@dataclass(slots=True)
class ContactRow:
    number: int
    external_id: str | None = None
    name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    phones: tuple[Any, ...] | None = None
    emails: tuple[str, ...] | None = None
    position: str | None = None
    customer: tuple[Ref, ...] | None = None
    owner: Ref | None = None
    source: str | None = None
    created: datetime | None = None
    tags: tuple[str, ...] | None = None
    note: str | None = None


@dataclass(slots=True)
class RegionRow:
    number: int
    external_id: str | None = None
    name: str | None = None
    parent: Ref | None = None
    """Not kept: regions have no tree."""


class Lists:
    """The short lists customers, deals and sales refer to."""

    def __init__(self, settings: Settings, result: Result) -> None:
        may = settings.may_create("lists")
        self.segments = Entries(ClientSegment, _("Segments"), may, result)
        self.regions = Entries(Region, _("Regions"), may, result)
        self.channels = Entries(Channel, _("Channels"), may, result)
        self.sources = Entries(Source, _("Sources"), may, result)


@action
def import_customers(*, by: Person, rows: Sequence[CustomerRow], settings: Settings, now: datetime) -> Result:
    """Create customers the file knows and we do not; change those known by external id or the chosen key."""
    result = Result()
    owners = Owners(by=by, kind="customer", refs=(row.owner for row in rows), settings=settings, result=result, now=now)
    known = CustomersByName(by, rows_refs(rows), (row.inn for row in rows), points=_keys(rows, settings.key))
    lists = Lists(settings, result)
    pen, points = Pen(Customer, now), PointPen("customer", known.records.values())
    for row in rows:
        with result.guard(row.number):
            customer = _find(known, row, settings.key)
            values = _customer_values(row, lists, customer)
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


class PointPen:
    """Phones, e-mails and sites of a batch. A file adds them; it takes none away."""

    def __init__(self, side: str, records: Iterable[Any]) -> None:
        self.side = side
        self.new: list[tuple[Any, dict[str, Any]]] = []
        self.there: dict[int, set[tuple[str, str, str]]] = defaultdict(set)
        ids = [record.pk for record in records]
        if ids:
            rows = ContactPoint.objects.filter(**{f"{side}_id__in": ids})
            for pk, *point in rows.values_list(f"{side}_id", "kind", "value", "extension"):
                self.there[pk].add(tuple(point))

    def set(self, record: Any, phones: Any = None, emails: Any = None, site: str | None = None) -> bool:
        wanted = [("PHONE", phone[0], phone[1] if len(phone) > 1 else "") for phone in phones or ()]
        wanted += [("EMAIL", email, "") for email in emails or ()]
        if site:
            wanted += [(point.kind, point.value, "") for point in rules.site_points([site])]
        there = self.there[record.pk if record.pk is not None else -id(record)]
        fresh = [point for point in dict.fromkeys(wanted) if point not in there]
        for at, (kind, value, extension) in enumerate(fresh, start=len(there)):
            there.add((kind, value, extension))
            self.new.append((record, {"kind": kind, "value": value, "extension": extension, "position": at}))
        return bool(fresh)

    def write(self) -> None:
        """After the records themselves were written."""
        rows = [ContactPoint(**{self.side: record}, **values) for record, values in self.new if record.pk is not None]
        ContactPoint.objects.bulk_create(rows, batch_size=1000)
        self.new = []


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
    pen, points = Pen(Contact, now), PointPen("contact", known.records.values())
    for row in rows:
        with result.guard(row.number):
            customer = firms.first(row.customer)
            contact = known.find(row, customer.pk if customer else None, settings.key)
            values = _contact_values(row, contact)
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


def _contact_values(row: ContactRow, before: Contact | None) -> dict[str, Any]:
    last, first, middle = row.last_name, row.first_name, row.middle_name
    if not (last or first) and row.name:
        parts = split_name(row.name)
        last, first, middle = parts[0] or None, parts[1], middle or parts[2] or None
    if before is None and not (last or first):
        first = row.emails[0].split("@")[0] if row.emails else row.phones[0][0] if row.phones else None
        if first is None:
            raise Invalid(_("The contact has no name, e-mail or phone."))
    if before is not None and not (row.name or row.first_name or row.last_name):
        last = first = middle = None
    return given(
        last_name=last and cut(last, 80, _("Last name")),
        first_name=first and cut(first, 80, _("First name")),
        middle_name=middle and cut(middle, 80, _("Patronymic")),
        position=row.position and cut(row.position, 160, _("Position")),
        external_id=row.external_id and cut(row.external_id, 120, _("External id")),
        note=row.note and cut(row.note, 20_000, _("Note")),
    )


@dataclass(slots=True)
class WantedContact:
    """A contact as a deal or a call names it."""

    number: int
    name: str | None = None
    external_id: str | None = None
    phones: tuple[Any, ...] | None = None
    emails: tuple[str, ...] | None = None
    customer_id: int | None = None
    owner_id: int = 0
    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    position: str | None = None
    note: str | None = None


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
            values = _contact_values(row, None)  # type: ignore[arg-type]
            contact = Contact(owner_id=row.owner_id, customer_id=row.customer_id, created_at=now, **values)
            known.add(pen.add(contact), row.emails)
            result.made["contacts"].add(f"{row.customer_id}: {contact.last_name} {contact.first_name}")
        if contact is not None:
            points.set(contact, row.phones, row.emails)
            found[row.number] = contact
    pen.write()
    points.write()
    return {number: contact.pk for number, contact in found.items()}


@action
def import_regions(*, by: Person, rows: Sequence[RegionRow], settings: Settings, now: datetime) -> Result:
    """Names and ids of regions, so that sales and customers may refer to either."""
    require(by, "settings", Right.CHANGE)
    result = Result()
    regions = list(Region.objects.all())
    by_id = {region.external_id: region for region in regions if region.external_id}
    by_name = {fold(region.name): region for region in regions}
    pen = Pen(Region)
    for row in rows:
        with result.guard(row.number):
            name = cut(row.name, 160, _("Name"))
            region = by_id.get(row.external_id or "") or by_name.get(fold(name))
            if not name and region is None:
                raise Invalid(_("The region has no name."))
            namesake = by_name.get(fold(name))
            if namesake is not None and namesake is not region:
                raise Conflict(_("There is already such an entry."))
            values = given(name=name or None, external_id=row.external_id)
            if region is None:
                region = pen.add(Region(position=len(by_name), **values))
                result.note(row.number, Status.CREATED)
            else:
                result.note(row.number, Status.UPDATED if pen.change(region, values) else Status.UNCHANGED)
            by_name[fold(region.name)] = region
            if region.external_id:
                by_id[region.external_id] = region
    pen.write()
    return result
