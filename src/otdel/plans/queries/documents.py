"""Which plans there are, their versions, and what a form offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from otdel.billing.models import ProductGroup
from otdel.core.periods import Period
from otdel.customers.models import Channel, ClientSegment, Region
from otdel.org import access as org_access
from otdel.org.models import Person
from otdel.org.rules import Right
from otdel.plans import access
from otdel.plans.models import Metric, Plan, PlanLine
from otdel.plans.queries.grid import Grid, as_period, grid

METRICS = Metric.choices
STATUSES = Plan.Status.choices


def period_of(plan: Plan) -> Period:
    return as_period(plan.starts_on, plan.ends_on)


@dataclass(frozen=True)
class PlanRow:
    id: int
    metric: str
    unit: str
    starts_on: date
    ends_on: date
    status: str
    version: int
    total: Decimal
    author: str
    approved_by: str | None
    approved_at: datetime | None
    # what its lines are cut by, in the board's words
    cuts: tuple[str, ...]

    @property
    def period(self) -> Period:
        return as_period(self.starts_on, self.ends_on)


_CUTS = {
    "product_group": "product_group", "client_segment": "client_segment", "region": "region", "channel": "channel",
    "is_new_client": "new",
}  # fmt: skip
_FIELDS = (
    "pk", "metric", "unit__name", "starts_on", "ends_on", "status", "version", "seen_total", "author__name",
    "approved_by__name", "approved_at",
)  # fmt: skip


def plan_rows(person: Person, year: int, *, metric: str = "", unit_id: int | None = None) -> list[PlanRow]:
    """Return the living plans that touch the year, newest first. Two queries."""
    found = access.visible_to(person).exclude(status=Plan.Status.REVISED)
    found = found.filter(starts_on__lt=date(year + 1, 1, 1), ends_on__gt=date(year, 1, 1))
    if metric:
        found = found.filter(metric=metric)
    if unit_id:
        found = found.filter(unit_id__in=org_access.tree_for(person).under(unit_id))
    found = access.with_seen_total(person, found).order_by("-starts_on", "unit__name", "metric", "pk")
    cut = {f"by_{field}": Exists(_lines_with(field)) for field in _CUTS}
    return [_row(row) for row in found.annotate(**cut).values_list(*_FIELDS, *cut)]


def _lines_with(field: str) -> QuerySet[PlanLine]:
    return PlanLine.objects.filter(plan=OuterRef("pk")).exclude(**{field: None})


def _row(row: tuple[Any, ...]) -> PlanRow:
    own, cut = row[: len(_FIELDS)], row[len(_FIELDS) :]
    cuts = tuple(name for name, there in zip(_CUTS.values(), cut, strict=True) if there)
    return PlanRow(*(*own, cuts))


@dataclass(frozen=True)
class Version:
    id: int
    version: int
    status: str
    total: Decimal
    reason: str
    author: str
    created_at: datetime
    agreed_by: str | None
    agreed_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None


def versions(person: Person, plan: Plan) -> list[Version]:
    """Return all versions of a plan the person may see, newest first. One query."""
    found = access.visible_to(person).filter(root_id=plan.root_id)
    rows = access.with_seen_total(person, found).order_by("-version")
    fields = (
        "pk", "version", "status", "seen_total", "reason", "author__name", "created_at",
        "agreed_by__name", "agreed_at", "approved_by__name", "approved_at",
    )  # fmt: skip
    return [Version(*row) for row in rows.values_list(*fields)]


@dataclass(frozen=True)
class Difference:
    """One cell in two versions."""

    label: str
    depth: int
    cut: object
    before: tuple[Decimal | None, ...]
    after: tuple[Decimal | None, ...]

    @property
    def cells(self) -> list[tuple[Decimal | None, Decimal | None, Decimal]]:
        pairs = zip(self.before, self.after, strict=True)
        return [(old, new, (new or Decimal(0)) - (old or Decimal(0))) for old, new in pairs]

    @property
    def total(self) -> Decimal:
        return sum((change for _, _, change in self.cells), Decimal(0))


@dataclass(frozen=True)
class Comparison:
    before: Plan
    after: Plan
    columns: tuple[Period, ...]
    rows: tuple[Difference, ...]


def compare(person: Person, before_id: int, after_id: int) -> Comparison:
    """Put two versions side by side: every line that either has."""
    before, after = grid(person, before_id), grid(person, after_id)
    columns = tuple(sorted(set(before.columns) | set(after.columns)))
    old, new = _by_key(before, columns), _by_key(after, columns)
    rows = {row.key: row for shown in (before, after) for row in shown.rows}
    empty: tuple[Decimal | None, ...] = (None,) * len(columns)
    found = (
        Difference(row.label, row.depth, row.cut, old.get(key, empty), new.get(key, empty))
        for key, row in rows.items()
        if any(amount is not None for amount in (*old.get(key, empty), *new.get(key, empty)))
    )
    return Comparison(before.plan, after.plan, columns, tuple(found))


def _by_key(shown: Grid, columns: tuple[Period, ...]) -> dict[object, tuple[Decimal | None, ...]]:
    at = {column: number for number, column in enumerate(shown.columns)}
    return {
        row.key: tuple(row.amounts[at[column]] if column in at else None for column in columns) for row in shown.rows
    }


@dataclass(frozen=True)
class Choices:
    """What the forms of a plan offer."""

    units: list[tuple[int, str]]
    metrics: list[tuple[str, str]]


def choices(person: Person) -> Choices:
    """Return the departments whose plans the person makes, and the metrics. No query beyond the tree."""
    tree = org_access.tree_for(person)
    reach = org_access.unit_reach(person, "plan", Right.CREATE)
    units = [
        (node.id, "\u2003" * depth + node.name)
        for depth, node in tree.walk()
        if reach.includes_unit(node.id) and not node.closed_on
    ]
    return Choices(units, [(str(value), str(label)) for value, label in Metric.choices])


def segment_choices() -> dict[str, list[tuple[int, str]]]:
    """Return the names plans are cut by: product groups, client segments, regions, channels. Four queries."""
    lists: dict[str, QuerySet[ProductGroup] | QuerySet[ClientSegment] | QuerySet[Region] | QuerySet[Channel]] = {
        "product_group_id": ProductGroup.objects.all(),
        "client_segment_id": ClientSegment.objects.all(),
        "region_id": Region.objects.all(),
        "channel_id": Channel.objects.all(),
    }
    return {
        name: list(rows.filter(is_active=True).order_by(F("position"), "name").values_list("pk", "name"))
        for name, rows in lists.items()
    }
