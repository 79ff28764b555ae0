"""What automation does in the background."""

from __future__ import annotations

from django.utils import timezone

from otdel.automation import actions
from otdel.automation.actions import webhook
from otdel.core import journal
from otdel.core.jobs import job

# so many times a webhook is called, with growing pauses
ATTEMPTS = 5


class NotTaken(Exception):
    """The other server is to be called again."""


@job()
def happened(event_id: int) -> None:
    """Fire the rules that wait for an event."""
    actions.happened(event_id=event_id, now=timezone.now())


@job(lock="automation.sweep", queueing_lock="automation.sweep", retry=False)
def sweep(timestamp: int = 0) -> None:
    """Fire what became so by the passing of time, every ten minutes."""
    actions.sweep(now=timezone.now())


@job(retry=ATTEMPTS, pass_context=True)
def call(context: object, event_id: int) -> None:
    """Call the webhook of a firing; what does not answer is called again, and then said to be refused."""
    firing_id = journal.event(event_id).subject_id
    assert firing_id is not None
    taken, said, again = webhook.call(firing_id)
    if again and getattr(getattr(context, "job", None), "attempts", 0) < ATTEMPTS:
        raise NotTaken(said)
    actions.called(by=None, firing_id=firing_id, taken=taken, said=said, now=timezone.now())
