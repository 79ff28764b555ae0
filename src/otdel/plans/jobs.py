"""What plans do in the background."""

from __future__ import annotations

from otdel.core.jobs import job
from otdel.plans.actions import facts


@job(lock="plans.refill", queueing_lock="plans.refill", retry=False)
def refill(timestamp: int = 0) -> None:
    """Rewrite the kept facts of changed days, once a minute: until then the board counts them live."""
    facts.refill()
