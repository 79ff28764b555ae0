"""What people's days really brought, from the records: calls, meetings, proposals, moves of deals, payments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

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


# The same columns of three kinds of records, so that a day is one question.
_DAY = """
SELECT a.owner_id, 'activity' AS part, a.kind, a.id, a.at, a.customer_id, a.deal_id, s.pipeline_id, a.subject,
    NULL::numeric
FROM activities_activity a LEFT JOIN deals_deal d ON d.id = a.deal_id LEFT JOIN deals_stage s ON s.id = d.stage_id
WHERE a.owner_id = ANY(%(people)s) AND a.day = %(day)s AND a.is_done AND a.kind <> 'NOTE' AND a.deleted_at IS NULL
UNION ALL
SELECT d.owner_id, 'move', 'STAGE', c.id, c.at, d.customer_id, c.deal_id, NULL, b.name || ' → ' || n.name, NULL
FROM deals_stagechange c JOIN deals_deal d ON d.id = c.deal_id
JOIN deals_stage b ON b.id = c.before_id JOIN deals_stage n ON n.id = c.after_id
WHERE d.owner_id = ANY(%(people)s) AND c.at >= %(start)s AND c.at < %(end)s
UNION ALL
SELECT owner_id, 'payment', 'PAYMENT', id, NULL, customer_id, deal_id, NULL, '', amount FROM billing_payment
WHERE owner_id = ANY(%(people)s) AND paid_on = %(day)s AND deleted_at IS NULL
ORDER BY at, id"""


def day_facts(people: Collection[int], day: date, zone: ZoneInfo) -> dict[int, DayFacts]:
    """Return everybody's day. One query."""
    found = {person: DayFacts() for person in people}
    if not found:
        return found
    start = datetime.combine(day, datetime.min.time(), zone)
    given: dict[str, Any] = {"people": list(found), "day": day, "start": start, "end": start + timedelta(days=1)}
    with connection.cursor() as cursor:
        cursor.execute(_DAY, given)
        for owner, part, *values in cursor:
            facts = found[owner]
            {"activity": facts.activities, "move": facts.moves, "payment": facts.payments}[part].append(Done(*values))
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
