"""When a condition of time became true: of which record, on which day. One place for the sweep and the dry run.

An episode's key does not change while the condition lasts, so that it fires once however often it is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from otdel.automation.models import Rule
from otdel.core.periods import Kind, Period
from otdel.org.models import Person
from otdel.plans.queries.board import BoardQuery, board


@dataclass(frozen=True)
class Episode:
    record_id: int
    key: str
    day: date


# The day the invoice became so late, unless it was paid in full by then.
_OVERDUE = """
SELECT i.id, 'due:' || i.due_on, i.due_on + %(days)s
FROM billing_invoice i
WHERE i.deleted_at IS NULL AND i.cancelled_on IS NULL AND i.due_on IS NOT NULL
  AND i.due_on + %(days)s BETWEEN %(first)s AND %(last)s
  AND i.amount > coalesce((
    SELECT sum(a.amount) FROM billing_allocation a JOIN billing_payment p ON p.id = a.payment_id
    WHERE a.invoice_id = i.id AND p.deleted_at IS NULL AND p.paid_on < i.due_on + %(days)s), 0)"""

# Stretches of a stage that lasted so long; the last one lasts until now.
_STANDS = """
SELECT deal_id, 'stage:' || since, since + %(days)s FROM (
  SELECT d.id AS deal_id, c.at::date AS since, c.after_id,
    coalesce(lead(c.at::date) OVER (PARTITION BY d.id ORDER BY c.at, c.id), d.closed_on, %(last)s + 1) AS till
  FROM deals_deal d JOIN deals_stagechange c ON c.deal_id = d.id WHERE d.deleted_at IS NULL
) s JOIN deals_stage stage ON stage.id = s.after_id
WHERE stage.outcome = 'OPEN' AND (%(stage)s::bigint IS NULL OR stage.id = %(stage)s)
  AND till > since + %(days)s AND since + %(days)s BETWEEN %(first)s AND %(last)s"""

# Gaps between what passed with a customer; the last one lasts until now.
_CONTACT = """
SELECT customer_id, 'since:' || day, day + %(days)s FROM (
  SELECT customer_id, day, coalesce(lead(day) OVER (PARTITION BY customer_id ORDER BY day), %(last)s + 1) AS till
  FROM (
    SELECT DISTINCT a.customer_id, a.day FROM activities_activity a
    WHERE a.deleted_at IS NULL AND a.is_done AND a.kind IN ('CALL', 'MEETING', 'EMAIL', 'PROPOSAL')
      AND a.customer_id IS NOT NULL AND a.day > %(first)s::date - %(days)s - 1
    UNION SELECT c.id, c.created_at::date FROM customers_customer c
    WHERE c.created_at::date > %(first)s::date - %(days)s - 1
  ) days
) gaps JOIN customers_customer c ON c.id = gaps.customer_id AND c.deleted_at IS NULL
WHERE till > day + %(days)s AND day + %(days)s BETWEEN %(first)s AND %(last)s"""

# Open deals without anything planned, since whatever was done last; what was planned and taken back is not known.
_NO_STEP = """
SELECT d.id, 'last:' || last.day, last.day + %(days)s FROM deals_deal d
CROSS JOIN LATERAL (
  SELECT greatest(d.stage_since::date, max(a.day)) AS day
  FROM activities_activity a WHERE a.deal_id = d.id AND a.deleted_at IS NULL AND a.is_done
) last
WHERE d.deleted_at IS NULL AND d.closed_on IS NULL AND last.day + %(days)s BETWEEN %(first)s AND %(last)s
  AND NOT EXISTS (SELECT FROM activities_activity p WHERE p.deal_id = d.id AND p.deleted_at IS NULL
    AND NOT p.is_done AND p.day >= last.day + %(days)s)"""

SQL = {"INVOICE_OVERDUE": _OVERDUE, "DEAL_STANDS": _STANDS, "NO_CONTACT": _CONTACT, "DEAL_NO_STEP": _NO_STEP}


def episodes(rule: Rule, owner: Person, first: date, last: date) -> list[Episode]:
    """Return what became so between two days, both included, the earliest first. One query, more for plan lines."""
    if rule.when == "LINE_RED":
        return _red(rule, owner, last)
    given: dict[str, Any] = {"days": rule.days, "first": first, "last": last, "stage": rule.stage_id}
    with connection.cursor() as cursor:
        cursor.execute(SQL[rule.when] + " ORDER BY 3, 1", given)
        return [Episode(*row) for row in cursor]


def _red(rule: Rule, owner: Person, today: date) -> list[Episode]:
    """Return who is behind their month now, once a month each."""
    period = Period.of(Kind.MONTH, today)
    query = BoardQuery(period, rule.metric or "payments", unit_id=rule.unit_id, by="person")
    rows = board(owner, query, today).rows
    key = f"{query.metric}:{period}"
    return [Episode(row.id, key, today) for row in rows if row.kind == "person" and row.figures.mark == "under"]


def start_of(day: date, zone: Any) -> datetime:
    return datetime.combine(day, datetime.min.time(), zone)


def back(day: date, days: int) -> date:
    return day - timedelta(days=days)
