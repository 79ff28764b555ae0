"""Who sees and steers manual control: the heads of a department and those above; each manager, their own days."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from otdel.core.errors import NotAllowed, NotFound
from otdel.measures.models import DayPlan, ManualControl
from otdel.org import access
from otdel.org.models import Membership, Person
from otdel.org.rules import Right

# whoever answers for a department's plan answers for how it is reached
KIND = "plan"


def visible_controls(person: Person) -> QuerySet[ManualControl]:
    """Modes of departments within reach, those one reviews, and the one over oneself."""
    reached = access.unit_reach(person, KIND, Right.VIEW)
    if reached.everyone:
        return ManualControl.objects.all()
    own = DayPlan.objects.filter(control=OuterRef("pk"), person=person)
    mine: Q = Q(person=person) | Q(reviewer=person) | Q(Exists(own))
    if reached.unit_ids:
        mine |= Q(unit_id__in=reached.unit_ids)
    return ManualControl.objects.filter(mine)


def visible_days(person: Person) -> QuerySet[DayPlan]:
    """One's own days, and those of one's people."""
    reached = access.reach(person, KIND, Right.VIEW)
    if reached.everyone:
        return DayPlan.objects.all()
    return DayPlan.objects.filter(Q(person=person) | Q(person_id__in=reached.person_ids))


def visible_days_of(person: Person, control: ManualControl) -> QuerySet[DayPlan]:
    """The same of one mode: its days are few, so where their people belong is asked with them, not before."""
    rows, reached = DayPlan.objects.filter(control=control), access.unit_reach(person, KIND, Right.VIEW)
    if reached.everyone:
        return rows
    latest = Membership.objects.filter(person=OuterRef("person")).order_by("-starts_on").values("unit_id")[:1]
    within = Q(now_in__in=reached.unit_ids)
    return rows.annotate(now_in=Subquery(latest)).filter(Q(person=person) | within)


def may_steer(person: Person, person_id: int) -> bool:
    """Whether one steers this person's days; nobody their own."""
    return person_id != person.pk and access.reach(person, KIND, Right.CHANGE).includes(person_id)


def may_steer_unit(person: Person, unit_id: int) -> bool:
    return access.unit_reach(person, KIND, Right.CHANGE).includes_unit(unit_id)


def may_end(person: Person, control: ManualControl) -> bool:
    """Who answers for the department, and the reviewer; never whoever is under control."""
    if control.person_id == person.pk:
        return False
    return control.reviewer_id == person.pk or may_steer_unit(person, control.unit_id)


def control_for_change(person: Person, control_id: int) -> ManualControl:
    found = visible_controls(person).select_for_update(of=("self",)).filter(pk=control_id).first()
    if found is None:
        raise NotFound(_("There is no such manual control, or you may not see it."))
    if not may_end(person, found):
        raise NotAllowed(_("Manual control is run by the head of the department and those above."))
    return found


def day_for(person: Person, day_id: int) -> DayPlan:
    """Return the visible day locked; a stranger's is not found."""
    found = visible_days(person).select_for_update(of=("self",)).filter(pk=day_id).first()
    if found is None:
        raise NotFound(_("There is no such day, or you may not see it."))
    return found


def check_declare(person: Person, unit_id: int, person_id: int | None) -> None:
    """Refuse whoever does not answer for the department, or the person."""
    if unit_id not in access.tree_for(person).nodes:
        raise NotFound(_("There is no such department, or you may not see it."), field="unit")
    if not access.unit_reach(person, KIND, Right.VIEW).includes_unit(unit_id):
        raise NotFound(_("There is no such department, or you may not see it."), field="unit")
    if not may_steer_unit(person, unit_id):
        raise NotAllowed(_("Manual control is declared by the head of the department and those above."))
    if person_id is not None and not may_steer(person, person_id):
        raise NotAllowed(_("Manual control is declared by a head for their people, not for themselves."))
