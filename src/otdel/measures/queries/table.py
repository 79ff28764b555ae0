"""Everybody's day in one table: plan, fact, verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Max, Min, Q, Subquery

from otdel.measures import access
from otdel.measures.queries.days import Day, drawn, whole
from otdel.org import access as org
from otdel.org.models import Person
from otdel.org.rules import Right


@dataclass(frozen=True)
class DaysTable:
    day: date
    rows: list[Day]
    earlier: date | None
    later: date | None

    def total(self, kind: str) -> tuple[int, int]:
        pairs = [row.counted(kind) for row in self.rows]
        return sum(asked for asked, _done in pairs), sum(done for _asked, done in pairs)

    @property
    def expected(self) -> Decimal:
        return sum((row.expected for row in self.rows), Decimal(0))

    @property
    def paid(self) -> Decimal:
        return sum((row.paid for row in self.rows), Decimal(0))

    @property
    def actions(self) -> tuple[int, int]:
        return sum(len(row.actions) for row in self.rows), sum(row.done for row in self.rows)


def days_table(person: Person, day: date | None, today: date, unit_id: int | None = None) -> DaysTable:
    """Return the days of everybody the person steers; without a day asked for, the latest there is.

    Four queries besides those of access, however many people.
    """
    reached = org.reach(person, access.KIND, Right.VIEW)
    rows = access.visible_days(person).exclude(person=person)
    rows = rows if reached.everyone else rows.filter(person_id__in=reached.person_ids)
    if unit_id:
        rows = rows.filter(person_id__in=org.people_of(org.tree_for(person).under(unit_id)))
    found = list(_on(rows, day, today).order_by("person__name", "person_id"))
    beside = found[0] if found else _beside(rows, day, today)
    day = found[0].day if found else day or today
    return DaysTable(day=day, rows=drawn(found, person), earlier=beside.earlier, later=beside.later)


class Beside(NamedTuple):
    """The days before and after it there is something of."""

    earlier: date | None
    later: date | None


def _on(rows: Any, day: date | None, today: date) -> Any:
    """Return the rows of the day, else of the latest there is, with the days beside it."""
    at = day or Subquery(rows.filter(day__lte=today).order_by("-day").values("day")[:1])
    earlier = rows.filter(day__lt=at).order_by("-day").values("day")[:1]
    later = rows.filter(day__gt=at, day__lte=today).order_by("day").values("day")[:1]
    return whole(rows.filter(day=at)).annotate(earlier=Subquery(earlier), later=Subquery(later))


def _beside(rows: Any, day: date | None, today: date) -> Beside:
    """Return the days beside one of which there is nothing. One query, none when there is nothing at all."""
    if day is None:
        return Beside(None, None)
    earlier, later = Q(day__lt=day), Q(day__gt=day, day__lte=today)
    return Beside(**rows.aggregate(earlier=Max("day", filter=earlier), later=Min("day", filter=later)))
