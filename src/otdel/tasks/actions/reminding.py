"""What tasks tell people, and what they are to be reminded of: said down to notifications in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects

from otdel.notifications.actions import Told, replace_reminders, tell
from otdel.notifications.kinds import Watch, feeder
from otdel.org.models import Person
from otdel.tasks import rules
from otdel.tasks.kinds import ANSWER, REVIEW, TASK, WORD
from otdel.tasks.models import Task, TaskComment
from otdel.tasks.rules import LIVE

State = Task.State
# a change of these is a change of what is to be reminded of
FEEDS = frozenset(
    {
        "deadline", "has_time", "state", "assignee_id", "participants", "deleted_at", "deferred_until", "is_private",
        "answer_by", "accept_by",
    }
)  # fmt: skip
OF_DEADLINE = frozenset({"BEFORE", "HALF", "AT", "AFTER"})

_waiting: ContextVar[dict[int, Task] | None] = ContextVar("tasks_to_remind_of", default=None)


def remind(tasks: Iterable[Task], now: datetime) -> None:
    """Put the reminders of these tasks in order, or at the end of `together`."""
    collected = _waiting.get()
    found = {task.pk: task for task in tasks}
    if collected is not None:
        collected.update(found)
        return
    open_ones = [task for task in found.values() if _is_open(task)]
    prefetch_related_objects([task for task in open_ones if task.state == State.NEW], "delegations")
    closed = [pk for pk in found if not _is_open(found[pk])]
    watches = [watch for task in open_ones for watch in watches_of(task, now)]
    if open_ones:
        ids = [task.pk for task in open_ones]
        replace_reminders(subject_kind=TASK, subject_ids=ids, watches=watches, now=now)
    if closed:
        replace_reminders(subject_kind=TASK, subject_ids=closed, watches=(), now=now, closed=True)


@contextmanager
def together(now: datetime) -> Iterator[None]:
    """Collect what many changes ask for, and do it once at the end, inside the same transaction."""
    token = _waiting.set({})
    try:
        yield
        collected = _waiting.get() or {}
    finally:
        _waiting.reset(token)
    if collected:
        remind(collected.values(), now)


def _is_open(task: Task) -> bool:
    return task.deleted_at is None and task.state not in (State.DONE, State.DECLINED)


def watches_of(task: Task, now: datetime) -> list[Watch]:
    """What the task is to be reminded of as it stands now, for each of those who do it."""
    if not _is_open(task):
        return []
    if task.state == State.REVIEW:
        after = frozenset({"AFTER"})
        waits = [_watch(task, task.creator_id, task.submitted_at, after, REVIEW)]
        return [*waits, _watch(task, task.creator_id, task.accept_by, after, WORD)] if task.accept_by else waits
    sleeps = task.state == State.DEFERRED and task.deferred_until is not None and task.deferred_until > now
    if sleeps:
        return [_watch(task, pk, task.deferred_until, frozenset({"AT"})) for pk in _doers(task)]
    unread = frozenset({"UNREAD"}) if task.state == State.NEW else frozenset()
    if task.state not in (*LIVE, State.DEFERRED):
        return []
    work = [_watch(task, pk, task.deadline, OF_DEADLINE | unread) for pk in _doers(task)]
    if task.answer_by is None or task.state not in (State.NEW, State.SEEN):
        return work
    return [*work, _watch(task, task.assignee_id, task.answer_by, OF_DEADLINE, ANSWER)]


def _doers(task: Task) -> list[int]:
    return [task.assignee_id, *(task.participants if task.is_shared else ())]


def _watch(task: Task, person: int, anchor: datetime | None, triggers: frozenset[str], rules_of: str = "") -> Watch:
    given = max((task.created_at, *(each.at for each in task.delegations.all()))) if "UNREAD" in triggers else None
    return Watch(
        subject_kind=TASK,
        subject_id=task.pk,
        title=task.title,
        url=f"/tasks/{task.pk}/",
        person_id=person,
        giver_id=task.creator_id,
        anchor_at=anchor,
        has_time=task.has_time if anchor == task.deadline and not rules_of else True,
        started_at=given or task.created_at,
        triggers=triggers,
        to_heads=not task.is_private,
        rules_of=rules_of,
    )


@feeder(TASK)
def all_watches(after: int, limit: int, now: datetime) -> tuple[list[Watch], list[int]]:
    """Read open tasks anew, for when rules, calendars or hours changed, and every night."""
    rows = Task.objects.select_for_update(of=("self",)).filter(pk__gt=after, deleted_at=None)
    found = list(rows.exclude(state__in=(State.DONE, State.DECLINED)).order_by("pk")[:limit])
    prefetch_related_objects([task for task in found if task.state == State.NEW], "delegations")
    return [watch for task in found for watch in watches_of(task, now)], [task.pk for task in found]


def tell_of(
    code: str, task: Task, people: Sequence[int], *, by: Person, now: datetime, text: str = "", once: str = ""
) -> None:
    """Tell these people, whoever did it excepted, of what has just happened to the task."""
    mark = once or f"{now.timestamp():.6f}"
    told = [_told(code, task, pk, by, now, mark, text) for pk in dict.fromkeys(people) if pk != by.pk]
    tell(told, now)


def _told(code: str, task: Task, pk: int, by: Person, now: datetime, mark: str, text: str = "") -> Told:
    params: dict[str, Any] = {"by": str(by.name), "text": rules.plain(text)[:500], "has_time": task.has_time}
    params["anchor_at"] = task.deadline.isoformat() if task.deadline else ""
    return Told(
        kind=f"task.{code}", person_id=pk, key=f"task.{code}:{task.pk}:{pk}:{mark}", title=task.title,
        url=f"/tasks/{task.pk}/", subject_kind=TASK, subject_id=task.pk, params=params,
    )  # fmt: skip


def tell_given(tasks: Sequence[Task], by: Person, now: datetime) -> None:
    """Tell those the work is waited from, many at once."""
    tell(
        [
            _told("given", task, pk, by, now, f"{task.updated_at.timestamp():.6f}")
            for task in tasks
            for pk in dict.fromkeys(_doers(task))
            if pk != by.pk
        ],
        now,
    )


def tell_comment(task: Task, comment: TaskComment, by: Person, now: datetime) -> None:
    """Tell those named in it, and the others the task concerns; of a private one, nobody who may not see it."""
    named = [pk for pk in comment.mentions if not task.is_private or pk in task.named]
    once = f"c{comment.pk}"
    tell_of("mentioned", task, named, by=by, now=now, text=comment.text, once=once)
    others = [pk for pk in (task.creator_id, *task.doers) if pk not in named]
    tell_of("commented", task, others, by=by, now=now, text=comment.text, once=once)
