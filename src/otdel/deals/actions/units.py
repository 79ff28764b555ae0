"""Which department a closed deal counts for: the one its owner was in on the day it was closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from otdel.core.act import action
from otdel.deals.models import Deal
from otdel.org.actions.restamping import restamp
from otdel.org.models import Person


@action
def restamp_units(*, by: Person | None, person_ids: Iterable[int], now: datetime) -> int:
    """Put these people's closed deals under the departments they were in; return how many moved. Safe to repeat."""
    facts = [(Deal.objects.filter(closed_on__isnull=False), "closed_on")]
    return restamp(facts, kind="deals.restamped", by=by, person_ids=person_ids, now=now)
