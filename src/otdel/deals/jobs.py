"""What deals do when something happened elsewhere."""

from __future__ import annotations

from django.utils.timezone import now

from otdel.core import journal
from otdel.core.jobs import job
from otdel.deals.actions.units import restamp_units


@job()
def restamp(event_id: int) -> None:
    """Somebody's membership changed: the deals they closed on those days follow."""
    event = journal.event(event_id)
    if event.subject_id is not None:
        restamp_units(by=event.by, person_ids=[event.subject_id], now=now())
