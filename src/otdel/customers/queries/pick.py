"""Choosing one customer out of very many by typing a few letters."""

from __future__ import annotations

from django.db.models import Q

from otdel.core.listing.filters import fold
from otdel.core.models import SortKey
from otdel.customers import access
from otdel.org.models import Person

Found = list[tuple[int, str]]


def find(person: Person, text: str, most: int = 12) -> Found:
    """Return customers the person may see by words of their name or numbers; without words the first by name."""
    wanted = Q()
    for word in fold(text).split()[:6]:
        wanted &= Q(search__contains=word)
    rows = access.visible_to(person).filter(wanted).order_by(SortKey("name"), "id")
    return list(rows.values_list("id", "name")[:most])


def name_of(person: Person, customer_id: int) -> str | None:
    return access.visible_to(person).filter(pk=customer_id).values_list("name", flat=True).first()


def find_contacts(person: Person, text: str, near: int | None = None, most: int = 12) -> Found:
    """Return contacts the person may see by words of their names; those of the customer `near` come first."""
    wanted = Q()
    for word in fold(text).split()[:6]:
        wanted &= Q(search__contains=word)
    rows = access.contacts(person).filter(wanted).order_by(SortKey("name"), "id").values_list(*_CONTACT)
    found = list(rows.filter(customer_id=near)[:most]) if near else []
    if len(found) < most:
        found += rows.exclude(customer_id=near)[: most - len(found)] if near else rows[:most]
    return [_contact(*row) for row in found]


_CONTACT = ("id", "name", "customer__name")


def contact_name(person: Person, contact_id: int) -> str | None:
    found = access.contacts(person).filter(pk=contact_id).values_list(*_CONTACT).first()
    return _contact(*found)[1] if found else None


def _contact(pk: int, name: str, customer: str | None) -> tuple[int, str]:
    return pk, f"{name} ({customer})" if customer else name
