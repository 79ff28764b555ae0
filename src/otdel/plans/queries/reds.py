"""On which days of a period whose line was below its tolerance: the board of each of those days, without asking it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from otdel.calc import pace
from otdel.calc.arrays import Floats
from otdel.core.calendar import Calendar
from otdel.core.periods import Period
from otdel.org.models import Person
from otdel.org.queries import calendar, company_of
from otdel.plans import metrics
from otdel.plans.coverage import Planned
from otdel.plans.queries.course import course_of, facts_for
from otdel.plans.queries.facts import NO_UNIT, Facts
from otdel.plans.queries.figures import Course, cents, figures, mark
from otdel.plans.queries.place import BoardQuery, Place, place_of
from otdel.plans.queries.planned import Plans, plan_lines

ZERO = Decimal(0)
# ("person" or "unit", number)
Who = tuple[str, int]


@dataclass(frozen=True)
class Reds:
    """The working days on which whose line was red; of a level only the last day is known."""

    days: Mapping[Who, list[date]]
    is_level: bool


def red_days(
    person: Person, period: Period, metric: str, unit_id: int | None, last: date, kinds: Collection[str] = ("person",)
) -> Reds:
    """Return the working days up to `last` on which the board showed whom red: people, departments, or both.

    The departments are the one asked for and the open ones under it, each by its own line or, without one, by what
    stands below it. A line for a part of the period is not judged, as on the board. Six queries at most.
    """
    last = min(last, period.last)
    place, company = place_of(person, BoardQuery(period, metric, unit_id=unit_id)), company_of(person)
    query = BoardQuery(period, metric, unit_id=place.unit_id, person_id=place.person_id, by="person")
    days, is_level = calendar(company.country), metric in metrics.LEVELS
    plans = Plans(place.tree, query, plan_lines(place, query), days.working_days_between, is_level=is_level)
    planned = _planned(place, plans, kinds, last)
    facts = facts_for(place, query, last, company.active_days, people=False)
    course, weights = course_of(query, days, facts, last, company.tolerance)
    if is_level:
        return Reds(_of_level(planned, place, course, facts, last), is_level)
    return Reds(_of_flow(planned, _came(place, metric, period.start, last), days, course, weights), is_level)


def _planned(place: Place, plans: Plans, kinds: Collection[str], last: date) -> dict[Who, Planned]:
    """Return the lines to be judged: of the whole period, and not of nothing."""
    found: dict[Who, Planned | None] = {}
    if "person" in kinds:
        people = {who for those in plans.people.values() for who in those}
        found |= {("person", who): plans.of_person(who) for who in sorted(people)}
    if "unit" in kinds and place.person_id is None:
        found |= {("unit", unit): plans.of_unit(unit) for unit in _units(place, last)}
    return {who: plan for who, plan in found.items() if plan is not None and plan.amount and not plan.partial}


def _units(place: Place, last: date) -> list[int]:
    nodes = [place.tree.nodes[unit] for unit in place.unit_ids if unit in place.tree.nodes]
    return sorted(node.id for node in nodes if node.closed_on is None or node.closed_on > last)


def _of_flow(
    planned: Mapping[Who, Planned], came: Mapping[date, Mapping[Who, Decimal]], days: Calendar, course: Course,
    weights: Floats,
) -> dict[Who, list[date]]:  # fmt: skip
    found: dict[Who, list[date]] = {who: [] for who in planned}
    so_far = dict.fromkeys(planned, ZERO)
    for number in range((course.today - course.period.start).days + 1):
        day = course.period.start + timedelta(days=number)
        weight, today = Decimal(f"{pace.weight_passed(weights, number):.12f}"), came.get(day, {})
        works = days.is_working_day(day)
        for who, plan in planned.items():
            so_far[who] += today.get(who, ZERO)
            if works and mark(so_far[who], cents(plan.amount * weight), course.tolerance) == "under":
                found[who].append(day)
    return found


def _of_level(
    planned: Mapping[Who, Planned], place: Place, course: Course, facts: Facts, last: date
) -> dict[Who, list[date]]:
    """A level has no way through the period: only its last day is looked at."""
    stands: dict[Who, Decimal] = {}
    around = _around(place)
    for (unit, person), amount in facts.by_person.items():
        for who in (("person", person), *around.get(unit, ())):
            stands[who] = stands.get(who, ZERO) + amount
    red = {who for who, plan in planned.items() if figures(course, plan, stands.get(who, ZERO)).mark == "under"}
    return {who: [last] if who in red else [] for who in planned}


def _around(place: Place) -> dict[int, list[Who]]:
    """Return, of each department counted here, those it is part of, itself among them."""
    found: dict[int, list[Who]] = {}
    for unit in place.unit_ids:
        above = [place.unit_id] if unit == NO_UNIT else place.tree.above(unit)
        found[unit] = [("unit", each) for each in above if each in place.unit_ids]
    return found


def _came(place: Place, metric: str, first: date, last: date) -> dict[date, dict[Who, Decimal]]:
    """Return what came on which day to whom, and to the departments they were in. One query."""
    rows = metrics.plain(metric, "BETWEEN %(first)s AND %(last)s")
    sql = f"""
SELECT unit_id, person_id, day, sum(amount) FROM ({rows}) r WHERE unit_id = ANY (%(units)s) GROUP BY 1, 2, 3"""  # noqa: S608 - our own text
    found: dict[date, dict[Who, Decimal]] = {}
    around = _around(place)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"first": first, "last": last, "units": list(place.unit_ids)})
        for unit, person, day, amount in cursor:
            sums = found.setdefault(day, {})
            for who in (("person", person), *around[unit]):
                sums[who] = sums.get(who, ZERO) + amount
    return found
