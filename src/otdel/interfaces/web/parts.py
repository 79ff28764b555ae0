"""Parts of cards that come after the card itself: what other rooms know about the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from otdel.billing import queries as billing
from otdel.core.errors import NotFound
from otdel.customers import queries as customers
from otdel.deals import queries as deals
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import formats, marks, slots
from otdel.interfaces.web.nav import numbered

TONES = {"WON": "done", "LOST": "under"}


def deal_row(row: deals.DealRow, fmt: formats.Formats, currency: str) -> dict[str, Any]:
    """Return a deal as a line of another record's card."""
    day = row.closed_on or row.expected_on
    return {
        "url": reverse("deal", args=[row.id]),
        "title": row.title,
        "amount": fmt.money(row.amount, currency),
        "stage": marks.badge(row.stage, TONES.get(row.outcome, "")),
        "day": fmt.date(day) if day else "",
    }


def _money_of_customer(request: PersonRequest, pk: int) -> str:
    customers.customer_card(request.user, pk)
    return slots.customer_money(request, pk)


def _passed_customer(request: PersonRequest, pk: int) -> str:
    customers.customer_card(request.user, pk)
    return slots.what_passed(request, "customer", pk)


def _money_of_deal(request: PersonRequest, pk: int) -> str:
    deals.deal_card(request.user, pk)
    return slots.deal_money(request, pk)


def _lines_of_deal(request: PersonRequest, pk: int) -> str:
    found = deals.deal_card(request.user, pk).card
    return slots.deal_lines(request, pk, found.values["amount"], found.owner_id)


def _passed_deal(request: PersonRequest, pk: int) -> str:
    deals.deal_card(request.user, pk)
    return slots.what_passed(request, "deal", pk)


def _passed_lead(request: PersonRequest, pk: int) -> str:
    deals.lead_card(request.user, pk)
    return slots.what_passed(request, "lead", pk)


def _tasks_of_customer(request: PersonRequest, pk: int) -> str:
    customers.customer_card(request.user, pk)
    return slots.tasks(request, "customer", pk)


def _tasks_of_deal(request: PersonRequest, pk: int) -> str:
    deals.deal_card(request.user, pk)
    return slots.tasks(request, "deal", pk)


def _tasks_of_lead(request: PersonRequest, pk: int) -> str:
    deals.lead_card(request.user, pk)
    return slots.tasks(request, "lead", pk)


def _tasks_of_contact(request: PersonRequest, pk: int) -> str:
    customers.contact_card(request.user, pk)
    return slots.tasks(request, "contact", pk)


def _tasks_of_invoice(request: PersonRequest, pk: int) -> str:
    billing.invoice_card(request.user, pk, request.today)
    return slots.tasks(request, "invoice", pk)


PARTS: dict[str, dict[str, Callable[[PersonRequest, int], str]]] = {
    "customer": {"tasks": _tasks_of_customer, "money": _money_of_customer, "activities": _passed_customer},
    "deal": {"tasks": _tasks_of_deal, "lines": _lines_of_deal, "money": _money_of_deal, "activities": _passed_deal},
    "lead": {"tasks": _tasks_of_lead, "activities": _passed_lead},
    "contact": {"tasks": _tasks_of_contact},
    "invoice": {"tasks": _tasks_of_invoice},
}


def addresses(kind: str, pk: int) -> list[str]:
    return [numbered("part", kind, pk, name) for name in PARTS[kind]]


@page
def part(request: PersonRequest, kind: str, pk: int, name: str) -> HttpResponseBase:
    """One part: alone for htmx, else as a page."""
    draw = PARTS.get(kind, {}).get(name)
    if draw is None:
        raise NotFound(_("There is no such part."))
    made = draw(request, pk)
    if request.htmx:
        return HttpResponse(made)
    return TemplateResponse(request, "records/part.html", {"part": made, "back": reverse(kind, args=[pk])})


urlpatterns = [path("part/<str:kind>/<int:pk>/<str:name>/", part, name="part")]
