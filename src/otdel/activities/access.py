"""Whose calls, meetings and letters a person may see and change."""

from __future__ import annotations

from typing import Any

from otdel.activities.models import Activity
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right

KIND = "activity"


def visible_activities(person: Person, right: str = Right.VIEW, binned: bool = False) -> Any:
    """What a list shows; what is in the bin only where asked and where one may delete."""
    rows = Activity.objects.exclude(deleted_at=None) if binned else Activity.objects.filter(deleted_at=None)
    found = access.limit(rows, access.reach(person, KIND, Right(right)))
    return access.limit(found, access.reach(person, KIND, Right.DELETE)) if binned else found


def seen_activities(person: Person) -> Any:
    """What may be opened: a customer's history goes with the customer, whoever made it."""
    return access.seen(Activity.objects.kept(), person, KIND)


def activity_for(person: Person, right: Right, activity_id: int) -> Activity:
    found: Activity = access.one_for(seen_activities(person), person, KIND, right, activity_id)
    return found
