"""One box that finds customers, contacts, leads and deals."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as lazy

from otdel.core.listing.values import clean_text
from otdel.core.search import Hit, find
from otdel.customers import queries as customers
from otdel.deals import queries as deals
from otdel.interfaces.http import PersonRequest, page
from otdel.org.access import scope
from otdel.org.rules import Right

SHORTEST = 2
# kind: (words, icon, name of the card's address, name of the list's)
KINDS = {
    "customer": (lazy("Customers"), "building", "customers"),
    "contact": (lazy("Contacts"), "user", "contacts"),
    "deal": (lazy("Deals"), "deals", "deals"),
    "lead": (lazy("Leads"), "star", "leads"),
}


@page
def search(request: PersonRequest) -> HttpResponseBase:
    """The page of what was found; for htmx the list under the box."""
    text = clean_text(request.GET.get("q", ""), 120).strip()
    most = 5 if request.htmx else 20
    context = {"text": text, "groups": _groups(request, text, most), "too_short": len(text) < SHORTEST}
    return TemplateResponse(request, f"search.html{'#found' if request.htmx else ''}", context)


def _groups(request: PersonRequest, text: str, most: int) -> list[dict[str, Any]]:
    """Return what was found by kind, only of kinds the person may see."""
    if len(text) < SHORTEST:
        return []
    parts = [*customers.search_parts(request.user, text), *deals.search_parts(request.user, text)]
    hits = find([part for part in parts if scope(request.user, part.kind, Right.VIEW)], text, most)
    by_kind = {kind: [hit for hit in hits if hit.kind == kind] for kind in KINDS}
    return [_group(kind, found, most) for kind, found in by_kind.items() if found]


def _group(kind: str, found: list[Hit], most: int) -> dict[str, Any]:
    label, icon, list_name = KINDS[kind]
    return {
        "label": label,
        "icon": icon,
        "hits": [{"url": reverse(kind, args=[hit.id]), "title": hit.title, "note": hit.note} for hit in found],
        "list": reverse(list_name),
        "more": len(found) == most,
    }


urlpatterns = [path("search/", search, name="search")]
