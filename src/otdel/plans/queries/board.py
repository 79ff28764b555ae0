"""The board: plan, expected to date, fact and deviation of a department or a person over a period."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db import connection
from django.utils.translation import gettext as _

from otdel.calc.arrays import Floats
from otdel.core.periods import Period
from otdel.org.models import Person
from otdel.org.queries import calendar, company_of
from otdel.plans import metrics
from otdel.plans.coverage import Planned
from otdel.plans.queries.course import course_of, facts_for
from otdel.plans.queries.facts import NO_UNIT, Facts
from otdel.plans.queries.figures import Course, Figures, figures
from otdel.plans.queries.order import in_order
from otdel.plans.queries.place import CUTS, BoardQuery, Place, place_of
from otdel.plans.queries.planned import Line, Plans, plan_lines
from otdel.plans.queries.rhythm import Step, steps

__all__ = ["CUTS", "Board", "BoardQuery", "Curve", "Row", "Segment", "board"]

ZERO = Decimal(0)
SEGMENT_TABLES: Mapping[str, str] = {
    "product_group": "billing_productgroup",
    "client_segment": "customers_clientsegment",
    "region": "customers_region",
    "channel": "customers_channel",
}
Key = tuple[str, int]


@dataclass(frozen=True)
class Row:
    """A department ("unit"), a person, or facts whose owner belonged to no department ("none")."""

    kind: str
    id: int
    name: str
    figures: Figures
    segments: Mapping[int, Figures] = field(default_factory=dict)


@dataclass(frozen=True)
class Segment:
    id: int
    name: str
    figures: Figures


@dataclass(frozen=True)
class Curve:
    """Running sums by day; the fact ends today."""

    days: tuple[date, ...]
    # share of the plan that should have come by the end of each day
    weights: tuple[Decimal, ...]
    plan: tuple[Decimal, ...] | None
    fact: tuple[Decimal | None, ...]
    past: tuple[Decimal | None, ...] | None


@dataclass(frozen=True)
class Board:
    query: BoardQuery
    title: str
    course: Course
    total: Row
    rows: tuple[Row, ...]
    segments: tuple[Segment, ...]
    curve: Curve | None
    # by which day how much of the plan should have come; empty where nothing goes by days
    steps: tuple[Step, ...]
    # what came today
    today: Decimal
    # the department's own line, and what its people and the departments below add up to
    own_plan: Planned | None
    spread_plan: Planned | None
    versions: tuple[int, ...]
    # the departments one may choose: (depth, id, name)
    units: tuple[tuple[int, int, str], ...]
    has_children: bool
    # one sees one's own row and nobody else's
    is_own: bool
    currency: str
    # what makes somebody a client here
    purchase: str
    # years of the period whose moved days off are not published yet
    unsure_years: tuple[int, ...]

    @cached_property
    def sorted_segments(self) -> tuple[Segment, ...]:
        """The segments in the order the address asks for."""
        return in_order(self.segments, self.query.sort)

    @cached_property
    def outside(self) -> tuple[int, int]:
        """How many rows are below and above tolerance."""
        marks = [row.figures.mark for row in self.rows]
        return marks.count("under"), marks.count("over")

    @property
    def is_money(self) -> bool:
        return self.query.metric in metrics.MONEY


def board(person: Person, query: BoardQuery, today: date) -> Board:
    """Return the board as the person may see it. Five queries, six for somebody else's page."""
    place = place_of(person, query)
    by = query.by or ("unit" if place.tree.children.get(place.unit_id) else "person")
    query = replace(query, unit_id=place.unit_id, person_id=place.person_id, by="person" if place.person_id else by)
    company = company_of(person)
    days = calendar(company.country)
    lines = plan_lines(place, query)
    facts = facts_for(place, query, today, company.active_days)
    course, weights = course_of(query, days, facts, today, company.tolerance)
    plans = Plans(place.tree, query, lines, days.working_days_between, is_level=course.is_level)
    names = _names(place, query, lines, facts)
    total = _total(place, query, plans, facts, course, names)
    whole_unit = place.person_id is None
    return Board(
        query=query,
        title=total.name,
        course=course,
        total=total,
        rows=_rows(place, query, plans, facts, course, names) if whole_unit else (total,),
        segments=_segments(query, total, names),
        curve=None if course.is_level else _curve(query.period, total.figures.plan, facts, weights, today),
        steps=() if course.is_level or course.state == "closed" else steps(query.period, days, weights, today),
        today=facts.by_day.get(today, ZERO),
        own_plan=plans.own(place.unit_id) if whole_unit else None,
        spread_plan=plans.spread(place.unit_id) if whole_unit else None,
        versions=tuple(sorted({version for line in lines for version in line.versions})),
        units=place.choices,
        has_children=bool(place.tree.children.get(place.unit_id)),
        is_own=place.is_own,
        currency=company.currency,
        purchase=company.purchase,
        unsure_years=tuple(days.unsure_years(query.period)),
    )


@dataclass(frozen=True)
class _Names:
    people: Mapping[int, str]
    segments: Mapping[int, str]

    def person(self, person_id: int) -> str:
        return self.people.get(person_id, "—")

    def segment(self, cut: str, segment: int) -> str:
        if cut == "new":
            return {1: _("New clients"), 0: _("Regular clients")}.get(segment, _("No client"))
        return self.segments.get(segment, _("Not set"))


def _names(place: Place, query: BoardQuery, lines: Iterable[Line], facts: Facts) -> _Names:
    """Return the names of people and segments. One query; none where there is nobody to name."""
    asked = {person for _unit, person in facts.by_person} | {line.key.person_id for line in lines} | {place.person_id}
    people = [person for person in asked if person]
    if not people and query.cut not in SEGMENT_TABLES:
        return _Names({}, {})
    sql = """SELECT true, id, CASE WHEN last_name <> '' AND first_name <> ''
        THEN last_name || ' ' || left(first_name, 1) || '.' ELSE name END FROM org_person WHERE id = ANY (%s)"""
    if query.cut in SEGMENT_TABLES:
        sql += f" UNION ALL SELECT false, id, name FROM {SEGMENT_TABLES[query.cut]}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [people])
        rows = cursor.fetchall()
    return _Names(
        {id: name for is_person, id, name in rows if is_person},
        {id: name for is_person, id, name in rows if not is_person},
    )


def _total(place: Place, query: BoardQuery, plans: Plans, facts: Facts, course: Course, names: _Names) -> Row:
    fact = sum(facts.by_person.values(), ZERO)
    came: dict[int, Decimal] = {}
    for (_unit, _person, segment), amount in facts.by_segment.items():
        came[segment] = came.get(segment, ZERO) + amount
    if place.person_id:
        kind, id, name = "person", place.person_id, names.person(place.person_id)
    else:
        kind, id, name = "unit", place.unit_id, place.tree.nodes[place.unit_id].name
    planned = plans.segments_of_place(place) if query.cut else {}
    segments = _by_segment(course, planned, came, fact)
    return Row(kind, id, name, figures(course, plans.of_place(place), fact, fact), segments)


def _by_segment(
    course: Course, planned: Mapping[int, Planned], came: Mapping[int, Decimal], whole: Decimal
) -> dict[int, Figures]:
    return {
        segment: figures(course, planned.get(segment), came.get(segment, ZERO), whole)
        for segment in [*came, *(segment for segment in planned if segment not in came)]
    }


def _segments(query: BoardQuery, total: Row, names: _Names) -> tuple[Segment, ...]:
    """Return the segments of the whole, the largest plan or fact first, those without a name last."""
    found = [Segment(id, names.segment(query.cut, id), one) for id, one in total.segments.items()]
    unnamed = (NO_UNIT, -1) if query.cut != "new" else (-1,)
    return tuple(sorted(found, key=lambda each: (each.id in unnamed, -_size(each.figures), each.name)))


def _size(of: Figures) -> Decimal:
    return of.amount if of.amount is not None else (of.fact or ZERO)


def _rows(
    place: Place, query: BoardQuery, plans: Plans, facts: Facts, course: Course, names: _Names
) -> tuple[Row, ...]:
    key_of = _by_person if query.by == "person" else _by_unit(place)
    came: dict[Key, Decimal] = {}
    for (unit, who), amount in facts.by_person.items():
        key = key_of(unit, who)
        came[key] = came.get(key, ZERO) + amount
    cut: dict[Key, dict[int, Decimal]] = {}
    for (unit, who, segment), amount in facts.by_segment.items():
        cells = cut.setdefault(key_of(unit, who), {})
        cells[segment] = cells.get(segment, ZERO) + amount
    whole = sum(came.values(), ZERO)
    planned = _plans_of_rows(place, query, plans)
    found = []
    for key in [*came, *(key for key in planned if key not in came)]:
        plan, plan_cells = planned.get(key, (None, {}))
        fact = came.get(key, ZERO)
        segments = _by_segment(course, plan_cells, cut.get(key, {}), fact)
        if fact or plan is not None or segments:
            found.append(Row(*key, _name(key, place, names), figures(course, plan, fact, whole), segments))
    return in_order(sorted(found, key=_order(place)), query.sort)


def _by_person(unit: int, person: int) -> Key:
    return ("person", person)


def _by_unit(place: Place) -> Callable[[int, int], Key]:
    """Say to which row a fact belongs: the child department it lies under, else the person in the department itself."""
    child_of = {unit: child for child in place.tree.children.get(place.unit_id, ()) for unit in place.tree.under(child)}

    def key_of(unit: int, person: int) -> Key:
        if unit == NO_UNIT:
            return ("none", NO_UNIT)
        return ("unit", child_of[unit]) if unit in child_of else ("person", person)

    return key_of


def _plans_of_rows(
    place: Place, query: BoardQuery, plans: Plans
) -> dict[Key, tuple[Planned | None, dict[int, Planned]]]:
    """Return plan and plan by segment of every row that has any."""
    cut = bool(query.cut)
    found: dict[Key, tuple[Planned | None, dict[int, Planned]]] = {}
    if query.by == "unit":
        for child in place.tree.children.get(place.unit_id, ()):
            found["unit", child] = (plans.of_unit(child), plans.segments_of_unit(child) if cut else {})
        people: dict[int, tuple[int, ...] | None] = {
            person: (place.unit_id,) for person in plans.people.get(place.unit_id, ())
        }
    else:
        people = dict.fromkeys((person for those in plans.people.values() for person in those), None)
    for person, units in people.items():
        segments = plans.segments_of_person(person, units) if cut else {}
        found["person", person] = (plans.of_person(person, units), segments)
    return {key: pair for key, pair in found.items() if pair[0] is not None or pair[1]}


def _name(key: Key, place: Place, names: _Names) -> str:
    kind, id = key
    if kind == "none":
        return _("No department")
    return place.tree.nodes[id].name if kind == "unit" else names.person(id)


def _order(place: Place) -> Callable[[Row], tuple[int, int, str, int]]:
    """Departments in the order of the tree, then people by name, then what has no department."""
    position = {unit: number for number, unit in enumerate(place.tree.children.get(place.unit_id, ()))}
    rank = {"unit": 0, "person": 1, "none": 2}
    return lambda row: (rank[row.kind], position.get(row.id, 0) if row.kind == "unit" else 0, row.name, row.id)


def _curve(period: Period, plan: Planned | None, facts: Facts, weights: Floats, today: date) -> Curve:
    days, shares = tuple(period), tuple(Decimal(f"{weight:.12f}") for weight in weights)
    planned = None
    if plan is not None and not plan.partial:
        planned = tuple((plan.amount * share).quantize(Decimal("0.01")) for share in shares)
    return Curve(days, shares, planned, tuple(_running(days, facts.by_day, today)), _past_curve(period, facts))


def _running(days: Iterable[date], by_day: Mapping[date, Decimal], today: date) -> Iterable[Decimal | None]:
    total = ZERO
    for day in days:
        total += by_day.get(day, ZERO)
        yield total if day <= today else None


def _past_curve(period: Period, facts: Facts) -> tuple[Decimal | None, ...] | None:
    """Last year's running sum by the number of the day; a shorter period holds its end."""
    try:
        past = period.same_last_year
    except ValueError:
        return None
    sums = [total for total in _running(past, facts.by_day, past.last) if total is not None]
    if not any(sums):
        return None
    return tuple(sums[min(number, len(sums) - 1)] for number in range(len(period)))
