"""Who may see and change which plans. Doors get plans from here and nowhere else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from otdel.core.errors import NotAllowed, NotFound
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right, Scope
from otdel.plans.models import Plan, PlanLine


def visible_to(person: Person) -> QuerySet[Plan]:
    """Plans of departments within reach, and approved plans that have the person's own line."""
    reach = access.unit_reach(person, "plan", Right.VIEW)
    if reach.everyone:
        return Plan.objects.all()
    if reach.nothing:
        return Plan.objects.none()
    own = PlanLine.objects.filter(plan=OuterRef("pk"), person=person, plan__status__in=_SETTLED)
    return Plan.objects.filter(Q(unit_id__in=reach.unit_ids) | Exists(own))


_SETTLED = [Plan.Status.APPROVED, Plan.Status.REVISED]


def with_seen_total(person: Person, plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """Annotate `seen_total`: of a plan where one sees only one's own line, that line's sum and not the department's."""
    reach = access.unit_reach(person, "plan", Right.VIEW)
    if reach.everyone:
        return plans.annotate(seen_total=F("total"))
    own = PlanLine.objects.filter(plan=OuterRef("pk"), person=person).order_by().values("plan")
    whole = own.filter(product_group=None, client_segment=None, region=None, channel=None, is_new_client=None)
    sums = [Subquery(lines.annotate(sum=Sum("amount")).values("sum")) for lines in (whole, own)]
    return plans.annotate(
        seen_total=Case(When(unit_id__in=reach.unit_ids, then=F("total")), default=Coalesce(*sums, Value(Decimal(0))))
    )


def visible_lines(person: Person, lines: QuerySet[PlanLine]) -> QuerySet[PlanLine]:
    """A head sees the lines of their departments; a manager, only their own."""
    reach = access.unit_reach(person, "plan", Right.VIEW)
    if reach.everyone:
        return lines
    return lines.filter(Q(unit_id__in=reach.unit_ids) | Q(person=person))


def plan_for_view(person: Person, plan_id: int) -> Plan:
    found = visible_to(person).select_related("unit", "author", "approved_by", "agreed_by").filter(pk=plan_id).first()
    if found is None:
        raise NotFound(_("There is no such plan, or you may not see it."))
    return found


def may_change(person: Person, unit_id: int) -> bool:
    """A plan of a department is changed by who answers for it: own-only rights do not reach that far."""
    reach = access.unit_reach(person, "plan", Right.CHANGE)
    return reach.includes_unit(unit_id)


def may_approve(person: Person, unit_id: int) -> bool:
    """The head of a department above, or who may change all plans. One's own department is not enough."""
    if access.scope(person, "plan", Right.CHANGE) == Scope.ALL:
        return True
    tree = access.tree_for(person)
    above = [tree.nodes[unit].head_id for unit in tree.above(unit_id)[1:]]
    return may_change(person, unit_id) and person.pk in above


def plan_for_change(person: Person, plan_id: int) -> Plan:
    """Return the plan locked until the transaction ends, or refuse."""
    found: Any = visible_to(person).select_for_update(of=("self",)).filter(pk=plan_id).first()
    if found is None:
        raise NotFound(_("There is no such plan, or you may not see it."))
    if not may_change(person, found.unit_id):
        raise NotAllowed(_("Plans of this department are changed by its head or those above."))
    plan: Plan = found
    return plan
