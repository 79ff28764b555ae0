"""What the doctor asks of plans."""

from __future__ import annotations

from datetime import datetime

from otdel.core.checkup import Finding, question
from otdel.plans.queries.soundness import unsound_months


@question
def month_sums(now: datetime) -> Finding:
    unsound = unsound_months()
    if not unsound:
        return "sums of months", True, "as their days", ""
    metric, month = unsound[0]
    found = f"{len(unsound)} differ from their days, the first is {metric} {month:%Y-%m}"
    return "sums of months", False, found, "Add them up anew: ./otdel manage facts --rebuild"
