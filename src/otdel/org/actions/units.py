"""The tree of departments."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Invalid
from otdel.org import access, rules
from otdel.org.models import Membership, Person, Succession, Unit
from otdel.org.rules import Right, UnitInUse


@action
def create_unit(*, by: Person, name: str, parent_id: int | None, head_id: int | None = None, now: datetime) -> Unit:
    access.require(by, "unit", Right.CREATE)
    if parent_id is not None:
        access.unit_for_change(by, parent_id)
    _check_name(name, parent_id)
    position = Unit.objects.filter(parent_id=parent_id).count()
    unit = Unit.objects.create(name=name.strip(), parent_id=parent_id, head_id=_head(by, head_id), position=position)
    access.forget(by)
    journal.record("unit.created", unit, by=by, at=now, name=unit.name, parent=parent_id, head=head_id)
    return unit


@action
def change_unit(
    *, by: Person, unit_id: int, name: str, parent_id: int | None, head_id: int | None, now: datetime
) -> Unit:
    """Rename a department, place it elsewhere with everything under it, name its head."""
    unit = access.unit_for_change(by, unit_id)
    if parent_id is not None and parent_id != unit.parent_id:
        access.unit_for_change(by, parent_id)
    rules.check_parent(access.tree(), unit_id, parent_id)
    _check_name(name, parent_id, but=unit_id)
    before = {"name": unit.name, "parent": unit.parent_id, "head": unit.head_id}
    unit.name, unit.parent_id, unit.head_id = name.strip(), parent_id, _head(by, head_id)
    unit.save()
    if before["head"] != unit.head_id:
        Succession.objects.filter(unit=unit).delete()
    access.forget(by)
    after = {"name": unit.name, "parent": unit.parent_id, "head": unit.head_id}
    changed = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
    journal.record("unit.changed", unit, by=by, at=now, changed=changed)
    return unit


@action
def close_unit(*, by: Person, unit_id: int, today: date, now: datetime) -> Unit:
    """Take a department out of use. Its past stays: facts and plans of closed departments are still theirs."""
    unit = access.unit_for_change(by, unit_id)
    members = Membership.objects.on(today).filter(unit=unit)
    if members.filter(Q(person__employed_to=None) | Q(person__employed_to__gt=today)).exists():
        raise UnitInUse(_("People work in this department. Move them first."))
    if Unit.objects.filter(parent=unit, closed_on=None).exists():
        raise UnitInUse(_("There are open departments under this one. Close or move them first."))
    if unit.parent_id is None:
        raise UnitInUse(_("The company itself cannot be closed."))
    unit.closed_on = today
    unit.save()
    access.forget(by)
    journal.record("unit.closed", unit, by=by, at=now, on=today)
    return unit


@action
def open_unit(*, by: Person, unit_id: int, now: datetime) -> Unit:
    """Take a closed department into use again."""
    unit = access.unit_for_change(by, unit_id)
    unit.closed_on = None
    unit.save()
    access.forget(by)
    journal.record("unit.opened", unit, by=by, at=now)
    return unit


def _check_name(name: str, parent_id: int | None, but: int | None = None) -> None:
    if not name.strip():
        raise Invalid(_("Give the department a name."), field="name")
    if Unit.objects.filter(parent_id=parent_id, name=name.strip()).exclude(pk=but or 0).exists():
        raise Invalid(_("There is a department of this name in the same place."), field="name")


def _head(by: Person, head_id: int | None) -> int | None:
    if head_id is not None and not access.visible_people(by).filter(pk=head_id).exists():
        raise Invalid(_("There is no such person."), field="head")
    return head_id
