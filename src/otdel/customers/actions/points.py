"""Phones, e-mails and sites of a customer or a contact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from otdel.customers import rules
from otdel.customers.models import Contact, ContactPoint, Customer

KINDS = {"phones": rules.phone_points, "emails": rules.email_points, "sites": rules.site_points}


def set_points(record: Customer | Contact, given: Mapping[str, Any]) -> bool:
    """Make the given kinds of points exactly these, in this order; kinds not given stay. Tells whether any changed."""
    parsed = [(name, parse(_texts(given[name]))) for name, parse in KINDS.items() if name in given]
    return any([_replace(record, name, points) for name, points in parsed])


def _texts(given: Any) -> Iterable[str]:
    return given.replace(",", "\n").replace(";", "\n").splitlines() if isinstance(given, str) else given


def _replace(record: Customer | Contact, name: str, points: list[rules.Point]) -> bool:
    """Keep rows that stay, so that their labels and history stay with them."""
    kind = {"phones": "PHONE", "emails": "EMAIL", "sites": "SITE"}[name]
    kept = {(row.value, row.extension): row for row in record.points.filter(kind=kind)}
    wanted = {(point.value, point.extension): point for point in points}
    gone = [row.pk for key, row in kept.items() if key not in wanted]
    ContactPoint.objects.filter(pk__in=gone).delete()
    side: dict[str, Any] = {"customer" if isinstance(record, Customer) else "contact": record}
    new = [
        ContactPoint(kind=kind, value=point.value, extension=point.extension, raw=point.raw, position=at, **side)
        for at, (key, point) in enumerate(wanted.items())
        if key not in kept
    ]
    ContactPoint.objects.bulk_create(new)
    for at, key in enumerate(wanted):
        if key in kept and kept[key].position != at:
            ContactPoint.objects.filter(pk=kept[key].pk).update(position=at)
    return bool(gone or new)


def filled(record: Customer | Contact, names: Iterable[str]) -> set[str]:
    """Return which of the fields have something in them. One query."""
    kinds = set(record.points.values_list("kind", flat=True))
    has = {"phone": "PHONE" in kinds, "email": "EMAIL" in kinds}
    return {name for name in names if (has[name] if name in has else getattr(record, name))}
