"""The way of a task: seen, begun, handed in, accepted or returned, deferred, declined."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.activities.models import Activity
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid
from otdel.org.models import Person
from otdel.org.queries import worktime
from otdel.tasks import access, rules
from otdel.tasks.actions import chains, journal, reminding
from otdel.tasks.models import Task

LIVE = rules.LIVE
State = Task.State


def step(task: Task, now: datetime, **values: Any) -> None:
    """Write the fields a step changes."""
    for name, value in values.items():
        setattr(task, name, value)
    task.updated_at = now
    task.save(update_fields=[*values, "updated_at"])
    if not reminding.FEEDS.isdisjoint(values):
        reminding.remind([task], now)


@action
def see_task(*, by: Person, task_id: int, now: datetime) -> Task:
    """Whoever the work is waited from has opened it. Said once; whoever was called in by name has looked."""
    task, stand = access.task_for(by, task_id)
    if by.pk in task.mentioned:
        step(task, now, mentioned=[pk for pk in task.mentioned if pk != by.pk])
    if stand.does and task.state == State.NEW:
        step(task, now, state=State.SEEN, seen_at=now)
        journal.record("task.seen", task, by=by, at=now)
    return task


@action
def start_task(*, by: Person, task_id: int, now: datetime) -> Task:
    task, stand = access.task_for(by, task_id)
    rules.must(stand.acts)
    rules.must_be(task.state, State.NEW, State.SEEN, State.RETURNED)
    chains.check_unblocked(by, task)
    step(task, now, state=State.WORK, seen_at=task.seen_at or now, **_taken(task, by))
    journal.record("task.started", task, by=by, at=now, **stand.said)
    return task


def _taken(task: Task, by: Person) -> dict[str, Any]:
    """Whoever of a shared task's people takes it answers for it from now on."""
    if task.assignee_id == by.pk or not task.is_shared or by.pk not in task.participants:
        return {}
    others = [task.assignee_id, *(pk for pk in task.participants if pk != by.pk)]
    return {"assignee_id": by.pk, "participants": others}


@action
def submit_task(*, by: Person, task_id: int, result: str = "", now: datetime) -> Task:
    """Hand the work in: done at once, or waiting for whoever gave it if they wanted to accept it."""
    task, stand = access.task_for(by, task_id)
    rules.must(stand.acts)
    rules.must_be(task.state, *LIVE)
    text = result.strip()[: rules.LONGEST_TEXT] or task.result
    chains.check_unblocked(by, task)
    _prove(task, text)
    _subtasks_done(task)
    waits = task.needs_acceptance and by.pk != task.creator_id
    own = task.creator_id in (by.pk, stand.does_for)
    values: dict[str, Any] = _taken(task, by) | {"result": text, "submitted_at": now, "seen_at": task.seen_at or now}
    values["state"] = State.REVIEW if waits else State.DONE
    if waits and task.accept_hours:
        values["accept_by"] = worktime(task.creator).add(now, task.accept_hours * 60)
    if not waits:
        values |= {"done_at": now, "grade": Task.Grade.NONE if own else ""}
    step(task, now, **values)
    journal.record("task.submitted" if waits else "task.done", task, by=by, at=now, **stand.said)
    reminding.tell_of("review" if waits else "done", task, [task.creator_id], by=by, now=now)
    return task


@action
def withdraw_task(*, by: Person, task_id: int, now: datetime) -> Task:
    """Take handed-in work back to go on with it, while nobody has said a word about it."""
    task, stand = access.task_for(by, task_id)
    rules.must(stand.acts)
    rules.must_be(task.state, State.REVIEW, State.DONE)
    own = task.creator_id in (by.pk, stand.does_for)
    if task.state == State.DONE and not rules.may_withdraw(
        task.submitted_at, task.done_at, task.grade == (Task.Grade.NONE if own else ""), now
    ):
        raise rules.WrongState(_("It is too late to take it back: ask whoever gave the task to return it."))
    values: dict[str, Any] = {"state": State.WORK, "submitted_at": None, "done_at": None, "accept_by": None}
    step(task, now, **values, grade="")
    journal.record("task.withdrawn", task, by=by, at=now, **stand.said)
    return task


def _prove(task: Task, text: str) -> None:
    missing = {
        "TEXT": not text and _("Write the result: it was asked for."),
        "FILE": not task.files.exclude(by_id=task.creator_id).exists() and _("Attach a file: it was asked for."),
        "CALL": _("Log the call first: it was asked for as the result."),
        "MEETING": _("Log the meeting first: it was asked for as the result."),
    }.get(task.proof)
    if task.proof in ("CALL", "MEETING") and _logged(task):
        return
    if missing:
        raise rules.NoProof(missing, field="result")


def _logged(task: Task) -> bool:
    """Whether one of those who do it logged such a thing since, about the same record."""
    since = task.created_at.replace(second=0, microsecond=0)  # what is logged by hand is written to the minute
    rows = Activity.objects.kept().filter(kind=task.proof, is_done=True, owner_id__in=task.doers, at__gte=since)
    tied = {name: getattr(task, name) for name in ("deal_id", "lead_id", "customer_id") if getattr(task, name)}
    if tied:
        name, pk = next(iter(tied.items()))
        rows = rows.filter(**{name: pk})
    return bool(rows.exists())


def _subtasks_done(task: Task) -> None:
    if task.subtasks.filter(deleted_at=None).exclude(state__in=(State.DONE, State.DECLINED)).exists():
        raise Conflict(_("Its subtasks are not finished yet."))


@action
def accept_task(*, by: Person, task_id: int, grade: str, comment: str = "", now: datetime) -> Task:
    """Say that the work is done, and how well."""
    task, stand = access.task_for(by, task_id)
    rules.must(stand.judges)
    rules.must_be(task.state, State.REVIEW)
    step(task, now, state=State.DONE, done_at=now, grade=_grade(grade), grade_comment=comment.strip()[:2000])
    journal.record("task.accepted", task, by=by, at=now, grade=grade, **_in_place(stand))
    reminding.tell_of("accepted", task, task.doers, by=by, now=now, text=task.grade_comment)
    return task


def _in_place(stand: rules.Stand) -> dict[str, int]:
    """In whose place the work is judged, for the journal."""
    return {} if stand.accepts else {"instead": stand.gives_for}


def _grade(grade: str) -> str:
    if grade not in Task.Grade.values:
        raise Invalid(_("Choose a grade."), field="grade")
    return grade


@action
def grade_task(*, by: Person, task_id: int, grade: str, comment: str = "", now: datetime) -> Task:
    """Grade work that needed no acceptance, or grade it anew."""
    task, stand = access.task_for(by, task_id)
    rules.must(stand.accepts and not stand.does)
    rules.must_be(task.state, State.DONE)
    step(task, now, grade=_grade(grade), grade_comment=comment.strip()[:2000])
    journal.record("task.graded", task, by=by, at=now, grade=grade)
    return task


@action
def return_task(
    *, by: Person, task_id: int, reason: str, deadline: datetime | None = None, has_time: bool = False, now: datetime
) -> Task:
    """Send work back that is not what was asked for; perhaps until another day."""
    task, stand = access.task_for(by, task_id)
    rules.must(stand.accepts or (stand.judges and task.state == State.REVIEW))
    rules.must_be(task.state, State.REVIEW, State.DONE)
    values: dict[str, Any] = {"state": State.RETURNED, "reason": rules.clean_reason(reason), "submitted_at": None}
    values |= {"done_at": None, "accept_by": None, "grade": "", "returned_times": task.returned_times + 1}
    if deadline is not None:
        if deadline <= now:
            raise Invalid(_("The new deadline has passed already."), field="deadline")
        values |= {"deadline": deadline, "has_time": has_time}
        values["judged_by"] = rules.judged_by(task.judged_by, deadline, now)
        task.moves.create(by=by, at=now, before=task.deadline, after=deadline, reason=values["reason"])
    step(task, now, **values)
    journal.record("task.returned", task, by=by, at=now, reason=task.reason, **_in_place(stand))
    reminding.tell_of("returned", task, task.doers, by=by, now=now, text=task.reason)
    return task


@action
def defer_task(*, by: Person, task_id: int, until: datetime, reason: str, now: datetime) -> Task:
    """Put it off until a day: it leaves the counters and comes back by itself."""
    task, stand = access.task_for(by, task_id)
    rules.must(stand.accepts)
    rules.must_be(task.state, *LIVE)
    if until <= now:
        raise Invalid(_("Choose a day ahead."), field="until")
    values: dict[str, Any] = {"deferred_until": until, "state": State.DEFERRED, "reason": rules.clean_reason(reason)}
    if task.deadline is not None and task.deadline < until:
        after = rules.end_of(until.date(), until.tzinfo)
        task.moves.create(by=by, at=now, before=task.deadline, after=after, reason=values["reason"])
        values |= {"deadline": after, "has_time": False}
        values["judged_by"] = rules.judged_by(task.judged_by, after, now)
    step(task, now, **values)
    journal.record("task.deferred", task, by=by, at=now, until=until.date(), reason=task.reason)
    return task


@action
def resume_task(*, by: Person, task_id: int, now: datetime) -> Task:
    task, stand = access.task_for(by, task_id)
    rules.must(stand.works)
    rules.must_be(task.state, State.DEFERRED)
    state = State.NEW if task.seen_at is None else State.SEEN
    step(task, now, state=state, deferred_until=None)
    journal.record("task.resumed", task, by=by, at=now)
    return task


@action
def decline_task(*, by: Person, task_id: int, reason: str, now: datetime) -> Task:
    """Say no, and why: it goes back to whoever gave it, who hands it to another or puts it in the bin."""
    task, stand = access.task_for(by, task_id)
    rules.must(stand.acts)
    rules.must_be(task.state, *LIVE)
    if stand.creates:
        raise Conflict(_("It is your own task: put it in the bin if it is not needed."))
    step(task, now, state=State.DECLINED, reason=rules.clean_reason(reason), seen_at=task.seen_at or now)
    journal.record("task.declined", task, by=by, at=now, reason=task.reason, **stand.said)
    reminding.tell_of("declined", task, [task.creator_id], by=by, now=now, text=task.reason)
    return task
