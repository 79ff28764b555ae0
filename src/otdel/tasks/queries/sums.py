"""The counters from the kept sums: one statement for one person or a thousand, whatever the number of tasks.

How the sums come about and why they are right is told in docs/adr/0009; `kinds` in counters.py says what each number
means, and the lists it opens are narrowed by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import connection


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


def numbers_of(ids: Sequence[int], viewer: int, now: datetime, midnight: datetime) -> dict[int, Numbers]:
    """Return the numbers of whoever of these people has any, counted from what the viewer may see. One query."""
    found: dict[int, Numbers] = {}
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"ids": list(ids), "viewer": viewer, "now": now, "midnight": midnight})
        for who, *numbers in cursor:
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
