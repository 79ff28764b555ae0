"""The plan of every department, person and segment for a period, made of the effective lines there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from otdel.org.rules import Tree
from otdel.plans import coverage
from otdel.plans.coverage import Counting, Planned, Stretch
from otdel.plans.models import PlanLine
from otdel.plans.queries.place import BoardQuery, Place
from otdel.plans.rules import LineKey


@dataclass(frozen=True)
class Line:
    key: LineKey
    stretch: Stretch
    version: int


def plan_lines(place: Place, query: BoardQuery) -> list[Line]:
    period = query.period
    found = PlanLine.objects.filter(
        is_effective=True, metric=query.metric, starts_on__lt=period.end, ends_on__gt=period.start
    )
    found = found.filter(person_id=place.person_id) if place.person_id else found
    found = found if place.is_own else found.filter(unit_id__in=place.unit_ids)
    rows = found.values_list(
        "unit_id", "person_id", "product_group_id", "client_segment_id", "region_id", "channel_id", "is_new_client",
        "starts_on", "ends_on", "amount", "plan__version",
    )  # fmt: skip
    return [Line(LineKey(*row[:7]), Stretch(*row[7:10]), row[10]) for row in rows]


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
        self.people: dict[int, list[int]] = {}
        for unit, person in self.by_owner:
            if person is not None:
                self.people.setdefault(unit, []).append(person)

    def of_place(self, place: Place) -> Planned | None:
        return self.of_person(place.person_id) if place.person_id else self.of_unit(place.unit_id)

    def own(self, unit: int) -> Planned | None:
        return coverage.total_of(self.by_owner.get((unit, None), {}))

    def in_unit(self, unit: int, person: int) -> Planned | None:
        return coverage.total_of(self.by_owner.get((unit, person), {}))

    def of_person(self, person: int, units: Iterable[int] | None = None) -> Planned | None:
        within = {unit for unit, who in self.by_owner if who == person}
        return _sum(self.in_unit(unit, person) for unit in (within if units is None else within & set(units)))

    def spread(self, unit: int) -> Planned | None:
        """What the people and the departments below add up to."""
        below = [self.of_unit(child) for child in self.tree.children.get(unit, ())]
        return _sum([*below, *(self.in_unit(unit, person) for person in self.people.get(unit, ()))])

    def of_unit(self, unit: int) -> Planned | None:
        """The department's own line; without one, what stands below it."""
        return self.own(unit) or self.spread(unit)

    def segments_of_person(self, person: int, units: Iterable[int] | None = None) -> dict[int, Planned]:
        within = {unit for unit, who in self.by_owner if who == person}
        return _merge(
            coverage.by_segment(self.by_owner[unit, person], self.dimension)
            for unit in (within if units is None else within & set(units))
        )

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
    total: Planned | None = None
    for part in parts:
        if part is not None:
            total = part if total is None else total + part
    return total


def _merge(parts: Iterable[Mapping[int, Planned]]) -> dict[int, Planned]:
    total: dict[int, Planned] = {}
    for part in parts:
        for segment, planned in part.items():
            total[segment] = total[segment] + planned if segment in total else planned
    return total
