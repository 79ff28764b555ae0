"""On which days of a period whose line was below its tolerance: the board of each of those days, without asking it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from otdel.calc import pace
from otdel.core.periods import Period
from otdel.org.models import Person
from otdel.org.queries import calendar, company_of
from otdel.plans import metrics
from otdel.plans.queries.board import board
from otdel.plans.queries.course import course_of, facts_for
from otdel.plans.queries.figures import cents, mark
from otdel.plans.queries.place import BoardQuery, place_of

ZERO = Decimal(0)


def red_days(person: Person, period: Period, metric: str, unit_id: int | None, last: date) -> dict[int, list[date]]:
    """Return the working days up to `last` on which the board of people showed whom red.

    A level has no way through the period: only its last day is looked at. Nine queries.
    """
    last = min(last, period.last)
    query = BoardQuery(period, metric, unit_id=unit_id, by="person")
    shown = board(person, query, last)
    people = {row.id: row.figures.amount for row in shown.rows if row.kind == "person" and row.figures.amount}
    if shown.course.is_level:
        return {row.id: [last] for row in shown.rows if row.id in people and row.figures.mark == "under"}
    company, place = company_of(person), place_of(person, shown.query)
    days = calendar(company.country)
    facts = facts_for(place, shown.query, last, company.active_days, people=False)
    course, weights = course_of(shown.query, days, facts, last, company.tolerance)
    came = _came(metric, place.unit_ids, period.start, last)
    found: dict[int, list[date]] = {pk: [] for pk in people}
    so_far = dict.fromkeys(people, ZERO)
    for number in range((last - period.start).days + 1):
        day = period.start + timedelta(days=number)
        weight = Decimal(f"{pace.weight_passed(weights, number):.12f}")
        for pk, plan in people.items():
            so_far[pk] += came.get((pk, day), ZERO)
            if days.is_working_day(day) and mark(so_far[pk], cents(plan * weight), course.tolerance) == "under":
                found[pk].append(day)
    return found


def _came(metric: str, unit_ids: Collection[int], first: date, last: date) -> dict[tuple[int, date], Decimal]:
    """Return what came to whom on which day. One query."""
    rows = metrics.plain(metric, "BETWEEN %(first)s AND %(last)s")
    sql = f"SELECT person_id, day, sum(amount) FROM ({rows}) r WHERE unit_id = ANY (%(units)s) GROUP BY 1, 2"  # noqa: S608 - our own text
    with connection.cursor() as cursor:
        cursor.execute(sql, {"first": first, "last": last, "units": list(unit_ids)})
        return {(who, day): amount for who, day, amount in cursor}
