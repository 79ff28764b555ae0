"""Tasks laid out in time: on the days of a calendar, and as bars of a whole piece of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q

from otdel.core.listing import State
from otdel.org.models import Person
from otdel.tasks import access
from otdel.tasks.models import Dependency
from otdel.tasks.queries.cards import find
from otdel.tasks.queries.rows import TaskRow, rows_of, unfinished

MOST_BARS = 200
IN_A_CALENDAR = 1500


def between(
    person: Person, start: datetime, end: datetime, *, who: str = "", state: State | None = None
) -> list[TaskRow]:
    """Return unfinished work due between two moments, in order. One query besides those of access."""
    rows = unfinished(person, who, state).filter(deadline__gte=start, deadline__lt=end)
    return rows_of(rows.order_by("deadline", "-priority", "id"), IN_A_CALENDAR)


@dataclass(frozen=True)
class Bar:
    id: int
    title: str
    state: str
    assignee: str
    parent_id: int | None
    depth: int
    starts: datetime
    ends: datetime | None
    done: bool
    late: bool
    steps: int  # of its checklist, and how many of them are done
    steps_done: int
    needs: tuple[int, ...]


_UNDER = """
with recursive tree (id, depth, way) as (
    select id, 0, array[id] from tasks_task where id = %s
    union all
    select t.id, tree.depth + 1, tree.way || t.id
    from tasks_task t join tree on t.parent_id = tree.id
    where t.deleted_at is null and tree.depth < 8
) select id, depth from tree order by way limit %s"""


def bars(person: Person, task_id: int, now: datetime) -> list[Bar]:
    """Return a task, everything under it and what they wait for, in the order of the tree.

    Four queries besides those of access; what the person may not see is left out.
    """
    root = find(person, task_id)
    with connection.cursor() as cursor:
        cursor.execute(_UNDER, [root.pk, MOST_BARS])
        depths = dict(cursor.fetchall())
    outside = Dependency.objects.filter(task_id__in=list(depths)).exclude(needs_id__in=list(depths))
    needed = list(outside.order_by("needs_id").values_list("needs_id", flat=True).distinct()[:50])
    order = {pk: place for place, pk in enumerate([*needed, *depths])}
    rows = (
        access.visible_tasks(person)
        .filter(pk__in=list(order))
        .annotate(
            steps=Count("checklist", distinct=True),
            steps_done=Count("checklist", distinct=True, filter=~Q(checklist__done_at=None)),
            who=F("assignee__name"),
        )
    )
    found = {row.pk: row for row in rows}
    links: dict[int, list[int]] = {}
    for task, needs in Dependency.objects.filter(task_id__in=list(found)).values_list("task_id", "needs_id"):
        if needs in found:
            links.setdefault(task, []).append(needs)
    return [
        _bar(found[pk], depths.get(pk, 0), tuple(links.get(pk, ())), now) for pk in sorted(found, key=order.__getitem__)
    ]


def _bar(task: Any, depth: int, needs: tuple[int, ...], now: datetime) -> Bar:
    ended = task.done_at or task.submitted_at
    done = task.state in ("DONE", "DECLINED")
    due = task.judged_by or task.deadline
    return Bar(
        id=task.pk,
        title=task.title,
        state=task.state,
        assignee=task.who,
        parent_id=task.parent_id,
        depth=depth,
        starts=task.created_at,
        ends=ended if done else task.deadline,
        done=done,
        late=bool(due and due < (ended or now)),
        steps=task.steps,
        steps_done=task.steps_done,
        needs=needs,
    )
