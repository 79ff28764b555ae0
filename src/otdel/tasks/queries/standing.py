"""What waits for those one stands in for: shown apart, never among one's own counters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count

from otdel.org.access import stands_in_for
from otdel.org.models import Person
from otdel.tasks import access
from otdel.tasks.queries.counters import waits


@dataclass(frozen=True)
class Standing:
    id: int
    name: str
    last_on: date
    overdue: int
    today: int


def standing_in(person: Person, now: datetime) -> list[Standing]:
    """Return for whom the person acts today, and what of theirs is pressing. One query, none for nobody."""
    away = stands_in_for(person)
    if not away:
        return []
    counted: dict[str, Any] = {
        f"{code}_{pk}": Count("pk", filter=waits(code, pk, now)) for pk in away for code in ("overdue", "today")
    }
    rows = access.visible_tasks(person).filter(doers__overlap=sorted(away)).order_by()
    found = rows.aggregate(**counted)
    return [
        Standing(pk, each.name, each.last_on, found[f"overdue_{pk}"], found[f"today_{pk}"]) for pk, each in away.items()
    ]
