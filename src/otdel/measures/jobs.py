"""What manual control does in the background."""

from __future__ import annotations

from django.utils import timezone

from otdel.core.jobs import job
from otdel.measures.actions import keep


@job(lock="measures.rhythm", queueing_lock="measures.rhythm", retry=False)
def rhythm(timestamp: int = 0) -> None:
    """Make the plans of the morning and the reports of the evening, every five minutes, each in its own time zone."""
    keep(now=timezone.now())
