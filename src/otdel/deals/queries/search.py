"""Deals and leads found by words and phones, and leads like one another."""

from __future__ import annotations

from django.db.models import F, Q

from otdel.core.search import Hit, Part
from otdel.deals import access
from otdel.deals.models import Lead
from otdel.org.models import Person


def same_leads(person: Person, phone: str, email: str, but: int | None = None) -> list[Hit]:
    """Return other visible leads with the same phone or e-mail. One query, none for nothing."""
    wanted = Q()
    if phone:
        wanted |= Q(phone=phone)
    if email:
        wanted |= Q(email=email)
    if not wanted:
        return []
    rows = access.leads(person).filter(wanted).exclude(pk=but).order_by("-created_at", "-id")
    return [
        Hit("lead", pk, title, str(Lead.Status(status).label))
        for pk, title, status in rows.values_list("id", "title", "status")[:5]
    ]


def search_parts(person: Person, text: str) -> list[Part]:
    """Deals by title and number, open ones first; leads by anything written down of them. No query."""
    newest = (F("closed_on").desc(nulls_first=True), "-id")
    return [
        Part("deal", access.visible_to(person), "title", "customer__name", newest),
        Part("lead", access.leads(person), "title", "company_name", ("-created_at", "-id"), _phone_condition(text)),
    ]


def _phone_condition(text: str) -> Q | None:
    """A lead's phone is part of its search text: enough to look for the digits as they are kept."""
    digits = "".join(sign for sign in text if sign.isdigit())
    if len(digits) < 6 or any(sign.isalpha() for sign in text):
        return None
    return Q(search__contains=digits[1:] if len(digits) == 11 and digits[0] in "78" else digits)
