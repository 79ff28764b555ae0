"""Facts follow their owner's membership: which department a record of the past counts for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from otdel.core import journal
from otdel.org.models import Person
from otdel.org.queries import misplaced, unit_then


def restamp(
    facts: Iterable[tuple[QuerySet[Any], str]],
    *,
    kind: str,
    by: Person | None,
    person_ids: Iterable[int],
    now: datetime,
) -> int:
    """Put these people's rows under the departments they were in on the day the field names; return how many moved.

    Part of a room's action, called after a membership was changed, so that the past agrees with it. Safe to repeat.
    """
    people = sorted(set(person_ids))
    moved = 0
    for rows, day in facts:
        wrong = misplaced(rows.filter(owner_id__in=people), day=day)
        moved += wrong.update(unit_id=unit_then(day=day), updated_at=now)
    if moved:
        journal.record(kind, None, by=by, at=now, people=people, rows=moved)
    return moved
