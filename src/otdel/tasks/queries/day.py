"""One's day: what is overdue, for today and next, and what waits for one's word."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from otdel.core.listing import (
    State,
)
from otdel.org.models import Person
from otdel.tasks import access
from otdel.tasks.models import Task
from otdel.tasks.queries.counters import end_of_day, live
from otdel.tasks.queries.rows import BY_DEADLINE, TaskRow, narrowed, rows_of, short_name, whose

MOST_OF_A_DAY = 100

# Written out: everybody's first page asks it, and Django takes longer to compose it than PostgreSQL to answer.
# Each half is read in the order of its index and no farther than it is shown, however much one has to do; shared tasks
# somebody else answers for are few. What a row shows is looked up for those shown.
_WAITED = """state IN ('NEW', 'SEEN', 'WORK', 'RETURNED', 'DEFERRED') AND deleted_at IS NULL
        AND (state <> 'DEFERRED' OR deferred_until <= %(now)s)
        ORDER BY deadline, priority DESC, id LIMIT %(most)s"""
_DAY = """
WITH mine AS MATERIALIZED (
    SELECT id, deadline, priority FROM (
        (SELECT id, deadline, priority FROM tasks_task WHERE assignee_id = %(me)s AND {waited})
        UNION ALL
        (SELECT id, deadline, priority FROM tasks_task
        WHERE is_shared AND participants @> ARRAY[%(me)s]::bigint[] AND assignee_id <> %(me)s AND {waited})) both_halves
    ORDER BY deadline, priority DESC, id LIMIT %(most)s),
words AS MATERIALIZED (
    SELECT id FROM tasks_task WHERE creator_id = %(me)s AND state = 'REVIEW' AND deleted_at IS NULL
    ORDER BY submitted_at, id LIMIT %(words)s)
SELECT chosen.do, t.id, t.title, t.state, t.priority, t.deadline, t.has_time, t.creator_id, t.assignee_id, t.text,
    t.proof, t.result, t.submitted_at, c.last_name, c.first_name, a.last_name, a.first_name, k.name, d.title
FROM (SELECT id, true AS do FROM mine UNION ALL SELECT id, false FROM words) chosen
JOIN tasks_task t ON t.id = chosen.id
JOIN org_person c ON c.id = t.creator_id
JOIN org_person a ON a.id = t.assignee_id
LEFT JOIN customers_customer k ON k.id = t.customer_id
LEFT JOIN deals_deal d ON d.id = t.deal_id
ORDER BY t.deadline, t.priority DESC, t.id""".replace("{waited}", _WAITED)


def my_day(person: Person, now: datetime, state: State | None = None) -> dict[str, list[TaskRow]]:
    """Return what is overdue, for today and next, for the person to do, of what the filters find.

    One query; with filters also those of access. Whoever does a task sees it.
    """
    return _parts(_whole_day(person, now, 0)[0] if state is None else _narrowed_day(person, now, state), now)


def my_day_and_words(person: Person, now: datetime, most: int) -> tuple[dict[str, list[TaskRow]], list[TaskRow]]:
    """Return the whole day, and so many of those that wait for the person's word, the longest wait first. One query."""
    mine, words = _whole_day(person, now, most)
    return _parts(mine, now), words


def _parts(rows: Iterable[TaskRow], now: datetime) -> dict[str, list[TaskRow]]:
    parts: dict[str, list[TaskRow]] = {"overdue": [], "today": [], "next": []}
    midnight = end_of_day(now)
    for row in rows:
        at = row.deadline
        late = at is not None and at < now
        parts["overdue" if late else "today" if at is not None and at < midnight else "next"].append(row)
    return parts


def _narrowed_day(person: Person, now: datetime, state: State) -> list[TaskRow]:
    """One's day stays one's own, whatever the filters say of others."""
    rows = narrowed(state).filter(whose(person, ""), live(now))
    return rows_of(rows.order_by(*BY_DEADLINE), MOST_OF_A_DAY)


def _whole_day(person: Person, now: datetime, most_words: int) -> tuple[list[TaskRow], list[TaskRow]]:
    """Return what the person has to do, and what waits for their word."""
    mine: list[TaskRow] = []
    words: list[TaskRow] = []
    with connection.cursor() as cursor:
        cursor.execute(_DAY, {"me": person.pk, "now": now, "most": MOST_OF_A_DAY, "words": most_words})
        for does, *own, creator, creator_first, assignee, assignee_first, customer, deal in cursor.fetchall():
            pk, title, state, priority, at, has_time, creator_id, assignee_id, text, proof, result, submitted = own
            row = TaskRow(
                pk, title, state, priority, at, has_time, creator_id, short_name(creator, creator_first), assignee_id,
                short_name(assignee, assignee_first), customer or "", deal or "", text, proof, result, submitted,
            )  # fmt: skip
            (mine if does else words).append(row)
    words.sort(key=lambda row: (row.submitted_at is None, row.submitted_at, row.id))
    return mine, words


def to_accept(person: Person, most: int) -> list[TaskRow]:
    """Return what was handed in and waits for the person's word, the longest wait first. One query."""
    rows = access.visible_tasks(person).filter(creator=person, state=Task.State.REVIEW)
    return rows_of(rows.order_by("submitted_at", "id"), most)
