"""Whose calls, meetings and letters a person may see and change."""

from __future__ import annotations

from typing import Any

from otdel.activities.models import Activity
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right

KIND = "activity"


def visible_activities(person: Person, right: Right = Right.VIEW) -> Any:
    """What a list shows."""
    return access.limit(Activity.objects.kept(), access.reach(person, KIND, right))


def seen_activities(person: Person) -> Any:
    """What may be opened: a customer's history goes with the customer, whoever made it."""
    return access.seen(Activity.objects.kept(), person, KIND)


def binned_activities(person: Person) -> Any:
    """The bin is open to those who may throw things into it."""
    return access.limit(Activity.objects.exclude(deleted_at=None), access.reach(person, KIND, Right.DELETE))


def activity_for(person: Person, right: Right, activity_id: int) -> Activity:
    found: Activity = access.one_for(seen_activities(person), person, KIND, right, activity_id)
    return found
