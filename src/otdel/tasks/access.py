"""Whose tasks a person may see and steer. A private one only those named in it see, heads not excepted."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from otdel.core.errors import NotAllowed, NotFound
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right
from otdel.tasks.models import Task
from otdel.tasks.rules import Stand

KIND = "task"


def visible_tasks(person: Person, right: str = Right.VIEW, binned: bool = False) -> Any:
    """Living tasks the right extends to; of the binned ones those the person could have put there."""
    rows = Task.objects.exclude(deleted_at=None) if binned else Task.objects.filter(deleted_at=None)
    if binned or right in (Right.CHANGE, Right.DELETE):
        return rows.filter(_steered(person, Right.DELETE if binned else Right(right)))
    return rows.filter(_seen(person, Right(right)))


def _seen(person: Person, right: Right) -> Q:
    reached, own = access.reach(person, KIND, right), Q(named__contains=[person.pk])
    if reached.everyone:
        return own | Q(is_private=False)
    others = reached.person_ids - {person.pk}
    return own | Q(is_private=False, named__overlap=sorted(others)) if others else own


def _steered(person: Person, right: Right) -> Q:
    """Those one gave, and those of one's people one does not do oneself."""
    reached, own = access.reach(person, KIND, right), Q(creator_id=person.pk)
    if reached.everyone:
        return own | (Q(is_private=False) & ~Q(doers__contains=[person.pk]))
    others = reached.person_ids - {person.pk}
    if not others:
        return own
    theirs = Q(creator_id__in=others)
    if right == Right.CHANGE:
        theirs |= Q(doers__overlap=sorted(others))
    return own | (theirs & Q(is_private=False) & ~Q(doers__contains=[person.pk]))


def stand(person: Person, task: Task) -> Stand:
    """Where the person stands to a task they see. At most two queries per request in all."""
    changes, deletes = (access.reach(person, KIND, right) for right in (Right.CHANGE, Right.DELETE))
    does, creates = person.pk in task.doers, person.pk == task.creator_id
    open_to_heads = not task.is_private
    return Stand(
        creates=creates,
        does=does,
        over_creator=open_to_heads and changes.includes(task.creator_id) and not creates,
        over_doer=open_to_heads and any(changes.includes(pk) for pk in task.doers if pk != person.pk),
        deletes=creates or (open_to_heads and not does and deletes.includes(task.creator_id)),
    )


def task_for(person: Person, task_id: int) -> tuple[Task, Stand]:
    """Return the visible task locked, and where the person stands to it; a stranger's is not found."""
    found: Task | None = visible_tasks(person).select_for_update(of=("self",)).filter(pk=task_id).first()
    if found is None:
        raise NotFound(_("There is no such task, or you may not see it."))
    return found, stand(person, found)


def receivers(person: Person) -> Any:
    """Whom the person may give a task: everyone who works here and whom the right reaches."""
    access.require(person, KIND, Right.CREATE)
    rows = Person.objects.filter(is_active=True, employed_to=None)
    return access.limit(rows, access.reach(person, KIND, Right.CREATE), "id")


def check_unit(person: Person, unit_id: int) -> None:
    """A whole department is given work by whoever heads it, or anything above it."""
    if unit_id not in access.tree_for(person).nodes:
        raise NotFound(_("There is no such department."), field="unit")
    if not access.unit_reach(person, KIND, Right.CHANGE).includes_unit(unit_id):
        raise NotAllowed(_("Only a head gives work to a whole department: choose people."), field="unit")
