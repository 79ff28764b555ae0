"""Whose calls, meetings and letters a person may see and change."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from otdel.activities.models import Activity
from otdel.core.errors import NotFound
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right

KIND = "activity"


def visible_activities(person: Person, right: str = Right.VIEW, binned: bool = False) -> Any:
    """What a list shows; what is in the bin only where asked and where one may delete."""
    return access.records(Activity.objects.all(), person, KIND, right, binned)


def seen_activities(person: Person) -> Any:
    """What may be opened: a customer's history goes with the customer, whoever made it."""
    rows = access.seen(Activity.objects.kept(), person, KIND)
    away = access.stands_in_for(person)
    # what one is told in the place of somebody who is away, one may open
    return Activity.objects.kept().filter(Q(pk__in=rows.values("pk")) | Q(owner_id__in=away)) if away else rows


def changes(person: Person, owner_id: int) -> bool:
    """Whether the person may change what is planned by the owner: within reach, or in the place of one away."""
    return access.reach(person, KIND, Right.CHANGE).includes(owner_id) or owner_id in access.stands_in_for(person)


def activity_for(person: Person, right: Right, activity_id: int) -> Activity:
    found: Activity | None = seen_activities(person).select_for_update(of=("self",)).filter(pk=activity_id).first()
    if found is None:
        raise NotFound(_("There is no such record, or you may not see it."))
    if right != Right.CHANGE or not changes(person, found.owner_id):
        access.check(person, KIND, right, found.owner_id)
    return found
