"""The plan of every department, person and segment for a period, made of the effective lines there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from otdel.org.rules import Tree
from otdel.plans import coverage, metrics
from otdel.plans.coverage import Counting, Planned, Stretch
from otdel.plans.queries.place import BoardQuery, Place
from otdel.plans.rules import LineKey

ZERO = Decimal(0)


class Line(NamedTuple):
    """A line, or several that follow one another without a gap, as one."""

    key: LineKey
    stretch: Stretch
    versions: list[int]


_KEY = "unit_id, person_id, product_group_id, client_segment_id, region_id, channel_id, is_new_client"
# Written out: every board asks it, and Django takes as long to compose it as PostgreSQL to answer.
_LINES = """
SELECT l.unit_id, l.person_id, l.product_group_id, l.client_segment_id, l.region_id, l.channel_id, l.is_new_client,
    l.starts_on, l.ends_on, l.amount, {version}
FROM plans_planline l JOIN plans_plan p ON p.id = l.plan_id
WHERE l.is_effective AND l.metric = %(metric)s AND l.starts_on < %(end)s AND l.ends_on > %(start)s{whose}"""
# The months of a year say together what a line of the year would: as one they are a thousand rows and not twelve.
# Only lines inside the period that leave no choice: each begins where the one before it ended.
_JOINED = f"""
WITH line AS (
    SELECT *, starts_on >= %(start)s AND ends_on <= %(end)s AS inside
    FROM ({_LINES.replace("{version}", "p.version")}) found),
beside AS (
    SELECT *, coalesce(lag(ends_on) OVER (PARTITION BY {_KEY}, inside ORDER BY starts_on, ends_on) = starts_on, true)
        AS follows, row_number() OVER () AS number
    FROM line),
judged AS (SELECT *, inside AND bool_and(follows) OVER (PARTITION BY {_KEY}, inside) AS is_one FROM beside)
SELECT {_KEY}, min(starts_on), max(ends_on), sum(amount), array_agg(DISTINCT version)
FROM judged GROUP BY {_KEY}, CASE WHEN is_one THEN 0 ELSE number END"""
_FEW_DAYS = 31


def plan_lines(place: Place, query: BoardQuery) -> list[Line]:
    """Return the effective lines that touch the period. One query."""
    # states at the ends of several lines do not add up; and a month has hardly any lines shorter than itself
    is_short = query.metric in metrics.LEVELS or len(query.period) <= _FEW_DAYS
    sql = _LINES.replace("{version}", "ARRAY[p.version]") if is_short else _JOINED
    whose = " AND l.person_id = %(person)s" if place.person_id else ""
    if not place.is_own:
        whose += " AND l.unit_id = ANY (%(units)s)"
    period = query.period
    given: dict[str, Any] = {"metric": query.metric, "start": period.start, "end": period.end}
    with connection.cursor() as cursor:
        cursor.execute(sql.format(whose=whose), given | {"person": place.person_id, "units": list(place.unit_ids)})
        return [Line(LineKey(*row[:7]), Stretch(*row[7:10]), row[10]) for row in cursor.fetchall()]


class Plans:
    """The plan of every unit, person and segment for the period, made of the lines there are."""

    def __init__(
        self, tree: Tree, query: BoardQuery, lines: Iterable[Line], working: Counting, *, is_level: bool
    ) -> None:
        self.tree = tree
        self.dimension = _dimension(query.cut)
        stretches: dict[LineKey, list[Stretch]] = {}
        for line in lines:
            stretches.setdefault(line.key, []).append(line.stretch)
        self.by_owner: dict[tuple[int, int | None], dict[LineKey, Planned]] = {}
        for key, found in stretches.items():
            planned = (
                coverage.level_for(query.period, found) if is_level else coverage.plan_for(query.period, found, working)
            )
            if planned is not None:
                self.by_owner.setdefault((key.unit_id, key.person_id), {})[key] = planned
        self.totals = {owner: coverage.total_of(planned) for owner, planned in self.by_owner.items()}
        self._spread: dict[int, Planned | None] = {}
        self.people: dict[int, list[int]] = {}
        self.units: dict[int, list[int]] = {}
        for unit, person in self.by_owner:
            if person is not None:
                self.people.setdefault(unit, []).append(person)
                self.units.setdefault(person, []).append(unit)

    def of_place(self, place: Place) -> Planned | None:
        return self.of_person(place.person_id) if place.person_id else self.of_unit(place.unit_id)

    def own(self, unit: int) -> Planned | None:
        return self.totals.get((unit, None))

    def in_unit(self, unit: int, person: int) -> Planned | None:
        return self.totals.get((unit, person))

    def of_person(self, person: int, units: Iterable[int] | None = None) -> Planned | None:
        return _sum(self.in_unit(unit, person) for unit in self._units_of(person, units))

    def spread(self, unit: int) -> Planned | None:
        """What the people and the departments below add up to."""
        if unit not in self._spread:
            below = [self.of_unit(child) for child in self.tree.children.get(unit, ())]
            people = [self.in_unit(unit, person) for person in self.people.get(unit, ())]
            self._spread[unit] = _sum([*below, *people])
        return self._spread[unit]

    def of_unit(self, unit: int) -> Planned | None:
        """The department's own line; without one, what stands below it."""
        return self.own(unit) or self.spread(unit)

    def segments_of_person(self, person: int, units: Iterable[int] | None = None) -> dict[int, Planned]:
        return _merge(
            coverage.by_segment(self.by_owner[unit, person], self.dimension) for unit in self._units_of(person, units)
        )

    def _units_of(self, person: int, only: Iterable[int] | None) -> Iterable[int]:
        """Return the departments the person has lines in, those among `only` if given."""
        units = self.units.get(person, [])
        return units if only is None else set(units).intersection(only)

    def segments_of_unit(self, unit: int) -> dict[int, Planned]:
        own = coverage.by_segment(self.by_owner.get((unit, None), {}), self.dimension)
        if own:
            return own
        below = [self.segments_of_unit(child) for child in self.tree.children.get(unit, ())]
        people = [self.segments_of_person(person, (unit,)) for person in self.people.get(unit, ())]
        return _merge([*below, *people])

    def segments_of_place(self, place: Place) -> dict[int, Planned]:
        if place.person_id:
            return self.segments_of_person(place.person_id)
        return self.segments_of_unit(place.unit_id)


def _dimension(cut: str) -> str:
    return "is_new_client" if cut == "new" else f"{cut}_id"


def _sum(parts: Iterable[Planned | None]) -> Planned | None:
    found = [part for part in parts if part is not None]
    if len(found) < 2:
        return found[0] if found else None
    return Planned(
        sum([part.amount for part in found], ZERO),
        any(part.derived for part in found),
        any(part.partial for part in found),
    )


def _merge(parts: Iterable[Mapping[int, Planned]]) -> dict[int, Planned]:
    total: dict[int, Planned] = {}
    for part in parts:
        for segment, planned in part.items():
            total[segment] = total[segment] + planned if segment in total else planned
    return total
