"""One customer, one contact, and what belongs to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from otdel.core import timeline
from otdel.core.errors import NotFound
from otdel.core.models import SortKey
from otdel.customers import access, rules
from otdel.customers.models import Channel, ClientSegment, Contact, ContactPoint, Customer, Region, Source
from otdel.org.access import reach
from otdel.org.models import Person
from otdel.org.rules import Right

SHOWN = 20


@dataclass(frozen=True)
class PointView:
    kind: str
    value: str
    extension: str
    label: str


@dataclass(frozen=True)
class Card:
    """A record as its card shows it: `values` by field name, `names` of what they refer to."""

    id: int
    title: str
    values: dict[str, Any]
    names: dict[str, str]
    custom: dict[str, Any]
    tags: list[str]
    owner_id: int
    owner: str
    created_at: datetime
    in_bin: bool
    can_change: bool
    can_delete: bool
    points: list[PointView] = field(default_factory=list)
    completeness: float = 1.0
    missing: tuple[str, ...] = ()

    def of_kind(self, kind: str) -> list[PointView]:
        return [point for point in self.points if point.kind == kind]


Row = dict[str, Any]
Names = Mapping[str, str]
OWN = ("id", "owner_id", "owner__name", "created_at", "deleted_at", "custom")


def find(person: Person, rows: Any, pk: int, wanted: Iterable[str], extra: Mapping[str, Any]) -> Row:
    """Return the fields of a visible record, living or in a bin the person may see.

    Plain values: the whole rows of everything it refers to would cost several times as much.
    One query, two for what is in the bin.
    """
    for binned in (False, True):
        found: list[Row] = list(rows(person, binned=binned).filter(pk=pk).annotate(**extra).values(*OWN, *wanted))
        if found:
            return found[0]
    raise nothing_seen()


def nothing_seen() -> NotFound:
    return NotFound(_("There is no such record, or you may not see it."))


def points_of(field_name: str) -> ArraySubquery:
    rows = ContactPoint.objects.filter(**{field_name: OuterRef("pk")}).order_by("position", "id")
    parts = {"kind": "kind", "value": "value", "extension": "extension", "label": "label"}
    return ArraySubquery(rows.values(json=JSONObject(**parts)))


def build(person: Person, kind: str, found: Row, title: str, values: Iterable[str], names: Names, **more: Any) -> Card:
    """Return the card of the fields found. Nothing beyond the queries of access."""
    return Card(
        id=found["id"],
        title=found[title] or f"#{found['id']}",
        values={name: found[name] for name in values},
        names={name: found[path] for name, path in names.items() if found[path] is not None},
        custom=found["custom"],
        tags=found.get("tags") or [],
        owner_id=found["owner_id"],
        owner=found["owner__name"],
        created_at=found["created_at"],
        in_bin=found["deleted_at"] is not None,
        can_change=reach(person, kind, Right.CHANGE).includes(found["owner_id"]),
        can_delete=reach(person, kind, Right.DELETE).includes(found["owner_id"]),
        **more,
    )


def _filled(found: Row, points: list[PointView], counted: Iterable[str]) -> set[str]:
    kinds = {point.kind for point in points}
    has = {"phone": "PHONE" in kinds, "email": "EMAIL" in kinds}
    return {name for name in counted if has.get(name, bool(found.get(name)))}


CUSTOMER_VALUES = (*rules.CUSTOMER_TEXTS, *rules.CUSTOMER_LISTS, "kind", "external_id")
CUSTOMER_NAMES = {name: f"{name}__name" for name in ("segment", "region", "channel", "source")}


def customer_card(person: Person, customer_id: int) -> Card:
    """One query besides those of access; two for what is in the bin."""
    wanted = (*CUSTOMER_VALUES, *CUSTOMER_NAMES.values(), "tags", "point_rows")
    found = find(person, access.customers, customer_id, wanted, {"point_rows": points_of("customer")})
    counted = _counted(found, rules.CUSTOMER_COUNTED)
    return build(person, "customer", found, "name", CUSTOMER_VALUES, CUSTOMER_NAMES, **counted)


CONTACT_VALUES = (*rules.CONTACT_TEXTS, "customer_id", "birthday", "external_id")
CONTACT_NAMES = {"customer": "customer__name"}


def contact_card(person: Person, contact_id: int) -> Card:
    """One query besides those of access; two for what is in the bin."""
    wanted = ("name", *CONTACT_VALUES, *CONTACT_NAMES.values(), "point_rows")
    found = find(person, access.contacts, contact_id, wanted, {"point_rows": points_of("contact")})
    counted = _counted(found, rules.CONTACT_COUNTED)
    return build(person, "contact", found, "name", CONTACT_VALUES, CONTACT_NAMES, **counted)


def _counted(found: Row, counted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the phones and addresses of the row, and how full the card is."""
    points = [PointView(**row) for row in found["point_rows"]]
    filled = _filled(found, points, counted)
    return {
        "points": points,
        "completeness": rules.completeness(filled, counted),
        "missing": tuple(name for name in counted if name not in filled),
    }


@dataclass(frozen=True)
class ContactRow:
    id: int
    name: str
    position: str
    phone: str
    email: str


def contacts_of(person: Person, customer_id: int) -> list[ContactRow]:
    """Return the customer's people whom the person may see. One query."""
    first = ContactPoint.objects.filter(contact=OuterRef("pk")).order_by("position", "id")
    rows = (
        access.contacts(person)
        .filter(customer_id=customer_id)
        .annotate(
            phone=ArraySubquery(first.filter(kind="PHONE").values("value")[:1]),
            email=ArraySubquery(first.filter(kind="EMAIL").values("value")[:1]),
        )
        .order_by(SortKey("name"), "id")
    )
    return [
        ContactRow(pk, name, position, (phone or [""])[0], (email or [""])[0])
        for pk, name, position, phone, email in rows.values_list("id", "name", "position", "phone", "email")[:SHOWN]
    ]


def phones_of(person: Person, customer_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return where to ring each of these customers: the number and whose it is, "" for their own. One query."""
    if not customer_ids:
        return {}
    mine = access.customers(person).filter(pk__in=customer_ids)
    theirs = access.contacts(person).filter(customer_id__in=customer_ids)
    rows = ContactPoint.objects.filter(Q(customer__in=mine) | Q(contact__in=theirs), kind=ContactPoint.Kind.PHONE)
    found: dict[int, tuple[str, str]] = {}
    for own, of, value, name in rows.order_by("customer_id", "contact_id", "position", "id").values_list(
        "customer_id", "contact__customer_id", "value", "contact__name"
    ):
        found.setdefault(own or of, (value, name or ""))
    return found


def short_lists() -> dict[str, list[tuple[int, str]]]:
    """Return what records are described by, entries in use, by the field's name. One query."""
    parts = [
        model.objects.filter(is_active=True)
        .annotate(list=Value(name, output_field=CharField()))
        .order_by()
        .values_list("list", "position", "id", "name")
        for name, model in NAMED.items()
    ]
    found: dict[str, list[tuple[int, str]]] = {name: [] for name in NAMED}
    for name, _position, pk, words in parts[0].union(*parts[1:], all=True).order_by("list", "position", "id"):
        found[name].append((pk, words))
    return found


NAMED: dict[str, Any] = {
    "segment_id": ClientSegment,
    "region_id": Region,
    "channel_id": Channel,
    "source_id": Source,
}


def names_of(wanted: dict[str, set[int]], more: dict[str, Any] | None = None) -> dict[tuple[str, int], str]:
    """Return names of records by (field, number), for a history of fields. One query, none for nothing."""
    models = {**NAMED, "owner_id": Person, "customer_id": Customer, "contact_id": Contact, **(more or {})}
    parts: list[QuerySet[Any]] = [
        models[name]
        .objects.filter(pk__in=list(numbers)[:200])
        .annotate(field=Value(name, output_field=CharField()), words=F("title" if name in TITLED else "name"))
        .order_by()
        .values_list("field", "id", "words")
        for name, numbers in wanted.items()
        if name in models and numbers
    ]
    if not parts:
        return {}
    return {(name, pk): words for name, pk, words in (parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0])}


TITLED = ("lead_id", "deal_id")


def customer_timeline(
    customer_id: int, after: timeline.Place | None, above: timeline.Above | None = None
) -> timeline.Page:
    """What happened to the customer. One query; whoever asks has already been shown the card."""
    label = "customers.customer"
    return timeline.read([timeline.events(label, customer_id), timeline.changes(label, customer_id)], after, above)


def contact_timeline(
    contact_id: int, after: timeline.Place | None, above: timeline.Above | None = None
) -> timeline.Page:
    label = "customers.contact"
    return timeline.read([timeline.events(label, contact_id), timeline.changes(label, contact_id)], after, above)


@dataclass(frozen=True)
class Entry:
    id: int
    name: str
    is_active: bool


def entries(code: str) -> list[Entry]:
    """Return a short list whole, for settings. One query."""
    model = {"segments": ClientSegment, "regions": Region, "channels": Channel, "sources": Source}.get(code)
    if model is None:
        raise NotFound(_("There is no such list."))
    rows = model._default_manager.order_by("position", "pk").values_list("pk", "name", "is_active")
    return [Entry(*row) for row in rows]
