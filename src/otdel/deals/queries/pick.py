"""Choosing one deal out of very many by typing a few letters."""

from __future__ import annotations

from django.db.models import F, Q

from otdel.core.listing.filters import fold
from otdel.deals import access
from otdel.org.models import Person

Found = list[tuple[int, str]]


def find(person: Person, text: str, most: int = 12, customer_id: int | None = None) -> Found:
    """Return deals the person may see by words of their title, open ones first, then the newest."""
    wanted = Q(customer_id=customer_id) if customer_id else Q()
    for word in fold(text).split()[:6]:
        wanted &= Q(search__contains=word)
    rows = (
        access.visible_to(person).filter(wanted).order_by(F("closed_on").desc(nulls_first=True), "-created_at", "-id")
    )
    return list(rows.values_list("id", "title")[:most])


def name_of(person: Person, deal_id: int) -> str | None:
    return access.visible_to(person).filter(pk=deal_id).values_list("title", flat=True).first()
