"""Filling the kept facts of changed days. Nothing is decided here: a refill writes down what the records say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import connection, transaction

from otdel.plans import metrics
from otdel.plans.metrics import DIMENSIONS
from otdel.plans.models import FactMonth

# Any number will do, as long as nobody else takes it: "facts" by the keys of a phone.
LOCK = 32287
DAYS_AT_ONCE = 31

# A transaction still running may have looked for days to mark before a change it could not see yet was committed.
# (One of another database of the same server could not, and is let out of account when it is known as such.)
# So a mark is noted with the number of the next transaction, and used up only when all before that have ended.
NOTE = """
UPDATE plans_changedday SET settles_at = pg_snapshot_xmax(pg_current_snapshot())::text::bigint
WHERE settles_at IS NULL"""

PICK = """
WITH running AS MATERIALIZED (
    SELECT min(xid::text::bigint) AS oldest FROM pg_snapshot_xip(pg_current_snapshot()) AS r(xid)
    WHERE NOT EXISTS (
        SELECT FROM pg_stat_activity other
        WHERE other.datname <> current_database()
            AND other.backend_xid::text::bigint = xid::text::bigint & 4294967295))
SELECT source, day FROM plans_changedday GROUP BY source, day
HAVING bool_and(settles_at IS NOT NULL)
    AND coalesce(max(settles_at) <= (SELECT oldest FROM running), true)
ORDER BY day DESC"""


def refill(*, days_at_once: int = DAYS_AT_ONCE) -> int:
    """Rewrite the kept facts of every changed day that can be, the latest days first; return how many.

    Each batch of days is one transaction, so a crash costs one batch. Safe beside writers and beside itself.
    """
    done = 0
    while batch := _refill_batch(days_at_once):
        done += batch
    return done


def _refill_batch(days_at_once: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(NOTE)
        cursor.execute(PICK)
        waiting = cursor.fetchall()
        if not waiting:
            return 0
        source = waiting[0][0]
        days = [day for of, day in waiting if of == source][:days_at_once]
        cursor.execute(refill_sql(source), {"source": source, "days": days})
        return len(days)


def rebuild_months() -> Iterator[tuple[str, date, int, int]]:
    """Add up every month anew from the kept days; yield metric, month, how many are done and how many there are.

    A transaction each, so that a crash costs one month; beside it no days are refilled, and the board stays right.
    """
    with connection.cursor() as cursor:
        cursor.execute(ALL_MONTHS)
        months = cursor.fetchall()
    for done, (metric, month) in enumerate(months, start=1):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            cursor.execute("DELETE FROM plans_factmonth WHERE metric = %s AND month = %s", [metric, month])
            cursor.execute(_month_sql(), {"metric": metric, "month": month})
        yield metric, month, done, len(months)


ALL_MONTHS = """
SELECT DISTINCT metric, date_trunc('month', day)::date FROM plans_factunitday
UNION SELECT DISTINCT metric, month FROM plans_factmonth ORDER BY 1, 2"""


def _month_sql() -> str:
    cells = """(SELECT * FROM plans_factcell
        WHERE metric = %(metric)s AND day >= %(month)s AND day < %(month)s + interval '1 month') cell"""
    return f"""
WITH {_month_sums("metric, %(month)s::date", "amount", cells)}
INSERT INTO plans_factmonth ({_MONTH}, amount) SELECT {_MONTH}, amount FROM sums ORDER BY {_MONTH}"""


def refill_sql(source: str) -> str:
    """Return the one statement that rewrites days: one snapshot for what is counted and for the marks used up.

    A change committed after that snapshot has left a mark this statement cannot see, which therefore stays.
    Rows that say what the records say are left alone: a payment changes a few of a day's thousands.
    """
    wanted = metrics.of_source(source)
    rows = " UNION ALL ".join(
        f"SELECT '{name}' AS metric, day, unit_id, person_id, {_DIMENSIONS}, amount "
        f"FROM ({metrics.cut(name, '= ANY (%(days)s)')}) r"
        for name in wanted
    )
    names = ", ".join(f"'{name}'" for name in wanted)
    kept = f"metric IN ({names}) AND day = ANY (%(days)s)"
    cell = f"{_DAY}, person_id, {_DIMENSIONS}"
    return f"""
WITH counted AS MATERIALIZED (
    SELECT {cell}, sum(amount)::numeric(17, 2) AS amount FROM ({rows}) r GROUP BY {cell}),
{_rewrite("factcell", cell, kept)},
{_rewrite("factday", f"{_DAY}, person_id", kept)},
{_rewrite("factunitday", _DAY, kept)},
used_up AS (
    DELETE FROM plans_changedday WHERE source = %(source)s AND day = ANY (%(days)s) AND settles_at IS NOT NULL),
{_month_sums("metric, date_trunc('month', day)::date", "coalesce(amount, 0) - coalesce(was, 0)", "other_factcell")}
MERGE INTO plans_factmonth kept USING sums ON {_SAME_MONTH}
WHEN MATCHED AND kept.amount + sums.amount = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET amount = kept.amount + sums.amount
WHEN NOT MATCHED THEN INSERT ({_MONTH}, amount) VALUES ({_MONTH_OF_SUMS}, sums.amount)"""


_DIMENSIONS = ", ".join(DIMENSIONS)
_DAY = "metric, day, unit_id"
_MONTH = "metric, month, cut, unit_id, person_id, segment_id"
_MONTH_OF_SUMS = ", ".join(f"sums.{name}" for name in _MONTH.split(", "))
_SAME_MONTH = " AND ".join(f"kept.{name} = sums.{name}" for name in _MONTH.split(", "))


def _rewrite(table: str, key: str, kept: str) -> str:
    """Return the parts of a statement that bring one table to what is counted, touching only rows that differ.

    Old and new are compared by grouping: a join of two sets nobody has statistics of may be planned quadratic.
    """
    return f"""
other_{table} AS MATERIALIZED (
    SELECT {key}, max(id) AS id, sum(amount) FILTER (WHERE id IS NULL) AS amount,
        sum(amount) FILTER (WHERE id IS NOT NULL) AS was
    FROM (SELECT NULL::bigint AS id, {key}, sum(amount) AS amount FROM counted GROUP BY {key}
          UNION ALL SELECT id, {key}, amount FROM plans_{table} WHERE {kept}) both_sides
    GROUP BY {key}
    HAVING sum(amount) FILTER (WHERE id IS NULL) IS DISTINCT FROM sum(amount) FILTER (WHERE id IS NOT NULL)),
gone_{table} AS (DELETE FROM plans_{table} WHERE id = ANY (ARRAY(SELECT id FROM other_{table}))),
new_{table} AS (
    INSERT INTO plans_{table} ({key}, amount)
    SELECT {key}, amount FROM other_{table} WHERE amount IS NOT NULL ORDER BY {key})"""


def _month_sums(month: str, amount: str, cells: str) -> str:
    """Return `sums`: what cells add up to by month, person and cut, and the same of each department's people."""
    cuts = ", ".join(f"({number}, {name})" for name, number in [("0", FactMonth.WHOLE), *metrics.MONTH_CUTS.items()])
    return f"""
months AS (
    SELECT {month} AS month, unit_id, person_id, {_DIMENSIONS}, sum({amount}) AS amount
    FROM {cells} GROUP BY metric, 2, unit_id, person_id, {_DIMENSIONS}),
people AS MATERIALIZED (
    SELECT metric, month, cut, unit_id, person_id, segment_id, sum(amount) AS amount
    FROM months CROSS JOIN LATERAL (VALUES {cuts}) AS by_cut(cut, segment_id)
    WHERE amount <> 0 GROUP BY {_MONTH}),
sums AS MATERIALIZED (
    SELECT * FROM (
        SELECT {_MONTH}, amount FROM people
        UNION ALL
        SELECT metric, month, cut, unit_id, {FactMonth.EVERYBODY}, segment_id, sum(amount)
        FROM people GROUP BY metric, month, cut, unit_id, segment_id) both_kinds
    WHERE amount <> 0)"""
