"""The plan a board without an approved one waits for: agreed, or a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from otdel.core.periods import Period
from otdel.org.access import tree_for
from otdel.org.models import Person
from otdel.plans import access
from otdel.plans.models import Plan, PlanLine
from otdel.plans.queries.approval import Approver, approvers
from otdel.plans.queries.grid import as_period
from otdel.plans.queries.place import BoardQuery

_UNDER_WAY = (Plan.Status.AGREED, Plan.Status.DRAFT)


@dataclass(frozen=True)
class Pending:
    id: int
    is_agreed: bool
    author: str
    unit_id: int
    unit: str
    period: Period
    # those who may approve it; of a draft nobody yet
    approvers: tuple[Approver, ...]
    # the next step is the reader's: to approve it, or to finish the draft
    is_mine: bool


def pending(person: Person, query: BoardQuery, today: date) -> Pending | None:
    """Return the plan under way nearest to the board, or None. One query, one more when it is agreed.

    It covers the whole period; it is the department's, or of one above and has lines for those below it.
    """
    found = _under_way(person, query)
    if not found:
        return None
    plan = min(found, key=lambda each: _distance(each, query))
    is_agreed = plan.status == Plan.Status.AGREED
    able = approvers(person, plan, today) if is_agreed else ()
    mine = any(each.id == person.pk for each in able) if is_agreed else access.may_change(person, plan.unit_id)
    period = as_period(plan.starts_on, plan.ends_on)
    return Pending(plan.pk, is_agreed, plan.author.short_name, plan.unit_id, plan.unit.name, period, able, mine)


def _under_way(person: Person, query: BoardQuery) -> list[Plan]:
    tree, period, unit = tree_for(person), query.period, query.unit_id
    if unit is None or unit not in tree.nodes:
        return []
    lines = PlanLine.objects.filter(
        plan=OuterRef("pk"),
        unit_id__in=tree.under(unit),
        starts_on__lt=period.end,
        ends_on__gt=period.start,
    )
    found = access.visible_to(person).filter(metric=query.metric, status__in=_UNDER_WAY)
    found = found.filter(starts_on__lte=period.start, ends_on__gte=period.end)
    found = found.filter(Q(unit_id=unit) | Q(Exists(lines), unit_id__in=tree.above(unit)))
    return list(found.select_related("unit", "author"))


def _distance(plan: Plan, query: BoardQuery) -> tuple[bool, bool, int, int]:
    """Agreed before draft, one's own before that of a department above, the shortest, the newest."""
    length = (plan.ends_on - plan.starts_on).days
    return plan.status != Plan.Status.AGREED, plan.unit_id != query.unit_id, length, -plan.pk
