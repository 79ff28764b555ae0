"""Which department a closed deal counts for: the one its owner was in on the day it was closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from otdel.core import journal
from otdel.core.act import action
from otdel.deals.models import Deal
from otdel.org.models import Person
from otdel.org.queries import misplaced, unit_then


@action
def restamp_units(*, by: Person | None, person_ids: Iterable[int], now: datetime) -> int:
    """Put these people's closed deals under the departments they were in; return how many moved. Safe to repeat."""
    people = sorted(set(person_ids))
    closed = Deal.objects.filter(owner_id__in=people, closed_on__isnull=False)
    moved = misplaced(closed, day="closed_on").update(unit_id=unit_then(day="closed_on"), updated_at=now)
    if moved:
        journal.record("deals.restamped", None, by=by, at=now, people=people, rows=moved)
    return moved
