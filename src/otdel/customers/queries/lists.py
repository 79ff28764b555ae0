"""The lists of customers and contacts, and the short lists they are chosen from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.utils.translation import gettext_lazy as _

from otdel.core.listing import Asking, Bin, Choice, Column, Days, Kind, Listing, Reference, Search, Sort, Tags
from otdel.core.listing.filters import Option
from otdel.customers import access
from otdel.customers.models import Channel, ClientSegment, ContactPoint, Customer, Region, Source
from otdel.org.listing import owner_column, owner_filter, unit_filter
from otdel.org.models import Person


def _short_list(model: Any) -> Callable[[Asking], Iterator[Option]]:
    def options(asking: Asking) -> Iterator[Option]:
        for pk, name in model.objects.order_by("-is_active", "position", "name", "id").values_list("id", "name"):
            yield str(pk), name

    return options


segments = _short_list(ClientSegment)
regions = _short_list(Region)
channels = _short_list(Channel)
sources = _short_list(Source)


def ids_by_text(person: Person, folded: str, most: int) -> list[int]:
    """Return customers the person may see by words of their name or numbers. One query."""
    found = Q()
    for word in folded.split()[:6]:
        if len(word) < 3:
            return []
        found &= Q(search__contains=word)
    return list(access.visible_to(person).filter(found).values_list("id", flat=True)[:most])


def name_of(customer_id: int, asking: Asking) -> str | None:
    """Return the customer's name for whoever may see it."""
    return access.visible_to(asking.person).filter(pk=customer_id).values_list("name", flat=True).first()


def by_point(field: str) -> Callable[[str, Asking], Q | None]:
    """Also find by a phone in any writing or by an e-mail. One query, only for what looks like one."""

    def others(text: str, asking: Asking) -> Q | None:
        wanted = point_condition(text)
        if wanted is None:
            return None
        rows = ContactPoint.objects.filter(wanted).exclude(**{field: None}).values_list(field, flat=True)[:200]
        found = list(rows)
        return Q(pk__in=found) if found else None

    return others


def point_condition(text: str) -> Q | None:
    """Return the condition on contact points the text looks like: an e-mail or at least six digits of a phone."""
    if "@" in text:
        return Q(kind=ContactPoint.Kind.EMAIL, value__startswith=text.lower().strip())
    digits = re.sub(r"\D", "", text)
    if len(digits) < 6 or re.search(r"[^\W\d_]", text):
        return None
    if len(digits) == 11 and digits[0] == "8":
        digits = f"7{digits[1:]}"
    forms = {f"+{digits}"} | ({f"+7{digits}"} if len(digits) == 10 else set())
    return Q(kind=ContactPoint.Kind.PHONE) & (Q(value__in=forms) | Q(value__startswith=f"+{digits}"))


def _points(field: str, kind: str) -> ArraySubquery:
    rows = ContactPoint.objects.filter(**{field: OuterRef("pk")}, kind=kind).order_by("position", "id")
    return ArraySubquery(rows.values("value")[:3])


CUSTOMERS = Listing(
    key="customer",
    visible=access.customers,
    order="name",
    columns=(
        Column("name", _("Customer"), Kind.LINK, also=("id",), sort=Sort.text("name"), phone="m1"),
        Column("inn", _("INN"), Kind.TEXT, phone="m4"),
        Column("segment", _("Segment"), Kind.TEXT, "segment__name", phone="m2"),
        Column("region", _("Region"), Kind.TEXT, "region__name"),
        Column("phone", _("Phone"), Kind.PHONE, _points("customer", "PHONE"), phone="mw"),
        Column("email", _("E-mail"), Kind.TAGS, _points("customer", "EMAIL"), shown=False),
        owner_column(phone="m3"),
        Column("created", _("Created"), Kind.MOMENT, "created_at", sort=Sort("created_at", datetime, descending=True)),
        Column("kind", _("Kind"), Kind.CHOICE, choices=dict(Customer.Kind.choices), shown=False),
        Column("legal_name", _("Full name"), Kind.TEXT, shown=False),
        Column("kpp", _("KPP"), Kind.TEXT, shown=False),
        Column("ogrn", _("OGRN"), Kind.TEXT, shown=False),
        Column("address", _("Address"), Kind.TEXT, shown=False),
        Column("channel", _("Channel"), Kind.TEXT, "channel__name", shown=False),
        Column("source", _("Source"), Kind.TEXT, "source__name", shown=False),
        Column("tags", _("Tags"), Kind.TAGS, shown=False),
        Column("external", _("External number"), Kind.TEXT, "external_id", shown=False),
    ),
    filters=(
        Search("q", _("Search"), others=by_point("customer_id")),
        owner_filter(),
        unit_filter(),
        Choice("segment", _("Segment"), path="segment_id", options=segments),
        Choice("region", _("Region"), path="region_id", options=regions),
        Choice("channel", _("Channel"), path="channel_id", options=channels),
        Choice("source", _("Source"), path="source_id", options=sources),
        Choice("kind", _("Kind"), path="kind", options=dict(Customer.Kind.choices), number=False),
        Days("created", _("Created"), path="created_at", moment=True),
        Tags("tag", _("Tag")),
        Bin(),
    ),
)

CONTACTS = Listing(
    key="contact",
    visible=access.contacts,
    order="name",
    columns=(
        Column("name", _("Contact"), Kind.LINK, also=("id",), sort=Sort.text("name"), phone="m1"),
        Column("position", _("Position"), Kind.TEXT, phone="m4"),
        Column("customer", _("Customer"), Kind.LINK, "customer__name", also=("customer_id",), phone="m3"),
        Column("phone", _("Phone"), Kind.PHONE, _points("contact", "PHONE"), phone="mw"),
        Column("email", _("E-mail"), Kind.TAGS, _points("contact", "EMAIL")),
        owner_column(),
        Column("birthday", _("Birthday"), Kind.DATE, shown=False),
        Column("created", _("Created"), Kind.MOMENT, "created_at", shown=False),
        Column("external", _("External number"), Kind.TEXT, "external_id", shown=False),
    ),
    filters=(
        Search("q", _("Search"), others=by_point("contact_id")),
        owner_filter(),
        unit_filter(),
        Reference("customer", _("Customer"), path="customer_id", name_of=name_of),
        Days("created", _("Created"), path="created_at", moment=True),
        Bin(),
    ),
)

__all__ = [
    "CONTACTS",
    "CUSTOMERS",
    "by_point",
    "channels",
    "ids_by_text",
    "name_of",
    "point_condition",
    "regions",
    "segments",
    "sources",
]
