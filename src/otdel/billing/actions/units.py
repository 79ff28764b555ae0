"""Which department a fact belongs to: the one its owner was in on that day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from otdel.billing.models import Payment, Shipment
from otdel.core.act import action
from otdel.org.actions.restamping import restamp
from otdel.org.models import Person


@action
def restamp_units(*, by: Person | None, person_ids: Iterable[int], now: datetime) -> int:
    """Put these people's payments and shipments where they belong; return how many moved. Safe to repeat."""
    facts = [(Payment.objects.all(), "paid_on"), (Shipment.objects.all(), "shipped_on")]
    return restamp(facts, kind="billing.restamped", by=by, person_ids=person_ids, now=now)
