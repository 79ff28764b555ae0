"""What people's days really brought, from the records: calls, meetings, proposals, moves of deals, payments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from otdel.activities.models import Activity
from otdel.billing.models import Payment
from otdel.deals.models import StageChange

COUNTED = ("CALL", "MEETING", "PROPOSAL")


@dataclass(frozen=True)
class Done:
    """One recorded thing; `code` is a kind of activity, STAGE or PAYMENT."""

    code: str
    id: int
    at: datetime | None
    customer_id: int | None
    deal_id: int | None
    pipeline_id: int | None = None
    words: str = ""
    amount: Decimal | None = None

    def as_proof(self) -> dict[str, Any]:
        return {"code": self.code, "id": self.id, "at": self.at, "words": self.words, "amount": self.amount}


@dataclass
class DayFacts:
    """One person's day."""

    activities: list[Done] = field(default_factory=list)
    moves: list[Done] = field(default_factory=list)
    payments: list[Done] = field(default_factory=list)

    def count(self, kind: str, pipeline_id: int | None = None) -> int:
        return sum(each.code == kind and pipeline_id in (None, each.pipeline_id) for each in self.activities)

    @property
    def paid(self) -> Decimal:
        return sum((each.amount or Decimal(0) for each in self.payments), Decimal(0))

    def summary(self) -> dict[str, Any]:
        """Return what is kept of the day once its report is accepted."""
        counts: dict[str, Any] = {kind: self.count(kind) for kind in COUNTED}
        return counts | {"STAGE": len(self.moves), "PAYMENT": len(self.payments), "paid": self.paid}


def day_facts(people: Collection[int], day: date, zone: ZoneInfo) -> dict[int, DayFacts]:
    """Return everybody's day. Three queries."""
    found = {person: DayFacts() for person in people}
    if not found:
        return found
    rows: Any = (
        Activity.objects.kept()
        .filter(owner_id__in=people, day=day, is_done=True)
        .exclude(kind=Activity.Kind.NOTE)
        .order_by("at", "id")
        .values_list("owner_id", "kind", "id", "at", "customer_id", "deal_id", "deal__stage__pipeline_id", "subject")
    )
    for owner, *values in rows:
        found[owner].activities.append(Done(*values))
    start = datetime.combine(day, datetime.min.time(), zone)
    moves = (
        StageChange.objects.filter(deal__owner_id__in=people, at__gte=start, at__lt=start + timedelta(days=1))
        .exclude(before=None)
        .order_by("at", "id")
        .values_list("deal__owner_id", "id", "at", "deal__customer_id", "deal_id", "before__name", "after__name")
    )
    for owner, pk, at, customer, deal, before, after in moves:
        found[owner].moves.append(Done("STAGE", pk, at, customer, deal, words=f"{before} → {after}"))
    payments = (
        Payment.objects.kept()
        .filter(owner_id__in=people, paid_on=day)
        .order_by("id")
        .values_list("owner_id", "id", "customer_id", "deal_id", "amount")
    )
    for owner, pk, customer, deal, amount in payments:
        found[owner].payments.append(Done("PAYMENT", pk, None, customer, deal, amount=amount))
    return found


SPEAKS = ("CALL", "MEETING")


def proof_of(action: Any, facts: DayFacts, done_activities: Collection[int]) -> dict[str, Any] | None:
    """Return the record by which an action of the day is recognised as done, or None.

    A planned meeting or step: it is done itself, or the customer was spoken to. A deal: it moved, or was worked on. A
    debtor: paid, or was spoken to. A call: spoken to, or bought.
    """
    if action.activity_id and action.activity_id in done_activities:
        return {"code": "DONE", "id": action.activity_id, "at": None, "words": "", "amount": None}
    about = facts.activities + facts.moves + facts.payments
    if action.kind == "DEAL":
        order = [facts.moves, facts.activities, facts.payments]
        about = [each for part in order for each in part if each.deal_id == action.deal_id]
    elif action.deal_id and not action.customer_id:
        about = [each for each in about if each.deal_id == action.deal_id]
    else:
        about = [each for each in about if action.customer_id and each.customer_id == action.customer_id]
    if action.kind in ("CALL", "DEBT", "STEP", "MEETING"):
        about = [each for each in about if each.code in (*SPEAKS, "PAYMENT")]
        about.sort(key=lambda each: each.code != "PAYMENT" if action.kind == "DEBT" else each.code == "PAYMENT")
    return about[0].as_proof() if about else None


def done_among(activity_ids: Collection[int]) -> set[int]:
    """Return which of these planned things are done by now. One query, none for none."""
    if not activity_ids:
        return set()
    return set(Activity.objects.filter(pk__in=activity_ids, is_done=True).values_list("pk", flat=True))
