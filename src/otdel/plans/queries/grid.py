"""A plan as a grid: who and what down, periods across, sums both ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from otdel.core.periods import Kind, Period
from otdel.org import access as org_access
from otdel.org.models import Membership, Person
from otdel.org.rules import Right, Tree
from otdel.plans import access
from otdel.plans.models import Plan, PlanLine
from otdel.plans.rules import LineKey, Sums

Span = tuple[date, date]
ZERO = Decimal(0)


@dataclass(frozen=True)
class Cut:
    """The names of what a line is cut by."""

    product_group: str = ""
    client_segment: str = ""
    region: str = ""
    channel: str = ""
    is_new_client: bool | None = None


@dataclass(frozen=True)
class Row:
    """One line of the grid: a department, a person, or a segment of either."""

    key: LineKey
    label: str
    depth: int
    cut: Cut
    amounts: tuple[Decimal | None, ...]
    # what people and departments below add up to; None for a person
    below: tuple[Decimal | None, ...] | None = None

    @property
    def is_unit(self) -> bool:
        return self.key.person_id is None

    @property
    def is_empty(self) -> bool:
        """Nothing is planned here or below."""
        return all(amount is None for amount in (*self.amounts, *(self.below or ())))

    @property
    def total(self) -> Decimal:
        return sum((amount for amount in self.amounts if amount is not None), ZERO)

    @property
    def standing(self) -> Decimal:
        """What stands in the row: of each period the own number, else what is below it."""
        below = self.below or (None,) * len(self.amounts)
        pairs = zip(self.amounts, below, strict=True)
        return sum((own if own is not None else under or ZERO for own, under in pairs), ZERO)

    @property
    def below_total(self) -> Decimal | None:
        return None if self.below is None else sum((amount or ZERO for amount in self.below), ZERO)

    @property
    def undistributed(self) -> Decimal | None:
        """What of the own plan nobody below has yet, over the periods that have an own plan; None without one."""
        if self.below is None or all(amount is None for amount in self.amounts):
            return None
        pairs = zip(self.amounts, self.below, strict=True)
        return sum((own - (below or ZERO) for own, below in pairs if own is not None), ZERO)


@dataclass(frozen=True)
class Grid:
    plan: Plan
    columns: tuple[Period, ...]
    rows: tuple[Row, ...]

    @property
    def column_totals(self) -> tuple[Decimal, ...]:
        """The top department's own line, else what stands below it."""
        top = self.rows[0] if self.rows else None
        if top is None:
            return ()
        below = top.below or (None,) * len(self.columns)
        return tuple(own if own is not None else (rest or ZERO) for own, rest in zip(top.amounts, below, strict=True))

    @property
    def total(self) -> Decimal:
        return sum(self.column_totals, ZERO)


@dataclass(frozen=True)
class _Line:
    key: LineKey
    span: Span
    amount: Decimal
    cut: Cut


def grid(person: Person, plan_id: int, step: Kind | None = None) -> Grid:
    """Return the plan as the person may see it. Five queries at most, for any number of lines."""
    plan = access.plan_for_view(person, plan_id)
    lines = _lines(access.visible_lines(person, PlanLine.objects.filter(plan=plan)))
    columns = _columns(plan, lines, step)
    tree = org_access.tree_for(person)
    names = _targets(person, plan, lines, tree)
    return Grid(plan, tuple(columns), tuple(_rows(tree, plan, columns, lines, names)))


def _lines(queryset: QuerySet[PlanLine]) -> list[_Line]:
    rows = queryset.values_list(
        "unit_id", "person_id", "product_group_id", "client_segment_id", "region_id", "channel_id", "is_new_client",
        "starts_on", "ends_on", "amount",
        "product_group__name", "client_segment__name", "region__name", "channel__name",
    )  # fmt: skip
    return [
        _Line(
            LineKey(*row[:7]),
            (row[7], row[8]),
            row[9],
            Cut(row[10] or "", row[11] or "", row[12] or "", row[13] or "", row[6]),
        )
        for row in rows
    ]


def _columns(plan: Plan, lines: list[_Line], step: Kind | None) -> list[Period]:
    """Return the periods of the lines; an empty plan is cut by the step asked for, else by months."""
    spans = sorted({line.span for line in lines})
    if spans:
        return [as_period(*span) for span in spans]
    whole = as_period(plan.starts_on, plan.ends_on)
    return whole.split(step or Kind.MONTH)


def as_period(start: date, end: date) -> Period:
    """Return the natural period of these days, or a free range."""
    for kind in (Kind.MONTH, Kind.QUARTER, Kind.HALF, Kind.YEAR, Kind.WEEK):
        period = Period.of(kind, start)
        if (period.start, period.end) == (start, end):
            return period
    return Period.between(start, end)


def _targets(person: Person, plan: Plan, lines: list[_Line], tree: Tree) -> dict[int, list[tuple[int, str]]]:
    """Return (person, name) by department: who belongs there in the plan's time, and whoever has a line."""
    units = tree.under(plan.unit_id)
    reach = org_access.unit_reach(person, "plan", Right.VIEW)
    members = Membership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=plan.starts_on), unit_id__in=units, starts_on__lt=plan.ends_on
    ).values_list("unit_id", "person_id", "person__name")
    found = {(unit, who): name for unit, who, name in members if reach.includes_unit(unit) or reach.includes(who)}
    missing = {(line.key.unit_id, line.key.person_id) for line in lines if line.key.person_id} - set(found)
    if missing:
        names = dict(Person.objects.filter(pk__in={who for _, who in missing}).values_list("pk", "name"))
        found |= {(unit, who): names[who] for unit, who in missing if who is not None}
    by_unit: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for (unit, who), name in sorted(found.items(), key=lambda item: item[1]):
        by_unit[unit].append((who, name))
    return by_unit


def _rows(
    tree: Tree, plan: Plan, columns: list[Period], lines: list[_Line], names: dict[int, list[tuple[int, str]]]
) -> Iterator[Row]:
    maker = _RowMaker(tree, columns, lines)
    for depth, unit_id in _walk(tree, plan.unit_id, 0):
        if tree.nodes[unit_id].closed_on and unit_id not in maker.units_with_lines and not names.get(unit_id):
            continue
        yield from maker.rows(unit_id, None, tree.nodes[unit_id].name, depth)
        for who, name in names.get(unit_id, ()):
            yield from maker.rows(unit_id, who, name, depth + 1)


def _walk(tree: Tree, unit_id: int, depth: int) -> Iterator[tuple[int, int]]:
    yield depth, unit_id
    for child in tree.children.get(unit_id, ()):
        yield from _walk(tree, child, depth + 1)


class _RowMaker:
    """Lines by target and column, so that each row is made once."""

    def __init__(self, tree: Tree, columns: list[Period], lines: list[_Line]) -> None:
        self.spans = [(column.start, column.end) for column in columns]
        self.by_column: dict[Span, dict[LineKey, Decimal]] = defaultdict(dict)
        self.segments: dict[tuple[int, int | None], dict[LineKey, Cut]] = defaultdict(dict)
        for line in lines:
            self.by_column[line.span][line.key] = line.amount
            if not line.key.is_total:
                self.segments[line.key.unit_id, line.key.person_id][line.key] = line.cut
        self.units_with_lines = {line.key.unit_id for line in lines}
        self.sums = [Sums(self.by_column[span].items(), tree) for span in self.spans]

    def rows(self, unit_id: int, person_id: int | None, label: str, depth: int) -> Iterator[Row]:
        key = LineKey(unit_id, person_id)
        below = None if person_id else tuple(sums.below(unit_id) for sums in self.sums)
        yield Row(key, label, depth, Cut(), self._amounts(key), below)
        for segment, cut in self.segments[unit_id, person_id].items():
            yield Row(segment, label, depth + 1, cut, self._amounts(segment))

    def _amounts(self, key: LineKey) -> tuple[Decimal | None, ...]:
        return tuple(self.by_column[span].get(key) for span in self.spans)
