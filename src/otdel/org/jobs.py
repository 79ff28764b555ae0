"""What the organisation does by the clock."""

from __future__ import annotations

from django.utils import timezone

from otdel.core.jobs import job
from otdel.org import actions, queries


@job(lock="org.succeed", queueing_lock="org.succeed", retry=False)
def succeed(timestamp: int = 0) -> None:
    """Put in the next heads of departments whose day has come, by the company's own clock."""
    company = queries.company()
    if company is not None:
        now = timezone.now()
        actions.succeed(by=None, today=queries.company_today(company, now), now=now)
