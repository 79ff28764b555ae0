"""Who may approve a plan: nobody approves their own, so a company of one has to be told to invite somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right, Scope
from otdel.plans.models import Plan, PlanLine


@dataclass(frozen=True)
class Approver:
    id: int
    name: str
    # has an account to sign in with
    has_come: bool


def approvers(person: Person, plan: Plan, today: date) -> tuple[Approver, ...]:
    """Return those who may approve the plan, who can sign in first. One query.

    The heads of departments above and whoever may change all plans, without the author and whoever has a line in it.
    """
    tree = access.tree_for(person)
    above = {tree.nodes[unit].head_id for unit in tree.above(plan.unit_id)[1:]} if plan.unit_id in tree.nodes else set()
    planned = PlanLine.objects.filter(plan=plan, person=OuterRef("pk"))
    people = (
        Person.objects.filter(Q(employed_to=None) | Q(employed_to__gt=today), ~Exists(planned), is_active=True)
        .filter(Q(pk__in=above) | Q(role__rights__plan__change=Scope.ALL.name.lower()))
        .exclude(pk=plan.author_id)
        .select_related("role")
        .order_by("name", "pk")[:50]
    )
    found = [
        Approver(each.pk, each.short_name, each.has_usable_password() and bool(each.password))
        for each in people
        if access.scope(each, "plan", Right.CHANGE) >= Scope.SUBTREE
    ]
    return tuple(sorted(found, key=lambda each: not each.has_come))
