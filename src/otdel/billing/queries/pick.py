"""Choosing one invoice or product by typing a few letters."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q

from otdel.billing import access
from otdel.core.listing.filters import fold
from otdel.core.models import Fold, SortKey
from otdel.org.models import Person

Found = list[tuple[int, str]]


def find_invoices(person: Person, text: str, most: int = 12) -> Found:
    """Return standing invoices the person may see by their number, the newest first."""
    wanted = Q(cancelled_on=None)
    for word in fold(text).split()[:6]:
        wanted &= Q(search__contains=word)
    rows = access.visible_invoices(person).filter(wanted).order_by("-issued_on", "-id")
    return [(pk, number or f"{pk}") for pk, number in rows.values_list("id", "number")[:most]]


def invoice_name(person: Person, invoice_id: int) -> str | None:
    row = access.seen_invoices(person).filter(pk=invoice_id).values_list("number", flat=True).first()
    return None if row is None else row or str(invoice_id)


def products_named(person: Person, names: set[str]) -> dict[str, tuple[int, Decimal | None]]:
    """Return (number, price) of the products called exactly so, in any case; of namesakes the first. One query."""
    folded = {fold(name) for name in names if name}
    if not folded:
        return {}
    rows = access.visible_products(person).alias(folded=Fold("name")).filter(folded__in=folded)
    found: dict[str, tuple[int, Decimal | None]] = {}
    for pk, name, price in rows.order_by("-is_active", "id").values_list("id", "name", "price"):
        found.setdefault(fold(name), (pk, price))
    return found


def products_by_name(person: Person, text: str, most: int = 12) -> list[tuple[str, Decimal | None]]:
    """Return names and prices of products on sale by words of their name or code."""
    rows = access.visible_products(person).filter(is_active=True)
    for word in fold(text).split()[:6]:
        rows = rows.filter(search__contains=word)
    return list(rows.order_by(SortKey("name"), "id").values_list("name", "price")[:most])
