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
