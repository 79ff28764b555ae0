"""Which department a fact belongs to: the one its owner was in on that day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from otdel.billing.models import Payment, Shipment
from otdel.core import journal
from otdel.core.act import action
from otdel.org.models import Person
from otdel.org.queries import misplaced, unit_then


@action
def restamp_units(*, by: Person | None, person_ids: Iterable[int], now: datetime) -> int:
    """Put these people's payments and shipments under the departments they were in; return how many moved.

    Called after a membership was changed, so that the past agrees with it. Safe to repeat.
    """
    people = sorted(set(person_ids))
    moved = 0
    for model, day in ((Payment, "paid_on"), (Shipment, "shipped_on")):
        rows = misplaced(model._default_manager.filter(owner_id__in=people), day=day)
        moved += rows.update(unit_id=unit_then(day=day), updated_at=now)
    if moved:
        journal.record("billing.restamped", None, by=by, at=now, people=people, rows=moved)
    return moved
