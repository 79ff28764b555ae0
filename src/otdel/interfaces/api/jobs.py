"""What this door does by the clock."""

from __future__ import annotations

from django.utils import timezone

from otdel.core.jobs import job
from otdel.interfaces.api import actions


@job(queueing_lock="forget_answers", retry=False)
def forget_answers(timestamp: int = 0) -> None:
    """Every night: answers older than a day are deleted."""
    actions.forget_answers(now=timezone.now())
