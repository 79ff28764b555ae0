"""What rules of automation that wait for a time ask every ten minutes, against one hand-written query each.

Runs as a process of its own over one size's database, and takes everything back.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import django

# Django first: everything below needs its settings
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from otdel.automation.actions.firing import waiting  # noqa: E402
from otdel.automation.models import Rule  # noqa: E402
from otdel.automation.rules import ABOUT, BACK_DAYS  # noqa: E402
from otdel.bench import fill  # noqa: E402
from otdel.bench.sweep import taken_back  # noqa: E402
from otdel.org.queries import CompanySettings, company, company_today  # noqa: E402

ROUNDS, TIMES = 9, 20
LEFT = 5  # what was not fired for yet
DAYS = {"INVOICE_OVERDUE": 3, "DEAL_STANDS": 5, "NO_CONTACT": 14, "DEAL_NO_STEP": 3}

_RULE = """
INSERT INTO automation_rule (name, owner_id, "when", days, metric, lines, conditions, "then", does, most_per_hour,
    is_on, on_since, stop, created_at, updated_at)
VALUES ('Bench', %(owner)s, %(when)s, %(days)s, '', 'PEOPLE', '', 'NOTICE', '{}', 50,
    true, %(since)s, '', %(since)s, %(since)s)
RETURNING id"""
_FIRED = """
INSERT INTO automation_firing (rule_id, kind, record_id, name, key, at, outcome, text, made, chain)
SELECT %(rule)s, %(kind)s, record_id, '', key, %(at)s, 'DONE', '', '{}', '[]'
FROM unnest(%(records)s::bigint[], %(keys)s::text[]) fired (record_id, key)"""
# in the data of the bench all is paid
_UNPAID = """
UPDATE billing_invoice SET paid = 0, due_on = %(to)s::date - (id %% 7)::int
WHERE id IN (SELECT id FROM billing_invoice WHERE cancelled_on IS NULL ORDER BY id DESC LIMIT 400)"""
_FRESH = """AND NOT EXISTS (SELECT FROM automation_firing f
    WHERE f.rule_id = %(rule)s AND f.kind = '{kind}' AND f.record_id = {id} AND f.key = {key})"""
_DONE = "a.deleted_at IS NULL AND a.is_done"
_TALKS = f"{_DONE} AND a.kind IN ('CALL', 'MEETING', 'EMAIL', 'PROPOSAL')"

# The least work the same rows can be had for: no rights, no conditions, no names.
FLOORS = {
    "INVOICE_OVERDUE": """
SELECT i.id FROM billing_invoice i
WHERE i.due_on BETWEEN %(from)s AND %(to)s AND i.deleted_at IS NULL AND i.cancelled_on IS NULL AND i.paid < i.amount """
    + _FRESH.format(kind="invoice", id="i.id", key="'due:' || i.due_on"),
    "DEAL_STANDS": """
SELECT d.id FROM deals_deal d WHERE d.stage_since >= %(from)s::date AND d.stage_since < %(to)s::date + 1
    AND d.deleted_at IS NULL AND d.closed_on IS NULL """
    + _FRESH.format(kind="deal", id="d.id", key="'stage:' || d.stage_since::date"),
    "NO_CONTACT": f"""
SELECT last.customer_id FROM (
    SELECT a.customer_id, max(a.day) AS day FROM activities_activity a
    WHERE {_TALKS} AND a.customer_id IS NOT NULL AND a.day BETWEEN %(from)s AND %(to)s GROUP BY 1
) last WHERE NOT EXISTS (
    SELECT FROM activities_activity a WHERE a.customer_id = last.customer_id AND {_TALKS} AND a.day > %(to)s) """
    + _FRESH.format(kind="customer", id="last.customer_id", key="'since:' || last.day"),
    "DEAL_NO_STEP": f"""
SELECT d.id FROM deals_deal d CROSS JOIN LATERAL (
    SELECT greatest(d.stage_since::date, max(a.day)) AS day
    FROM activities_activity a WHERE a.deal_id = d.id AND {_DONE}
) last WHERE d.deleted_at IS NULL AND d.closed_on IS NULL AND last.day BETWEEN %(from)s AND %(to)s AND d.id IN (
    SELECT id FROM deals_deal WHERE deleted_at IS NULL AND closed_on IS NULL
        AND stage_since >= %(from)s::date AND stage_since < %(to)s::date + 1
    UNION SELECT a.deal_id FROM activities_activity a WHERE {_DONE} AND a.day BETWEEN %(from)s AND %(to)s
) AND NOT EXISTS (SELECT FROM activities_activity a WHERE a.deal_id = d.id AND a.deleted_at IS NULL AND NOT a.is_done
    AND a.day >= last.day + %(days)s) """
    + _FRESH.format(kind="deal", id="d.id", key="'last:' || last.day"),
}


def main(size: str) -> list[dict[str, object]]:
    settings, now = company(), timezone.now()
    assert settings is not None
    with taken_back():
        return [{"size": size, "rule": when} | _measure(when, days, settings, now) for when, days in DAYS.items()]


def _measure(when: str, days: int, settings: CompanySettings, now: datetime) -> dict[str, object]:
    since = now - timedelta(days=30)
    last = company_today(settings, now) - timedelta(days=days)
    with connection.cursor() as cursor:
        if when == "INVOICE_OVERDUE":
            cursor.execute(_UNPAID, {"to": last})
        cursor.execute(_RULE, {"when": when, "days": days, "owner": fill.DIRECTOR, "since": since})
        rule = Rule.objects.select_related("owner__role").get(pk=cursor.fetchone()[0])
        became = waiting(rule, settings, now)
        records, keys = [each.record_id for each in became[LEFT:]], [each.key for each in became[LEFT:]]
        cursor.execute(_FIRED, {"rule": rule.pk, "kind": ABOUT[when], "records": records, "keys": keys, "at": since})
        cursor.execute("ANALYZE automation_firing")
    given = {"rule": rule.pk, "days": days, "from": last - timedelta(days=BACK_DAYS), "to": last}
    assert {row[0] for row in _bare(FLOORS[when], given)} == {each.record_id for each in waiting(rule, settings, now)}
    pairs = [_pair(lambda: waiting(rule, settings, now), lambda: _bare(FLOORS[when], given)) for _ in range(ROUNDS)]
    return {
        "became": len(became),
        "ours": statistics.median(ours for ours, _floor in pairs),
        "floor": statistics.median(floor for _ours, floor in pairs),
        "of_floor": statistics.median(floor / ours for ours, floor in pairs),
    }


def _pair(ours: Callable[[], object], floor: Callable[[], object]) -> tuple[float, float]:
    """Time both in small turns: what drifts hits both alike."""
    spent = [0.0, 0.0]
    for _time in range(TIMES):
        for place, ask in enumerate((ours, floor)):
            began = time.perf_counter()
            ask()
            spent[place] += time.perf_counter() - began
    return spent[0] / TIMES, spent[1] / TIMES


def _bare(sql: str, given: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
