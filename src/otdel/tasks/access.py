"""Whose tasks a person may see and steer. A private one only those named in it see, heads not excepted."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from otdel.core.errors import NotAllowed, NotFound
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right
from otdel.tasks.models import Repeat, Task, Template
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
    if right == Right.VIEW:
        own |= _stood_in(person)
    others = reached.person_ids - {person.pk}
    return own | Q(is_private=False, named__overlap=sorted(others)) if others else own


def _stood_in(person: Person) -> Q:
    """Those of whom one stands in for while they are away, as far as they do or gave them; private ones stay so.

    It is for opening what one was reminded of: counters are of one's own tasks and do not ask here.
    """
    away = sorted(access.stands_in_for(person))
    return Q(is_private=False) & (Q(doers__overlap=away) | Q(creator_id__in=away)) if away else Q()


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
    away = access.stands_in_for(person) if open_to_heads else {}
    return Stand(
        creates=creates,
        does=does,
        over_creator=open_to_heads and changes.includes(task.creator_id) and not creates,
        over_doer=open_to_heads and any(changes.includes(pk) for pk in task.doers if pk != person.pk),
        deletes=creates or (open_to_heads and not does and deletes.includes(task.creator_id)),
        does_for=0 if does else next((pk for pk in task.doers if pk in away), 0),
        gives_for=task.creator_id if task.creator_id in away and not creates else 0,
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


# templates


def visible_templates(person: Person) -> Any:
    """One's own, those of the departments one is in or heads, those of the company."""
    return Template.objects.filter(_reached_template(person), deleted_at=None)


def _reached_template(person: Person) -> Q:
    found = Q(owner_id=person.pk) | Q(scope=Template.Scope.COMPANY)
    tree, own = access.tree_for(person), access.latest_unit(person)
    units = set(tree.above(own)) if own else set()
    for unit in tree.headed_by(person.pk):
        units |= {*tree.above(unit), *tree.under(unit)}
    return found | Q(scope=Template.Scope.UNIT, unit_id__in=sorted(units))


def changeable_templates(person: Person) -> Any:
    """One's own, and those of departments one heads; whoever keeps the settings changes those of the company."""
    found = Q(owner_id=person.pk)
    if access.scope(person, "settings", Right.CHANGE):
        found |= Q(scope=Template.Scope.COMPANY)
    tree = access.tree_for(person)
    headed = tree.under(*tree.headed_by(person.pk))
    return visible_templates(person).filter(found | Q(scope=Template.Scope.UNIT, unit_id__in=sorted(headed)))


def template_for(person: Person, template_id: int) -> Template:
    """Return the template locked for a change."""
    found: Template | None
    found = changeable_templates(person).select_for_update(of=("self",)).filter(pk=template_id).first()
    if found is not None:
        return found
    if visible_templates(person).filter(pk=template_id).exists():
        raise NotAllowed(_("This template is for others to change: make your own from it."))
    raise NotFound(_("There is no such template."))


def check_template_scope(person: Person, scope: str, unit_id: int | None) -> None:
    """A company's template is made by whoever keeps the settings or heads the company, a department's by its head."""
    tree = access.tree_for(person)
    headed = tree.under(*tree.headed_by(person.pk))
    if scope == Template.Scope.COMPANY:
        allowed = access.scope(person, "settings", Right.CHANGE) or set(tree.roots) <= headed
        if not allowed:
            raise NotAllowed(
                _("A template for everybody is made by whoever heads or sets up the company."), field="scope"
            )
    if scope == Template.Scope.UNIT and unit_id not in headed:
        raise NotAllowed(_("A template for a department is made by its head."), field="unit")


def visible_repeats(person: Person) -> Any:
    """Those in one's name, and those of one's people."""
    rows, reached = Repeat.objects.filter(deleted_at=None), access.reach(person, KIND, Right.VIEW)
    return access.limit(rows, reached, "by_id")


def repeat_for(person: Person, repeat_id: int) -> Repeat:
    """Whoever's name it is given in changes it, and a head of theirs."""
    rows = Repeat.objects.filter(deleted_at=None)
    mine = access.limit(rows, access.reach(person, KIND, Right.CHANGE), "by_id")
    found: Repeat | None = mine.select_for_update(of=("self",)).filter(pk=repeat_id).first()
    if found is None:
        raise NotFound(_("There is no such repetition."))
    return found
