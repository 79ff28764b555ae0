"""What tasks do in the background."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from otdel.core import journal
from otdel.core.jobs import job
from otdel.tasks import actions

KEPT = timedelta(days=800)  # longer than the farthest birthday's key is needed


@job(lock="tasks.repeat", queueing_lock="tasks.repeat", retry=False)
def repeat(timestamp: int = 0) -> None:
    """Give what comes again by itself, once a minute."""
    actions.run_repeats(now=timezone.now())


@job()
def note(event_id: int) -> None:
    """Write down what is to be given after a stage entered or a payment."""
    actions.note_event(event=journal.event(event_id), now=timezone.now())


@job(queueing_lock="tasks.forget", retry=False)
def forget(timestamp: int = 0) -> None:
    actions.forget_occurrences(before=timezone.now() - KEPT)
