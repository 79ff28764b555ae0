"""The norms of a day by department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from otdel.measures import access
from otdel.measures.models import Norm
from otdel.org import access as org
from otdel.org.models import Person
from otdel.org.queries import role_name
from otdel.org.rules import Right


@dataclass(frozen=True)
class NormView:
    id: int
    unit: str
    unit_id: int
    role: str
    pipeline: str
    weekday: int | None
    kind: str
    kind_name: str
    amount: int
    starts_on: date
    set_by: str
    may_change: bool


def norms(person: Person) -> list[NormView]:
    """Return the norms of the departments within reach and above them, the latest first. One query."""
    org.require(person, access.KIND, Right.VIEW)
    reached = org.unit_reach(person, access.KIND, Right.VIEW)
    tree = org.tree_for(person)
    rows = Norm.objects.select_related("unit", "role", "pipeline", "set_by")
    if not reached.everyone:
        units = reached.unit_ids or {org.latest_unit(person) or 0}
        above = {unit for each in units for unit in tree.above(each)}
        rows = rows.filter(unit_id__in=above)
    return [
        NormView(
            row.pk,
            row.unit.name,
            row.unit_id,
            role_name(row.role) if row.role else "",
            row.pipeline.name if row.pipeline else "",
            row.weekday,
            row.kind,
            str(Norm.Kind(row.kind).label),
            row.amount,
            row.starts_on,
            row.set_by.short_name,
            access.may_steer_unit(person, row.unit_id),
        )
        for row in rows.order_by("unit__position", "unit_id", "kind", "role_id", "pipeline_id", "weekday", "-starts_on")
    ]


def norm_units(person: Person) -> list[tuple[int, str]]:
    """Return the departments whose norms and modes the person decides, in display order."""
    reached = org.unit_reach(person, access.KIND, Right.CHANGE)
    return [
        (node.id, "\u2003" * depth + node.name)
        for depth, node in org.tree_for(person).walk()
        if node.closed_on is None and reached.includes_unit(node.id)
    ]
