"""What is done to many tasks at once, and its taking back within the hour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from otdel.core.act import action
from otdel.core.errors import Conflict, NotFound, Refusal
from otdel.core.models import Event
from otdel.org.actions.many import LONGEST_UNDO
from otdel.org.models import Person
from otdel.tasks import access, rules
from otdel.tasks.actions import journal, reminding
from otdel.tasks.actions.changing import pass_on, shift
from otdel.tasks.actions.flow import State, step
from otdel.tasks.models import Task
from otdel.tasks.rules import Stand

# what each act changes, as it was before
OF_MOVE = ("deadline", "has_time", "judged_by", "first_deadline", "moved_times")
OF_HANDS = ("assignee_id", "participants", "observers", "state", "seen_at", "deferred_until", "needs_acceptance")
MOMENTS = frozenset(("deadline", "judged_by", "first_deadline", "seen_at", "deferred_until"))


@action
def reassign_many(*, by: Person, ids: Sequence[int], to: int, now: datetime) -> Event:
    """Hand over what may be handed over; refuse when nothing may. Returns the event, by which it can be undone."""
    before: dict[str, Any] = {}

    def act(task: Task, stand: Stand) -> None:
        was = _values(task, OF_HANDS)
        pass_on(task, stand, by, to, now)
        before[str(task.pk)] = was

    done = _each(by, ids, now, act)
    return journal.record("tasks.reassigned", None, by=by, at=now, **done, to=to, before=before)


@action
def move_many(
    *, by: Person, ids: Sequence[int], deadline: datetime | None, has_time: bool, reason: str = "", now: datetime
) -> Event:
    """Move the deadlines that may be moved; refuse when none may. Returns the event, by which it can be undone."""
    before: dict[str, Any] = {}

    def act(task: Task, stand: Stand) -> None:
        was = _values(task, OF_MOVE)
        shift(task, stand, by, deadline, has_time, reason, now)
        before[str(task.pk)] = was

    done = _each(by, ids, now, act)
    return journal.record("tasks.moved", None, by=by, at=now, **done, to=_said(deadline), before=before)


@action
def bin_many(*, by: Person, ids: Sequence[int], now: datetime) -> Event:
    """Put tasks in the bin. Returns the event, by which it can be undone."""

    def act(task: Task, stand: Stand) -> None:
        rules.must(stand.deletes)
        step(task, now, deleted_at=now)
        journal.record("task.binned", task, by=by, at=now)

    done = _each(by, ids, now, act)
    return journal.record("tasks.binned", None, by=by, at=now, **done)


def _values(task: Task, names: Sequence[str]) -> dict[str, Any]:
    found = {name: getattr(task, name) for name in names}
    return {name: _said(each) for name, each in found.items()}


def _said(each: Any) -> Any:
    return each.isoformat() if isinstance(each, datetime) else each


def _each(by: Person, ids: Sequence[int], now: datetime, act: Callable[[Task, Stand], None]) -> dict[str, Any]:
    """Do it to every task that allows it, and say how many did not and why; refuse when none does."""
    done: list[int] = []
    refused: list[Refusal] = []
    rows = access.visible_tasks(by).select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    with reminding.together(now):
        for task in rows:
            try:
                act(task, access.stand(by, task))
                done.append(task.pk)
            except Refusal as refusal:
                refused.append(refusal)
    if not done:
        raise refused[0] if refused else NotFound(_("There is no such task, or you may not see it."))
    why = str(refused[0]) if refused else ""
    return {"count": len(done), "ids": done, "refused": len(refused), "why": why}


@action
def restore_tasks(*, by: Person, ids: Sequence[int], now: datetime) -> int:
    rows = list(access.visible_tasks(by, binned=True).select_for_update(of=("self",)).filter(pk__in=ids))
    if not rows:
        raise NotFound(_("There is no such task, or you may not see it."))
    for task in rows:
        step(task, now, deleted_at=None)
        journal.record("task.restored", task, by=by, at=now)
    return len(rows)


# taking back


@action
def undo_many(*, by: Person, event_id: int, now: datetime) -> None:
    """Take back one's own act of the last hour, on the tasks nobody changed in that respect since."""
    kinds = ("tasks.binned", "tasks.given", "tasks.moved", "tasks.reassigned")
    events = Event.objects.select_for_update().filter(pk=event_id, by=by, kind__in=kinds, at__gt=now - LONGEST_UNDO)
    event = events.first()
    if event is None:
        raise NotFound(_("There is nothing to undo."))
    if event.data.get("undone"):
        raise Conflict(_("It is undone already."))
    Event.objects.filter(pk=event.pk).update(data=event.data | {"undone": True})
    if event.kind == "tasks.given":
        bin_many(by=by, ids=event.data["ids"], now=now)
    elif event.kind == "tasks.binned":
        restore_tasks(by=by, ids=event.data["ids"], now=now)
    else:
        _put_back(event, by, now)


def _put_back(event: Event, by: Person, now: datetime) -> None:
    moved, before = event.kind == "tasks.moved", event.data["before"]
    rows = access.visible_tasks(by).select_for_update(of=("self",)).filter(pk__in=[int(pk) for pk in before])
    found = [task for task in rows.order_by("pk") if (_is_there if moved else _has_it)(task, event)]
    if not found:
        raise Conflict(_("Others have gone on with it in the meantime: it cannot be undone."))
    with reminding.together(now):
        for task in found:
            _forget(task, event, moved)
            step(task, now, **_read(before[str(task.pk)]))
            journal.record("task.move_undone" if moved else "task.reassign_undone", task, by=by, at=now)


def _is_there(task: Task, event: Event) -> bool:
    """Whether the deadline is where the move has put it, and the work still goes on."""
    wanted = event.data["to"]
    return task.deadline == (parse_datetime(wanted) if wanted else None) and task.state in (*rules.LIVE, State.DEFERRED)


def _has_it(task: Task, event: Event) -> bool:
    """Whether the one it was handed to has it, and has not begun."""
    return bool(task.assignee_id == event.data["to"]) and task.state in (State.NEW, State.SEEN)


def _forget(task: Task, event: Event, moved: bool) -> None:
    """What was taken back leaves no step in the chain; the journal tells of both."""
    steps: Any = task.moves if moved else task.delegations
    steps.filter(by_id=event.by_id, at=event.at).delete()


def _read(values: dict[str, Any]) -> dict[str, Any]:
    return {name: parse_datetime(each) if name in MOMENTS and each else each for name, each in values.items()}


@action
def take_back(*, by: Person, task_id: int, now: datetime) -> Event:
    """Put in the bin what one gave within the hour: the task, and those given with it."""
    rows = access.visible_tasks(by).filter(creator=by, created_at__gt=now - LONGEST_UNDO)
    ids = list(rows.filter(Q(pk=task_id) | Q(group_id=task_id)).values_list("pk", flat=True))
    if not ids:
        raise NotFound(_("There is nothing to undo."))
    return bin_many(by=by, ids=ids, now=now)
