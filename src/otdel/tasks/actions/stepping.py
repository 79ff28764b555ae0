"""Deals and customers without a next step, as reminders: to whoever answers for them, after longer to the head.

Nobody says down to notifications that a step came: what a deal has lost is counted every night, and looked at once
more before it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from otdel.customers.models import Customer
from otdel.deals.models import Deal
from otdel.notifications.kinds import Watch, feeder, still
from otdel.tasks.kinds import CUSTOMER_STEP, DEAL_STEP
from otdel.tasks.queries.steps import without_step_since

AFTER = frozenset({"AFTER"})


def _deals() -> Any:
    return without_step_since(Deal.objects.all(), "deal")


def _customers() -> Any:
    return without_step_since(Customer.objects.all(), "customer")


def _watches(kind: str, rows: Sequence[Any], url: str) -> list[Watch]:
    """One for each; whole days count, so that all of a day are told together when its work starts."""
    return [
        Watch(
            subject_kind=kind,
            subject_id=row.pk,
            title=str(row),
            url=f"/{url}/{row.pk}/",
            person_id=row.owner_id,
            anchor_at=row.step_since,
            has_time=False,
            started_at=row.created_at,
            triggers=AFTER,
        )
        for row in rows
    ]


def _fed(kind: str, rows: Callable[[], Any], url: str) -> None:
    def read(after: int, limit: int, now: datetime) -> tuple[list[Watch], list[int]]:
        found = list(rows().filter(pk__gt=after).order_by("pk")[:limit])
        return _watches(kind, found, url), [row.pk for row in found]

    def look(ids: Sequence[int], now: datetime) -> list[Watch]:
        return _watches(kind, list(rows().filter(pk__in=ids)), url)

    feeder(kind)(read)
    still(kind)(look)


_fed(DEAL_STEP, _deals, "deals")
_fed(CUSTOMER_STEP, _customers, "customers")
