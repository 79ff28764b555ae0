"""What telling people costs: a sweep of due reminders, against one hand-written statement that does the same.

Runs as a process of its own over one size's database, and takes everything back.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import django

# Django first: everything below needs its settings
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from otdel.notifications.actions import sweeping  # noqa: E402
from otdel.notifications.actions.feeding import ensure_rules  # noqa: E402
from otdel.notifications.queries.rulebook import rulebook  # noqa: E402
from otdel.org.access import tree  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS, BATCHES = 8, 1
DUE = (ROUNDS + 1) * BATCHES * sweeping.BATCH * 2  # for ours and the floor
OFTEN = 4

# Due reminders of open tasks, one after another through everybody's, as a morning brings them; several of each, should
# there be few tasks.
_PLAN = """
INSERT INTO notifications_reminder (rule_id, kind, subject_kind, subject_id, title, url, params, person_id, whom,
    anchor_at, has_time, due_at, state, made_at)
SELECT %(rule)s, 'task.due', 'task', id, title, '/tasks/' || id || '/', '{}', assignee_id, 'SELF',
    due, true, due, 'PENDING', %(at)s
FROM tasks_task, (
    SELECT %(at)s::timestamptz + again * interval '1 second' AS due FROM generate_series(1, %(often)s) again
) time
WHERE deleted_at IS NULL AND state IN ('NEW', 'SEEN', 'WORK', 'RETURNED')
ORDER BY due, id LIMIT %(most)s"""

_OPEN = """
SELECT count(*) FROM tasks_task WHERE deleted_at IS NULL AND state IN ('NEW', 'SEEN', 'WORK', 'RETURNED')"""

# The same rows for the same people: a notice, its place in the app and a letter of each, the reminder done.
_FLOOR = """
WITH due AS (
    SELECT * FROM notifications_reminder WHERE state = 'PENDING' AND due_at <= %(now)s AND subject_kind <> 'day'
    ORDER BY due_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
), told AS (
    INSERT INTO notifications_notice (person_id, kind, subject_kind, subject_id, title, url, params, at, key, is_silent)
    SELECT person_id, kind, subject_kind, subject_id, title, url,
        params || jsonb_build_object('reminder', id, 'due_at', due_at, 'person', (
            SELECT name FROM org_person p WHERE p.id = person_id)), %(now)s, 'reminder:' || id, false
    FROM due ON CONFLICT (key) DO NOTHING RETURNING id, person_id, kind
), sent AS (
    INSERT INTO notifications_delivery (notice_id, person_id, channel, bunch, state, made_at, due_at, next_try_at,
        attempts, reached, sent_at, delivered_at, answer)
    SELECT id, person_id, channel, kind, state, %(now)s, %(now)s, %(now)s, 0, '{}', at, at, ''
    FROM told, (VALUES ('app', 'SENT', %(now)s), ('email', 'WAITING', NULL)) way (channel, state, at)
)
UPDATE notifications_reminder SET state = 'FIRED', fired_at = %(now)s WHERE id IN (SELECT id FROM due)"""


def main(size: str) -> list[dict[str, object]]:
    now = timezone.now()
    with taken_back():
        rule = next(each for each in ensure_rules(rulebook(tree())).company("task") if each.whom == "SELF")
        at = now - timedelta(minutes=1)
        with connection.cursor() as cursor:
            cursor.execute(_OPEN)
            often = max(OFTEN, math.ceil(DUE / max(1, cursor.fetchone()[0])))
            cursor.execute(_PLAN, {"rule": rule.pk, "at": at, "most": DUE, "often": often})
            if cursor.rowcount < DUE:
                sys.exit(f"{size}: {cursor.rowcount} reminders were planned of {DUE}: fill its open tasks by --fresh")
            cursor.execute("ANALYZE notifications_reminder")
        pairs = [_pair(number, now) for number in range(ROUNDS + 1)][1:]  # the first one warms up
    ours = statistics.median(mine for mine, _floor in pairs)
    ratio = statistics.median(floor / mine for mine, floor in pairs)
    return [{"size": size, "reminders": BATCHES * sweeping.BATCH, "seconds": ours, "of_floor": ratio}]


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _pair(number: int, now: datetime) -> tuple[float, float]:
    """Ours and the floor, each first by turns: what drifts hits both alike."""
    if number % 2:
        floor = _seconds(_bare, now)
        return _seconds(_ours, now), floor
    return _seconds(_ours, now), _seconds(_bare, now)


def _seconds(sweep: Callable[[datetime], int], now: datetime) -> float:
    began = time.perf_counter()
    for _batch in range(BATCHES):
        taken = sweep(now)
        if taken != sweeping.BATCH:
            sys.exit(f"{taken} due reminders were taken of {sweeping.BATCH}: does another worker sweep this database?")
    return time.perf_counter() - began


def _ours(now: datetime) -> int:
    return sweeping.fire(now=now)


def _bare(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FLOOR, {"now": now, "most": sweeping.BATCH})
        return int(cursor.rowcount)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
