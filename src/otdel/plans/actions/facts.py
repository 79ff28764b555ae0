"""Filling the kept facts of changed days. Nothing is decided here: a refill writes down what the records say."""

from __future__ import annotations

from django.db import connection, transaction

from otdel.plans import metrics
from otdel.plans.metrics import DIMENSIONS

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


def refill_sql(source: str) -> str:
    """Return the one statement that rewrites days: one snapshot for what is counted and for the marks used up.

    A change committed after that snapshot has left a mark this statement cannot see, which therefore stays.
    """
    dimensions = ", ".join(DIMENSIONS)
    wanted = metrics.of_source(source)
    rows = " UNION ALL ".join(
        f"SELECT '{name}' AS metric, day, unit_id, person_id, {dimensions}, amount "
        f"FROM ({metrics.cut(name, '= ANY (%(days)s)')}) r"
        for name in wanted
    )
    names = ", ".join(f"'{name}'" for name in wanted)
    gone = ", ".join(
        f"gone_{table} AS (DELETE FROM plans_{table} WHERE metric IN ({names}) AND day = ANY (%(days)s))"
        for table in ("factcell", "factday", "factunitday")
    )
    key = "metric, day, unit_id"
    return f"""
WITH cells AS MATERIALIZED (
    SELECT {key}, person_id, {dimensions}, sum(amount) AS amount FROM ({rows}) r
    GROUP BY {key}, person_id, {dimensions}),
{gone},
new_cells AS (
    INSERT INTO plans_factcell ({key}, person_id, {dimensions}, amount)
    SELECT {key}, person_id, {dimensions}, amount FROM cells ORDER BY {key}),
new_days AS (
    INSERT INTO plans_factday ({key}, person_id, amount)
    SELECT {key}, person_id, sum(amount) FROM cells GROUP BY {key}, person_id ORDER BY {key}),
new_unit_days AS (
    INSERT INTO plans_factunitday ({key}, amount) SELECT {key}, sum(amount) FROM cells GROUP BY {key} ORDER BY {key})
DELETE FROM plans_changedday WHERE source = %(source)s AND day = ANY (%(days)s) AND settles_at IS NOT NULL"""
