"""When a condition of time became true: of which record, on which day. One place for the sweep and the dry run.

An episode's key does not change while the condition lasts, so that it fires once however often it is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from otdel.automation.models import Rule
from otdel.automation.queries.red_lines import red_lines
from otdel.automation.rules import ABOUT
from otdel.org.models import Person


@dataclass(frozen=True)
class Episode:
    kind: str
    record_id: int
    key: str
    day: date


# What was, for the dry run: also what has ended since.

# The day the invoice became so late, unless it was paid in full by then.
_WAS_OVERDUE = """
SELECT i.id, 'due:' || i.due_on, i.due_on + %(days)s
FROM billing_invoice i
WHERE i.deleted_at IS NULL AND i.cancelled_on IS NULL AND i.due_on BETWEEN %(from)s AND %(to)s
  AND i.amount > coalesce((
    SELECT sum(a.amount) FROM billing_allocation a JOIN billing_payment p ON p.id = a.payment_id
    WHERE a.invoice_id = i.id AND p.deleted_at IS NULL AND p.paid_on < i.due_on + %(days)s), 0)"""

# Stretches of a stage that lasted so long; the last one lasts until now.
_STOOD = """
SELECT deal_id, 'stage:' || since, since + %(days)s FROM (
  SELECT d.id AS deal_id, c.at::date AS since, c.after_id,
    coalesce(lead(c.at::date) OVER (PARTITION BY d.id ORDER BY c.at, c.id), d.closed_on, %(last)s + 1) AS till
  FROM deals_deal d JOIN deals_stagechange c ON c.deal_id = d.id WHERE d.deleted_at IS NULL
) s JOIN deals_stage stage ON stage.id = s.after_id
WHERE stage.outcome = 'OPEN' AND (%(stage)s::bigint IS NULL OR stage.id = %(stage)s)
  AND till > since + %(days)s AND since BETWEEN %(from)s AND %(to)s"""

# Gaps between what passed with a customer; the last one lasts until now.
_WAS_SILENT = """
SELECT customer_id, 'since:' || day, day + %(days)s FROM (
  SELECT customer_id, day, coalesce(lead(day) OVER (PARTITION BY customer_id ORDER BY day), %(last)s + 1) AS till
  FROM (
    SELECT DISTINCT a.customer_id, a.day FROM activities_activity a
    WHERE a.deleted_at IS NULL AND a.is_done AND a.kind IN ('CALL', 'MEETING', 'EMAIL', 'PROPOSAL')
      AND a.customer_id IS NOT NULL AND a.day >= %(from)s
    UNION SELECT c.id, c.created_at::date FROM customers_customer c WHERE c.created_at >= %(from)s::date
  ) days
) gaps JOIN customers_customer c ON c.id = gaps.customer_id AND c.deleted_at IS NULL
WHERE till > day + %(days)s AND day BETWEEN %(from)s AND %(to)s"""

# What became so and is so still, for the sweep. Each begins with what changed on the few days in question, by an index,
# and never looks at the rest.

_OVERDUE = """
SELECT i.id, 'due:' || i.due_on, i.due_on + %(days)s
FROM billing_invoice i
WHERE i.deleted_at IS NULL AND i.cancelled_on IS NULL AND i.due_on BETWEEN %(from)s AND %(to)s AND i.paid < i.amount"""

_STANDS = """
SELECT d.id, 'stage:' || d.stage_since::date, d.stage_since::date + %(days)s
FROM deals_deal d JOIN deals_stage stage ON stage.id = d.stage_id
WHERE d.deleted_at IS NULL AND d.closed_on IS NULL AND stage.outcome = 'OPEN'
  AND d.stage_since >= %(from)s::date AND d.stage_since < %(to)s::date + 1
  AND (%(stage)s::bigint IS NULL OR stage.id = %(stage)s)"""

# In two parts, those spoken to and those only made: what is known of days of calls tells the planner how many customers
# to expect, and thousands are looked for afterwards together and not one by one.
_SILENT = """
SELECT c.id, 'since:' || last.day, last.day + %(days)s FROM (
  SELECT a.customer_id, max(a.day) AS day FROM activities_activity a
  WHERE a.deleted_at IS NULL AND a.is_done AND a.kind IN ('CALL', 'MEETING', 'EMAIL', 'PROPOSAL')
    AND a.customer_id IS NOT NULL AND a.day BETWEEN %(from)s AND %(to)s GROUP BY 1
) spoken JOIN customers_customer c ON c.id = spoken.customer_id
CROSS JOIN LATERAL (SELECT greatest(spoken.day, c.created_at::date) AS day) last
WHERE c.deleted_at IS NULL AND c.created_at < %(to)s::date + 1 AND NOT EXISTS (
  SELECT FROM activities_activity a WHERE a.customer_id = spoken.customer_id AND a.deleted_at IS NULL AND a.is_done
    AND a.kind IN ('CALL', 'MEETING', 'EMAIL', 'PROPOSAL') AND a.day > %(to)s)
UNION ALL
SELECT c.id, 'since:' || c.created_at::date, c.created_at::date + %(days)s FROM customers_customer c
WHERE c.deleted_at IS NULL AND c.created_at >= %(from)s::date AND c.created_at < %(to)s::date + 1 AND NOT EXISTS (
  SELECT FROM activities_activity a WHERE a.customer_id = c.id AND a.deleted_at IS NULL AND a.is_done
    AND a.kind IN ('CALL', 'MEETING', 'EMAIL', 'PROPOSAL') AND a.day >= %(from)s)"""

# Open deals without anything planned, since whatever was done last; what was planned and taken back is not known.
_NO_STEP = """
WITH near AS (
  SELECT d.id FROM deals_deal d WHERE d.deleted_at IS NULL AND d.closed_on IS NULL
    AND d.stage_since >= %(from)s::date AND d.stage_since < %(to)s::date + 1
  UNION SELECT a.deal_id FROM activities_activity a
  WHERE a.deleted_at IS NULL AND a.is_done AND a.deal_id IS NOT NULL AND a.day BETWEEN %(from)s AND %(to)s
)
SELECT d.id, 'last:' || last.day, last.day + %(days)s FROM near JOIN deals_deal d ON d.id = near.id
CROSS JOIN LATERAL (
  SELECT greatest(d.stage_since::date, max(a.day)) AS day
  FROM activities_activity a WHERE a.deal_id = d.id AND a.deleted_at IS NULL AND a.is_done
) last
WHERE d.deleted_at IS NULL AND d.closed_on IS NULL AND last.day BETWEEN %(from)s AND %(to)s
  AND NOT EXISTS (SELECT FROM activities_activity p WHERE p.deal_id = d.id AND p.deleted_at IS NULL
    AND NOT p.is_done AND p.day >= last.day + %(days)s)"""

_FRESH = """
SELECT became.* FROM ({}) AS became (record_id, key, day)
WHERE NOT EXISTS (SELECT FROM automation_firing f WHERE f.rule_id = %(rule)s AND f.kind = %(kind)s
  AND f.record_id = became.record_id AND f.key = became.key)"""

WAS = {"INVOICE_OVERDUE": _WAS_OVERDUE, "DEAL_STANDS": _STOOD, "NO_CONTACT": _WAS_SILENT, "DEAL_NO_STEP": _NO_STEP}
IS = {"INVOICE_OVERDUE": _OVERDUE, "DEAL_STANDS": _STANDS, "NO_CONTACT": _SILENT, "DEAL_NO_STEP": _NO_STEP}


def episodes(rule: Rule, owner: Person, first: date, last: date, *, still: bool = False) -> list[Episode]:
    """Return what became so between two days, both included, the earliest first.

    `still`: only what is so now, and what the rule has not fired for. One query; of plan lines, six for each month.
    """
    if rule.when == "LINE_RED":
        return [Episode(*row) for row in red_lines(rule, owner, first, last, still)]
    lasts = timedelta(days=rule.days)
    given: dict[str, Any] = {
        "days": rule.days, "last": last, "stage": rule.stage_id, "from": first - lasts, "to": last - lasts,
        "rule": rule.pk, "kind": ABOUT[rule.when],
    }  # fmt: skip
    sql = _FRESH.format(IS[rule.when]) if still else WAS[rule.when]
    with connection.cursor() as cursor:
        cursor.execute(sql + " ORDER BY 3, 1", given)
        return [Episode(ABOUT[rule.when], *row) for row in cursor]


def back(day: date, days: int) -> date:
    return day - timedelta(days=days)
