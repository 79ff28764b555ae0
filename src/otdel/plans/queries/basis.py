"""What a new plan starts from: a total spread evenly, or an earlier plan with growth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db.models import Q

from otdel.calc.allocate import split_round
from otdel.core.calendar import Calendar
from otdel.core.periods import Period
from otdel.org import access as org_access
from otdel.org.models import Membership, Person
from otdel.org.rules import Right, Rights, Scope, scope_of
from otdel.plans.models import PlanLine
from otdel.plans.queries.grid import as_period
from otdel.plans.rules import LineKey

Cell = tuple[LineKey, date, date]
CENT = Decimal("0.01")


def from_total(
    total: Decimal,
    *,
    unit_id: int,
    columns: list[Period],
    people: list[tuple[int, int]],
    calendar: Calendar,
    step: Decimal = CENT,
) -> dict[Cell, Decimal]:
    """Spread a department's total over the periods by working days, and each period evenly over its people.

    `people` are (department, person). The parts are round, every sum agrees to the `step`.
    """
    weights = [Decimal(len(calendar.working_days(column)) or 1) for column in columns]
    cells: dict[Cell, Decimal] = {}
    for column, part in zip(columns, split_round(total, weights, step=step), strict=True):
        cells[LineKey(unit_id), column.start, column.end] = part
        shares = split_round(part, [Decimal(1)] * len(people), step=step) if people else []
        for (unit, person), share in zip(people, shares, strict=True):
            cells[LineKey(unit, person), column.start, column.end] = share
    return cells


def from_earlier_plan(
    person: Person, *, metric: str, unit_id: int, period: Period, steps_back: Period, growth: Decimal
) -> dict[Cell, Decimal]:
    """Return the approved lines of an earlier period moved to this one, multiplied by 1 + growth."""
    units = org_access.tree_for(person).under(unit_id)
    lines = PlanLine.objects.filter(
        is_effective=True, metric=metric, unit_id__in=units,
        starts_on__gte=steps_back.start, ends_on__lte=steps_back.end,
    )  # fmt: skip
    moved = _moved_spans(list(lines), steps_back, period)
    return {
        (_key(line), *moved[line.starts_on, line.ends_on]): (line.amount * (1 + growth)).quantize(CENT)
        for line in lines
        if (line.starts_on, line.ends_on) in moved
    }


def _key(line: PlanLine) -> LineKey:
    return LineKey(
        line.unit_id, line.person_id, line.product_group_id, line.client_segment_id, line.region_id,
        line.channel_id, line.is_new_client,
    )  # fmt: skip


def _moved_spans(lines: list[PlanLine], before: Period, after: Period) -> Mapping[tuple[date, date], tuple[date, date]]:
    """Say which sub-period of the new plan each one of the old answers to: by order, when their numbers agree."""
    spans = sorted({(line.starts_on, line.ends_on) for line in lines})
    kinds = {as_period(*span).kind for span in spans}
    if len(kinds) != 1:
        return {}
    kind = kinds.pop()
    if kind.value == "range":
        return {}
    old, new = before.split(kind), after.split(kind)
    if len(old) != len(new):
        return {}
    pairs = dict(zip(((p.start, p.end) for p in old), ((p.start, p.end) for p in new), strict=True))
    return {span: pairs[span] for span in spans if span in pairs}


def people_under(person: Person, unit_id: int, period: Period) -> list[tuple[int, int]]:
    """Return (department, person) of those who sell in the departments when the period begins. One query.

    Who makes plans has no share of theirs: a director with a line in the plan could not approve it.
    """
    units = org_access.tree_for(person).under(unit_id)
    rows = Membership.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=period.start), unit_id__in=units, starts_on__lt=period.end
    ).exclude(person__headed_units__in=units)
    found = rows.order_by("person__name", "person_id").distinct()
    told = found.values_list("unit_id", "person_id", "person__role__rights")
    return [(unit, who) for unit, who, rights in told if _sells(rights)]


def _sells(rights: Rights) -> bool:
    own_plan_only = scope_of(rights, "plan", Right.CHANGE) < Scope.SUBTREE
    return own_plan_only and scope_of(rights, "deal", Right.CHANGE) > Scope.NONE
