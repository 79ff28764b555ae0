"""What a change costs later: a day of records written into the kept facts anew, against a bare sum of that day.

Runs as a process of its own over one size's database, and takes everything back.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import date, timedelta
from typing import Any

import django

# Django first: everything below needs its settings
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from otdel.plans import metrics  # noqa: E402
from otdel.plans.actions.facts import DAYS_AT_ONCE, refill_sql  # noqa: E402
from otdel.plans.models import Source  # noqa: E402

ROUNDS = 7
Sql = tuple[str, dict[str, Any]]


def main(size: str) -> list[dict[str, object]]:
    today = timezone.localdate()
    found = []
    for source in Source.values:
        day = _busy_day(source, today)
        if day is None:
            continue
        one, many = (
            _costs(source, [day]),
            _costs(source, [day - timedelta(days=number) for number in range(DAYS_AT_ONCE)]),
        )
        found.append({"size": size, "source": source, "one": one, "many": many, "days": DAYS_AT_ONCE})
    return found


def _busy_day(source: str, today: date) -> date | None:
    """Return the latest day that is over and has records."""
    name = next(iter(metrics.of_source(source)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(day) FROM plans_factunitday WHERE metric = %s AND day < %s", [name, today])
        found: date | None = cursor.fetchone()[0]
    return found


def _costs(source: str, days: list[date]) -> dict[str, float]:
    """Return the time of a refill and how many times that of the bare sum it is, in turns."""
    refill: Sql = refill_sql(source), {"source": source, "days": days}
    names = metrics.of_source(source)
    bare = " UNION ALL ".join(
        f"SELECT '{name}', day, unit_id, person_id, count(*), sum(amount) "
        f"FROM ({metrics.plain(name, '= ANY (%(days)s)')}) r GROUP BY 1, 2, 3, 4"
        for name in names
    )
    took = [(_seconds(refill), _seconds((bare, {"days": days}))) for _round in range(ROUNDS if len(days) == 1 else 3)]
    return {
        "seconds": statistics.median(ours for ours, _floor in took),
        "times": statistics.median(ours / floor for ours, floor in took),
    }


def _seconds(sql: Sql) -> float:
    with transaction.atomic(), connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(*sql)
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return took


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
