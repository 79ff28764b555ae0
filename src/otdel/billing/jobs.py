"""What billing does when something happened elsewhere."""

from __future__ import annotations

from django.utils.timezone import now

from otdel.billing.actions import restamp_units
from otdel.core import journal
from otdel.core.jobs import job


@job()
def restamp(event_id: int) -> None:
    """Somebody's membership changed: their money of those days follows."""
    event = journal.event(event_id)
    if event.subject_id is not None:
        restamp_units(by=event.by, person_ids=[event.subject_id], now=now())
