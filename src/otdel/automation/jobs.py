"""What automation does in the background."""

from __future__ import annotations

import time

from django.utils import timezone

from otdel.automation import actions
from otdel.core.jobs import job, wake

# a round of calls ends before the next one starts; what is left is its work
BUDGET = 50.0


@job()
def happened(event_id: int) -> None:
    """Fire the rules that wait for an event."""
    actions.happened(event_id=event_id, now=timezone.now())


@job(lock="automation.sweep", queueing_lock="automation.sweep", retry=False)
def sweep(timestamp: int = 0) -> None:
    """Fire what became so by the passing of time, every ten minutes."""
    actions.sweep(now=timezone.now())


@job()
def call(event_id: int) -> None:
    """A rule wants a webhook called: now rather than with the next round."""
    wake("otdel.automation.jobs.calls")


@job(queueing_lock="otdel.automation.jobs.calls", retry=False)
def calls(timestamp: int = 0) -> None:
    """Every minute, and when a rule wants it: call the webhooks that are due, the first attempt and the later ones."""
    started = time.monotonic()
    while time.monotonic() - started < BUDGET:
        begun = actions.begin_call(by=None, now=timezone.now())
        if begun is None:
            return
        actions.end_call(by=None, call_id=begun.pk, answer=actions.call(begun), now=timezone.now())
