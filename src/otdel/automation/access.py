"""Who sees and writes rules: heads for their departments and under them, administrators all."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from otdel.automation.models import Rule
from otdel.core.errors import NotAllowed, NotFound
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right, Scope

KIND = "plan"


def is_keeper(person: Person) -> bool:
    """Whoever changes the company's settings keeps all rules."""
    return access.scope(person, "settings", Right.CHANGE) == Scope.ALL


def may_write(person: Person) -> bool:
    return is_keeper(person) or _heads(person)


def _heads(person: Person) -> bool:
    reached = access.unit_reach(person, KIND, Right.CHANGE)
    return reached.everyone or bool(reached.unit_ids)


def require(person: Person) -> None:
    if not may_write(person):
        raise NotAllowed(_("Rules are written by heads for their departments, and by administrators."))


def visible_to(person: Person) -> QuerySet[Rule]:
    rows = Rule.objects.filter(deleted_at=None)
    if is_keeper(person):
        return rows
    if not _heads(person):
        return rows.none()
    reached = access.unit_reach(person, KIND, Right.CHANGE)
    return rows.filter(Q(owner=person) | Q(unit_id__in=reached.unit_ids))


def rule_for_change(person: Person, rule_id: int) -> Rule:
    found = visible_to(person).select_for_update(of=("self",)).filter(pk=rule_id).first()
    if found is None:
        raise NotFound(_("There is no such rule, or you may not see it."))
    return found


def unit_ids(person: Person) -> frozenset[int] | None:
    """Return the departments the person writes rules for; None: the whole company."""
    reached = access.unit_reach(person, KIND, Right.CHANGE)
    return None if is_keeper(person) or reached.everyone else frozenset(reached.unit_ids)


def check_unit(person: Person, unit_id: int | None) -> None:
    """A head's rule covers what they head; only a keeper's covers the whole company."""
    if unit_id is None:
        if not is_keeper(person) and not access.unit_reach(person, KIND, Right.CHANGE).everyone:
            raise NotAllowed(_("Choose a department: only an administrator writes rules for the whole company."))
        return
    if unit_id not in access.tree_for(person).nodes:
        raise NotFound(_("There is no such department."), field="unit")
    if not is_keeper(person) and not access.unit_reach(person, KIND, Right.CHANGE).includes_unit(unit_id):
        raise NotFound(_("There is no such department."), field="unit")
