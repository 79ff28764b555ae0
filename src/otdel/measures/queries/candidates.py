"""What a manager's day is worth spending on: meetings, next steps, debtors, standing deals, silent customers.

The order and the amounts are explained in docs/methods/manual-control.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Q

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


Found = dict[int, list[Candidate]]


def candidates(
    people: Collection[int], day: date, period: Period, zone: ZoneInfo, active_days: int
) -> dict[int, list[Candidate]]:
    """Return the concrete actions of everybody's day, most pressing kinds first. Five queries, however many people."""
    meetings, steps = _planned(people, day, zone)
    spoken, debts = _spoken(people, day), _debts(people, day)
    deals, silent = _deals(people, day, period), _silent(people, day, active_days)
    return {pk: _chosen(meetings[pk], steps[pk], spoken[pk], debts[pk], deals[pk], silent[pk]) for pk in people}


def _chosen(
    meetings: list[Candidate],
    steps: list[Candidate],
    spoken: set[int],
    debts: list[Candidate],
    deals: list[Candidate],
    silent: list[Candidate],
) -> list[Candidate]:
    """Return what one person's day is made of: nobody is named twice, so many of each kind at most."""
    touched = {each.customer_id for each in (*meetings, *steps) if each.customer_id} | spoken
    planned = {each.deal_id for each in (*meetings, *steps) if each.deal_id}
    debts = [each for each in debts if each.customer_id not in touched][: MOST["DEBT"]]
    deals = [each for each in deals if each.deal_id not in planned][: MOST["DEAL"]]
    taken = touched | {each.customer_id for each in (*debts, *deals)}
    silent = [each for each in silent if each.customer_id not in taken]
    return [*meetings[: MOST["MEETING"]], *steps[: MOST["STEP"]], *debts, *deals, *silent[: MOST["CALL"]]]


def _planned(people: Collection[int], day: date, zone: ZoneInfo) -> tuple[Found, Found]:
    """Return everybody's meetings of the day, and the next steps of the day and those whose time has passed."""
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
    rows = (
        Activity.objects.kept()
        .filter(owner_id__in=people, is_done=False, at__lt=end)
        .exclude(kind=Kind.NOTE)
        .select_related("deal__stage")
        .order_by("at", "id")
    )
    meetings: Found = defaultdict(list)
    steps: Found = defaultdict(list)
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
        (meetings if made.kind == "MEETING" else steps)[row.owner_id].append(made)
    return meetings, steps


def _spoken(people: Collection[int], day: date) -> dict[int, set[int]]:
    """Return everybody's customers spoken to in the last days, whoever did."""
    rows = Activity.objects.kept().filter(
        customer__owner_id__in=people,
        is_done=True,
        kind__in=(Kind.CALL, Kind.MEETING),
        day__gte=day - timedelta(days=SPOKEN),
        day__lt=day,
    )
    found: dict[int, set[int]] = defaultdict(set)
    for owner, customer in rows.values_list("customer__owner_id", "customer_id"):
        found[owner].add(customer)
    return found


def _debts(people: Collection[int], day: date) -> Found:
    """Return who owes past the day to pay by, the largest sums first."""
    rows = (
        Invoice.objects.overdue(day)
        .filter(owner_id__in=people)
        .values("owner_id", "customer_id", "pk", "number", "due_on", left=F("amount") - F("paid"))
        .order_by("due_on", "pk")
    )
    debts: dict[tuple[int, int], dict[str, Any]] = {}
    for row in rows:
        first = {"left": Decimal(0), "count": 0, "first": row}
        debt = debts.setdefault((row["owner_id"], row["customer_id"]), first)
        debt["left"] += row["left"]
        debt["count"] += 1
    found: Found = defaultdict(list)
    for (owner, customer), debt in debts.items():
        first = debt["first"]
        days = (day - first["due_on"]).days
        why = {"code": "debt", "count": debt["count"], "days": days, "number": first["number"]}
        found[owner].append(Candidate("DEBT", why, debt["left"], customer, None, first["pk"]))
    return _sorted(found, lambda each: (-(each.expected or 0), each.customer_id or 0))


def _sorted(found: Found, key: Callable[[Candidate], Any]) -> Found:
    return defaultdict(list, {owner: sorted(rows, key=key) for owner, rows in found.items()})


def _deals(people: Collection[int], day: date, period: Period) -> Found:
    """Return open deals that stand still and are to close in the period, the most money for longest first."""
    stood = day - timedelta(days=STANDS)
    rows = (
        Deal.objects.open()
        .kept()
        .filter(Q(expected_on=None) | Q(expected_on__lt=period.end))
        .filter(owner_id__in=people, stage_since__date__lte=stood, amount__gt=0)
        .exclude(activities__is_done=False, activities__deleted_at=None, activities__day__gt=day)
        .select_related("stage")
    )
    found: Found = defaultdict(list)
    for row in rows:
        expected = day_plan.expected_money(row.amount, row.stage.probability)
        days = (day - row.stage_since.date()).days
        due = row.expected_on.isoformat() if row.expected_on else ""
        why = {"code": "stands", "days": days, "stage": row.stage.name, "amount": row.amount, "due": due}
        rank = day_plan.money_days(expected, days)
        found[row.owner_id].append(Candidate("DEAL", why, expected, row.customer_id, row.pk, rank=rank))
    return _sorted(found, lambda each: (-each.rank, each.deal_id or 0))


# What the company counts as a purchase is one of three; the other two cost nothing.
_SILENT = """
WITH bought AS (
    SELECT p.customer_id, p.paid_on AS day, p.amount FROM billing_payment p
    JOIN customers_customer c ON c.id = p.customer_id
    WHERE c.owner_id = ANY(%(people)s) AND otdel_purchase() = 'payments' AND p.deleted_at IS NULL AND p.amount > 0
        AND p.paid_on BETWEEN %(from)s AND %(day)s
    UNION ALL
    SELECT s.customer_id, s.shipped_on, s.amount FROM billing_shipment s
    JOIN customers_customer c ON c.id = s.customer_id
    WHERE c.owner_id = ANY(%(people)s) AND otdel_purchase() = 'shipments' AND s.deleted_at IS NULL AND s.amount > 0
        AND s.shipped_on BETWEEN %(from)s AND %(day)s
    UNION ALL
    SELECT d.customer_id, d.closed_on, d.amount FROM deals_deal d
    JOIN customers_customer c ON c.id = d.customer_id JOIN deals_stage stage ON stage.id = d.stage_id
    WHERE c.owner_id = ANY(%(people)s) AND otdel_purchase() = 'deals' AND d.deleted_at IS NULL AND d.amount > 0
        AND stage.outcome = 'WON' AND d.closed_on BETWEEN %(from)s AND %(day)s
), daily AS (SELECT customer_id, day, sum(amount) AS amount FROM bought GROUP BY 1, 2)
SELECT c.owner_id, d.customer_id, count(*), avg(d.amount), min(d.day), max(d.day)
FROM daily d JOIN customers_customer c ON c.id = d.customer_id AND c.deleted_at IS NULL
WHERE NOT EXISTS (
    SELECT FROM activities_activity a WHERE a.customer_id = d.customer_id AND a.deleted_at IS NULL
        AND NOT a.is_done AND a.day >= %(day)s)
GROUP BY 1, 2"""


def _silent(people: Collection[int], day: date, active_days: int) -> Found:
    """Return the customers who should have bought again by now, the most expected money first."""
    given: dict[str, Any] = {"people": list(people), "day": day, "from": day - timedelta(days=365)}
    with connection.cursor() as cursor:
        cursor.execute(_SILENT, given)
        rows = cursor.fetchall()
    found: Found = defaultdict(list)
    for owner, customer, count, average, first, last in rows:
        since = (day - last).days
        gap = Decimal((last - first).days) / (count - 1) if count > 1 else Decimal(active_days)
        if not day_plan.is_silent(gap, since):
            continue
        value = day_plan.silent_value(average, gap, since)
        why = {"code": "silent", "days": since, "gap": round(gap), "average": round(average), "count": count}
        found[owner].append(Candidate("CALL", why, value, customer))
    return _sorted(found, lambda each: (-(each.expected or 0), each.customer_id or 0))
