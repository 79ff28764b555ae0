"""What a manager's day is worth spending on: meetings, next steps, debtors, standing deals, silent customers.

The order and the amounts are explained in docs/methods/manual-control.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Q, Sum

from otdel.activities.models import Activity
from otdel.billing.models import Invoice
from otdel.calc import day_plan
from otdel.core.periods import Period
from otdel.deals.models import Deal
from otdel.measures.rules import MOST, SPOKEN, STANDS

Kind = Activity.Kind


@dataclass(frozen=True)
class Candidate:
    """One thing to do: with which record, why, for what money."""

    kind: str
    why: dict[str, Any]
    expected: Decimal | None = None
    customer_id: int | None = None
    deal_id: int | None = None
    invoice_id: int | None = None
    activity_id: int | None = None
    rank: Decimal = field(default=Decimal(0), compare=False)


def candidates(person_id: int, day: date, period: Period, zone: ZoneInfo, active_days: int) -> list[Candidate]:
    """Return the concrete actions of a day, most pressing kinds first. Five queries."""
    meetings, steps = _planned(person_id, day, zone)
    spoken = _spoken(person_id, day)
    touched = {each.customer_id for each in (*meetings, *steps) if each.customer_id} | spoken
    deals_planned = {each.deal_id for each in (*meetings, *steps) if each.deal_id}
    debts = [each for each in _debts(person_id, day) if each.customer_id not in touched][: MOST["DEBT"]]
    deals = [each for each in _deals(person_id, day, period) if each.deal_id not in deals_planned][: MOST["DEAL"]]
    taken = touched | {each.customer_id for each in (*debts, *deals)}
    silent = [each for each in _silent(person_id, day, active_days) if each.customer_id not in taken]
    return [*meetings[: MOST["MEETING"]], *steps[: MOST["STEP"]], *debts, *deals, *silent[: MOST["CALL"]]]


def _planned(person_id: int, day: date, zone: ZoneInfo) -> tuple[list[Candidate], list[Candidate]]:
    """Return the meetings of the day, and the next steps of the day and those whose time has passed."""
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
    rows = (
        Activity.objects.kept()
        .filter(owner_id=person_id, is_done=False, at__lt=end)
        .exclude(kind=Kind.NOTE)
        .select_related("deal__stage")
        .order_by("at", "id")
    )
    meetings: list[Candidate] = []
    steps: list[Candidate] = []
    for row in rows:
        late = (day - row.day).days
        why = {"code": "late" if late > 0 else "today", "days": late, "kind": row.kind, "at": row.at.isoformat()}
        expected = None
        if row.deal and row.deal.closed_on is None and row.deal.amount:
            expected = day_plan.expected_money(row.deal.amount, row.deal.stage.probability)
        made = Candidate(
            "MEETING" if row.kind == Kind.MEETING and late <= 0 else "STEP",
            why | {"subject": row.subject},
            expected,
            row.customer_id,
            row.deal_id,
            None,
            row.pk,
        )
        (meetings if made.kind == "MEETING" else steps).append(made)
    return meetings, steps


def _spoken(person_id: int, day: date) -> set[int]:
    """Return the customers spoken to in the last days, whoever did."""
    rows = Activity.objects.kept().filter(
        customer__owner_id=person_id,
        is_done=True,
        kind__in=(Kind.CALL, Kind.MEETING),
        day__gte=day - timedelta(days=SPOKEN),
        day__lt=day,
    )
    return set(rows.values_list("customer_id", flat=True))


def _debts(person_id: int, day: date) -> list[Candidate]:
    """Return who owes past the day to pay by, the largest sums first."""
    rows = (
        Invoice.objects.overdue(day)
        .filter(owner_id=person_id)
        .values("customer_id", "pk", "number", "due_on")
        .annotate(left=Sum(F("amount") - F("paid")))
        .order_by("due_on", "pk")
    )
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        debt = found.setdefault(row["customer_id"], {"left": Decimal(0), "count": 0, "first": row})
        debt["left"] += row["left"]
        debt["count"] += 1
    made = [
        Candidate(
            "DEBT",
            {
                "code": "debt",
                "count": debt["count"],
                "days": (day - debt["first"]["due_on"]).days,
                "number": debt["first"]["number"],
            },
            debt["left"],
            customer,
            None,
            debt["first"]["pk"],
        )
        for customer, debt in found.items()
    ]
    return sorted(made, key=lambda each: (-(each.expected or 0), each.customer_id or 0))


def _deals(person_id: int, day: date, period: Period) -> list[Candidate]:
    """Return open deals that stand still and are to close in the period, the most money for longest first."""
    stood = day - timedelta(days=STANDS)
    rows = (
        Deal.objects.open()
        .kept()
        .filter(Q(expected_on=None) | Q(expected_on__lt=period.end))
        .filter(owner_id=person_id, stage_since__date__lte=stood, amount__gt=0)
        .exclude(activities__is_done=False, activities__deleted_at=None, activities__day__gt=day)
        .select_related("stage")
    )
    made = []
    for row in rows:
        expected = day_plan.expected_money(row.amount, row.stage.probability)
        days = (day - row.stage_since.date()).days
        made.append(
            Candidate(
                "DEAL",
                {
                    "code": "stands",
                    "days": days,
                    "stage": row.stage.name,
                    "amount": row.amount,
                    "due": row.expected_on.isoformat() if row.expected_on else "",
                },
                expected,
                row.customer_id,
                row.pk,
                rank=day_plan.money_days(expected, days),
            )
        )
    return sorted(made, key=lambda each: (-each.rank, each.deal_id or 0))


# What the company counts as a purchase is one of three; the other two cost nothing.
_SILENT = """
WITH bought AS (
    SELECT p.customer_id, p.paid_on AS day, p.amount FROM billing_payment p
    JOIN customers_customer c ON c.id = p.customer_id
    WHERE c.owner_id = %(person)s AND otdel_purchase() = 'payments' AND p.deleted_at IS NULL AND p.amount > 0
        AND p.paid_on BETWEEN %(from)s AND %(day)s
    UNION ALL
    SELECT s.customer_id, s.shipped_on, s.amount FROM billing_shipment s
    JOIN customers_customer c ON c.id = s.customer_id
    WHERE c.owner_id = %(person)s AND otdel_purchase() = 'shipments' AND s.deleted_at IS NULL AND s.amount > 0
        AND s.shipped_on BETWEEN %(from)s AND %(day)s
    UNION ALL
    SELECT d.customer_id, d.closed_on, d.amount FROM deals_deal d
    JOIN customers_customer c ON c.id = d.customer_id JOIN deals_stage stage ON stage.id = d.stage_id
    WHERE c.owner_id = %(person)s AND otdel_purchase() = 'deals' AND d.deleted_at IS NULL AND d.amount > 0
        AND stage.outcome = 'WON' AND d.closed_on BETWEEN %(from)s AND %(day)s
), daily AS (SELECT customer_id, day, sum(amount) AS amount FROM bought GROUP BY 1, 2)
SELECT d.customer_id, count(*), avg(d.amount), min(d.day), max(d.day)
FROM daily d JOIN customers_customer c ON c.id = d.customer_id AND c.deleted_at IS NULL
WHERE NOT EXISTS (
    SELECT FROM activities_activity a WHERE a.customer_id = d.customer_id AND a.deleted_at IS NULL
        AND NOT a.is_done AND a.day >= %(day)s)
GROUP BY 1"""


def _silent(person_id: int, day: date, active_days: int) -> list[Candidate]:
    """Return the customers who should have bought again by now, the most expected money first."""
    given: dict[str, Any] = {"person": person_id, "day": day, "from": day - timedelta(days=365)}
    with connection.cursor() as cursor:
        cursor.execute(_SILENT, given)
        rows = cursor.fetchall()
    made = []
    for customer, count, average, first, last in rows:
        since = (day - last).days
        gap = Decimal((last - first).days) / (count - 1) if count > 1 else Decimal(active_days)
        if not day_plan.is_silent(gap, since):
            continue
        value = day_plan.silent_value(average, gap, since)
        why = {"code": "silent", "days": since, "gap": round(gap), "average": round(average), "count": count}
        made.append(Candidate("CALL", why, value, customer))
    return sorted(made, key=lambda each: (-(each.expected or 0), each.customer_id or 0))
