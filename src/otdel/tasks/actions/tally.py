"""Keeping the counters' sums short. Nothing is counted here: rows are added together, and marks are looked at."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

# of migrations/0004_tally.py: whoever moves rows about holds it, whoever adds them does not
LOCK = 82559
PEOPLE_AT_ONCE = 100
MARKS_AT_ONCE = 10_000
# a page asks as of the moment its request came, which is never so long ago
SURE = timedelta(minutes=5)
# what pages read: nobody's day ends later
AHEAD = timedelta(days=2)

RIPE = """
SELECT DISTINCT person_id FROM tasks_tally WHERE NOT is_settled AND greatest(due, since) < %s ORDER BY 1 LIMIT %s"""


def settle(*, now: datetime) -> int:
    """Look at the marked deals and customers, and add up the rows of whoever something changed for; return how many.

    Each batch is one transaction. Safe beside writers, whom it never makes wait, and beside itself.
    """
    done = 0
    while batch := _settle_steps():
        done += batch
    while batch := _add_up(now):
        done += batch
    return done


def _hold() -> bool:
    """Whether nobody else moves rows about. What is looked at afterwards is as it is from here on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def _settle_steps() -> int:
    if not _hold():
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT otdel_settle_steps(%s)", [MARKS_AT_ONCE])
        count: int = cursor.fetchone()[0]
    return count


@transaction.atomic
def _add_up(now: datetime) -> int:
    if not _hold():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(RIPE, [now - SURE, PEOPLE_AT_ONCE])
        people = [pk for (pk,) in cursor.fetchall()]
        if people:
            cursor.execute("SELECT otdel_add_up(%s, %s, %s)", [people, now + AHEAD, now - SURE])
    return len(people)


def settle_everything(*, now: datetime) -> None:
    """Add up what lies ahead too, once a night."""
    settle(now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT person_id FROM tasks_tally ORDER BY 1")
        people = [pk for (pk,) in cursor.fetchall()]
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        with transaction.atomic():
            if not _hold():
                return
            with connection.cursor() as cursor:
                some = people[start : start + PEOPLE_AT_ONCE]
                cursor.execute("SELECT otdel_add_up(%s, 'infinity', %s)", [some, now - SURE])


@transaction.atomic
def recount() -> None:
    """Count everything from the records anew, in one snapshot; whoever changes a task meanwhile does not wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT otdel_recount_tally()")
