"""The addresses and the frame every card has."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils import timezone

from otdel.customers.queries import Card
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import formats
from otdel.interfaces.web.cards.editing import edit_view, field_view
from otdel.interfaces.web.cards.facts import facts
from otdel.interfaces.web.cards.handing import assign_view, bin_view, restore_view
from otdel.interfaces.web.cards.history import timeline_view
from otdel.interfaces.web.cards.record import Record
from otdel.interfaces.web.nav import numbered


def common_urls(record: Record) -> list[URLPattern]:
    """Return the addresses every kind of record has besides its card."""
    at, name = record.path, record.name
    return [
        path(f"{at}<int:pk>/edit/", edit_view(record), name=f"{name}_edit"),
        path(f"{at}<int:pk>/field/<str:name>/", field_view(record), name=f"{name}_field"),
        path(f"{at}<int:pk>/history/", timeline_view(record), name=f"{name}_history"),
        path(f"{at}<int:pk>/assign/", assign_view(record), name=f"{name}_assign"),
        path(f"{at}<int:pk>/bin/", bin_view(record), name=f"{name}_bin"),
        path(f"{at}<int:pk>/restore/", restore_view(record), name=f"{name}_restore"),
    ]


def frame(request: PersonRequest, record: Record, card: Card) -> dict[str, Any]:
    """Return what every card's template needs."""
    return {
        "card": card,
        "facts": facts(request, record, card),
        "list_url": reverse(record.list_name),
        "urls": {
            name: numbered(f"{record.name}_{name}", card.id) for name in ("edit", "history", "assign", "bin", "restore")
        }
        | {"remind": numbered("remind", record.name, card.id)},
        "completeness": round(card.completeness * 100),
        "created": formats.current().date(timezone.localtime(card.created_at).date()),
        "initials": formats.initials(card.owner),
    }
