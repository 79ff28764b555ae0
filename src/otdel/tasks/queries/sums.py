"""The counters from the kept sums: one statement for one person or a thousand, whatever the number of tasks.

How the sums come about and why they are right is told in docs/adr/0009; `kinds` in counters.py says what each number
means, and the lists it opens are narrowed by that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


@dataclass(slots=True)
class Counters:
    """`attention` is how many tasks want something of the person now, each counted once."""

    overdue: int = 0
    unopened: int = 0
    today: int = 0
    returned: int = 0
    accept: int = 0
    declined: int = 0
    ungraded: int = 0
    mentions: int = 0
    answers: int = 0
    attention: int = 0


@dataclass(slots=True)
class WithoutStep:
    """Open deals and customers nobody has planned anything for."""

    deals: int = 0
    customers: int = 0


@dataclass(slots=True)
class Waiting:
    counters: Counters
    steps: WithoutStep


STEPS = tuple(each.name for each in fields(WithoutStep))
# in the order the database says them
NUMBERS = (*(each.name for each in fields(Counters)), *STEPS)
Numbers = tuple[int, ...]
NOTHING: Numbers = (0,) * len(NUMBERS)
# Answers between departments are few, so those that are late are counted as they lie, by indexes of their own. Of them
# only a yes or no to what was opened may want attention by nothing else: the kept sums count the others already.
WAITING = """
SELECT who, overdue, unopened, today, returned, accept, declined, ungraded, mentions, 0, attention, deals, customers
FROM otdel_waiting(%(ids)s::bigint[], %(viewer)s, %(now)s, %(midnight)s)
UNION ALL
SELECT assignee_id, 0, 0, 0, 0, 0, 0, 0, 0, count(*), count(*) FILTER (WHERE state = 'SEEN'
    AND (deadline IS NULL OR deadline >= %(now)s) AND NOT assignee_id = ANY (mentioned)), 0, 0 FROM tasks_task
WHERE assignee_id = ANY (%(ids)s::bigint[]) AND state IN ('NEW', 'SEEN') AND answer_by < %(now)s
    AND answer_by IS NOT NULL AND deleted_at IS NULL AND (NOT is_private OR %(viewer)s = ANY (named)) GROUP BY 1
UNION ALL
SELECT creator_id, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0, 0 FROM tasks_task
WHERE creator_id = ANY (%(ids)s::bigint[]) AND state = 'REVIEW' AND accept_by < %(now)s
    AND accept_by IS NOT NULL AND deleted_at IS NULL AND (NOT is_private OR %(viewer)s = ANY (named)) GROUP BY 1"""


# The same of whoever works here, by name, with those for whom nothing is counted.
STAFF = f"""
WITH staff AS MATERIALIZED (
    SELECT id, name FROM org_person
    WHERE is_active AND employed_to IS NULL AND (%(ids)s::bigint[] IS NULL OR id = ANY (%(ids)s::bigint[])))
SELECT s.name, s.id, w.* FROM staff s
LEFT JOIN ({WAITING.replace("%(ids)s::bigint[]", "ARRAY(SELECT id FROM staff)")}) w ON w.who = s.id
ORDER BY otdel_sort(s.name), s.id"""  # noqa: S608 - put together from our own constants
# The same of some tasks only: nothing is kept to add up, so each is asked what it counts for, as the triggers ask.
AMONG = """
WITH asked AS (SELECT %s::bigint[] AS ids, %s::timestamptz AS now, %s::timestamptz AS midnight),
found AS MATERIALIZED (
    SELECT t.state, t.grade, t.creator_id, t.assignee_id, t.doers, t.named, t.mentioned, t.deadline, t.deferred_until,
        t.answer_by, t.accept_by
    FROM tasks_task t, asked a
    WHERE t.id IN ({rows}) AND t.named && a.ids AND (t.state <> 'DONE' OR t.grade = '' OR t.mentioned <> '{}'))
SELECT c.person_id, coalesce(sum(c.dated) FILTER (WHERE c.due < a.now AND c.since <= a.now), 0), sum(c.unopened),
    coalesce(sum(c.dated) FILTER (WHERE c.due >= a.now AND c.due < a.midnight AND c.since <= a.now), 0),
    sum(c.returned), sum(c.accept), sum(c.declined), sum(c.ungraded), sum(c.mentions), 0,
    sum(c.hot) + coalesce(sum(c.heats) FILTER (WHERE c.due < a.now AND c.since <= a.now), 0), 0, 0
FROM asked a, found t, LATERAL otdel_task_tally(
    t.state, t.grade, t.creator_id, t.doers, t.named, t.mentioned, t.deadline, t.deferred_until, false) c
WHERE c.person_id = ANY (a.ids) GROUP BY 1
UNION ALL
SELECT assignee_id, 0, 0, 0, 0, 0, 0, 0, 0, count(*), count(*) FILTER (WHERE state = 'SEEN'
    AND (deadline IS NULL OR deadline >= a.now) AND NOT assignee_id = ANY (mentioned)), 0, 0 FROM found, asked a
WHERE assignee_id = ANY (a.ids) AND state IN ('NEW', 'SEEN') AND answer_by < a.now GROUP BY 1
UNION ALL
SELECT creator_id, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0, 0 FROM found, asked a
WHERE creator_id = ANY (a.ids) AND state = 'REVIEW' AND accept_by < a.now GROUP BY 1"""


def numbers_among(rows: QuerySet[Any], ids: Sequence[int], now: datetime, midnight: datetime) -> dict[int, Numbers]:
    """Return the numbers of whoever of these people has any among these tasks, those of steps apart. One query."""
    try:
        sql, params = rows.order_by().values("id").query.sql_with_params()
    except EmptyResultSet:  # a filter that nothing can fit
        return {}
    with connection.cursor() as cursor:
        cursor.execute(AMONG.replace("{rows}", sql), [list(ids), now, midnight, *params])
        found = _added(cursor)
    return {who: numbers for who, numbers in found.items() if any(numbers)}


def numbers_of(ids: Sequence[int], viewer: int, now: datetime, midnight: datetime) -> dict[int, Numbers]:
    """Return the numbers of whoever of these people has any, counted from what the viewer may see. One query."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"ids": list(ids), "viewer": viewer, "now": now, "midnight": midnight})
        return _added(cursor)


def numbers_of_staff(
    ids: Collection[int] | None, viewer: int, now: datetime, midnight: datetime
) -> tuple[dict[int, str], dict[int, Numbers]]:
    """Return who of these people (of everybody) works here, by name, and the numbers of each. One query."""
    names: dict[int, str] = {}
    numbers: dict[int, Numbers] = {}
    with connection.cursor() as cursor:
        given = {"ids": None if ids is None else list(ids), "viewer": viewer, "now": now, "midnight": midnight}
        cursor.execute(STAFF, given)
        for name, pk, who, *found in cursor:
            names[pk] = name
            before = numbers.get(pk, NOTHING)
            numbers[pk] = before if who is None else tuple(map(sum, zip(before, found, strict=True)))
    return names, numbers


def _added(rows: Iterable[Any]) -> dict[int, Numbers]:
    found: dict[int, Numbers] = {}
    for who, *numbers in rows:
        found[who] = tuple(map(sum, zip(found[who], numbers, strict=True))) if who in found else tuple(numbers)
    return found


def waiting_of(numbers: Numbers) -> Waiting:
    return Waiting(Counters(*numbers[:-2]), WithoutStep(*numbers[-2:]))


def wrong(now: datetime) -> int:
    """Return how many people's kept numbers are not what a recount says: none, or something is broken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT otdel_tally_wrong(%s)", [now])
        count: int = cursor.fetchone()[0]
    return count
