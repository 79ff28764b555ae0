"""The board of unfinished work by deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.core.listing import (
    State,
)
from otdel.org.models import Person
from otdel.tasks.models import Task
from otdel.tasks.queries.counters import end_of_day, live
from otdel.tasks.queries.rows import BY_DEADLINE, TaskRow, rows_of, unfinished

LANES = ("overdue", "today", "week", "next", "later", "none")
LANE_LABELS = {
    "overdue": _("Overdue"),
    "today": pgettext_lazy("deadline", "Today"),
    "week": pgettext_lazy("deadline", "This week"),
    "next": pgettext_lazy("deadline", "Next week"),
    "later": pgettext_lazy("deadline", "Later"),
    "none": _("Without a deadline"),
}

IN_A_LANE = 50


def lanes(now: datetime) -> dict[str, Q]:
    """Return what stands in each lane of the board; a week ends on Sunday."""
    midnight = end_of_day(now)
    monday = midnight + timedelta(days=6 - now.weekday())
    return {
        "overdue": Q(deadline__lt=now),
        "today": Q(deadline__gte=now, deadline__lt=midnight),
        "week": Q(deadline__gte=midnight, deadline__lt=monday),
        "next": Q(deadline__gte=monday, deadline__lt=monday + timedelta(days=7)),
        "later": Q(deadline__gte=monday + timedelta(days=7)),
        "none": Q(deadline=None),
    }


@dataclass(frozen=True)
class Lane:
    code: str
    rows: list[TaskRow]
    count: int


def by_deadline(person: Person, now: datetime, *, who: str = "", state: State | None = None) -> list[Lane]:
    """Return unfinished work by deadline.

    All of each lane counted, so many shown. Three queries besides those of access.
    """
    rows = unfinished(person, who, state).filter(live(now))
    conditions = lanes(now)
    counts = rows.aggregate(**{code: Count("pk", filter=condition) for code, condition in conditions.items()})
    first = [
        rows.filter(condition).order_by(*BY_DEADLINE).values_list("pk", Value(code))[:IN_A_LANE]
        for code, condition in conditions.items()
    ]
    found = dict(first[0].union(*first[1:], all=True))
    shown: dict[str, list[TaskRow]] = {code: [] for code in LANES}
    for row in rows_of(Task.objects.filter(pk__in=list(found)).order_by(*BY_DEADLINE), len(found)) if found else ():
        shown[found[row.id]].append(row)
    return [Lane(code, shown[code], counts[code]) for code in LANES]
