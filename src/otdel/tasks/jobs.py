"""What tasks do in the background."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone

from otdel.core import journal
from otdel.core.jobs import job
from otdel.tasks import actions, queries
from otdel.tasks.actions import tally

logger = logging.getLogger(__name__)
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


@job(lock="tasks.settle", queueing_lock="tasks.settle", retry=False)
def settle(timestamp: int = 0) -> None:
    """Keep the counters' sums short, once a minute: until then they are as right, and a little slower."""
    tally.settle(now=timezone.now())


@job(lock="tasks.settle", queueing_lock="tasks.verify", retry=False)
def verify(timestamp: int = 0) -> None:
    """Hold the counters against a recount, once a night; whatever is wrong is counted anew, and said."""
    tally.settle_everything(now=timezone.now())
    if people := queries.wrong(timezone.now()):
        logger.error("The counters of %s people were not what a recount says: everything is counted anew.", people)
        tally.recount()
