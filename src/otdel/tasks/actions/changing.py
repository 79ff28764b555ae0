"""Changing a task: its words, deadline, hands, checklist, comments, files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from typing import IO, Any
from uuid import uuid4

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from otdel.core.act import action
from otdel.core.errors import Invalid, NotFound
from otdel.org.models import Person
from otdel.tasks import access, rules
from otdel.tasks.actions import journal, making, reminding
from otdel.tasks.actions.flow import State, step
from otdel.tasks.models import ChecklistItem, Task, TaskComment, TaskFile, TimeSpent
from otdel.tasks.rules import Stand, TaskValues


@action
def change_task(*, by: Person, task_id: int, values: TaskValues, now: datetime) -> Task:
    """Change what is asked for. The deadline is moved apart, within its limits."""
    task, stand = access.task_for(by, task_id)
    rules.must(stand.accepts)
    rules.check(values, now)
    kept, before = (task.deadline, task.has_time, task.answer_by), set(rules.words_called(task.text))
    making.fill(task, by, making.about(by, values, task))
    task.deadline, task.has_time, task.answer_by = kept
    if set(rules.words_called(task.text)) - before:
        making.call_in(task, making.named_in(by, task.text))
    task.updated_at = now
    task.save()
    reminding.remind([task], now)
    journal.record("task.changed", task, by=by, at=now)
    return task


@action
def amend_task(*, by: Person, task_id: int, given: Mapping[str, Any], now: datetime) -> Task:
    """Change only the named values of what is asked for."""
    task, _stand = access.task_for(by, task_id)
    return change_task(by=by, task_id=task_id, values=replace(_values_of(task), **given), now=now)


def _values_of(task: Task) -> TaskValues:
    """What is asked for as it is; what `change_task` keeps anyway is left out, its moments may have passed."""
    kept = ("deadline", "has_time", "answer_by", "checklist")
    found = {field.name: getattr(task, field.name) for field in fields(TaskValues) if field.name not in kept}
    plain: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in found.items()}
    return TaskValues(**plain)


@action
def move_deadline(
    *, by: Person, task_id: int, deadline: datetime | None, has_time: bool, reason: str = "", now: datetime
) -> Task:
    task, stand = access.task_for(by, task_id)
    shift(task, stand, by, deadline, has_time, reason, now)
    return task


def shift(
    task: Task, stand: Stand, by: Person, deadline: datetime | None, has_time: bool, reason: str, now: datetime
) -> None:
    """Whoever gave the task moves as they like; whoever does it, within what was agreed."""
    rules.must(stand.works)
    rules.must_be(task.state, *rules.LIVE, State.DEFERRED)
    free, before = stand.accepts, task.deadline
    text = rules.clean_reason(reason, needed=task.reason_needed and not free and task.deadline is not None)
    if not free:
        rules.check_move(
            before=task.deadline,
            after=deadline,
            first=task.first_deadline,
            moved=task.moved_times,
            moves=task.most_moves,
            days=task.most_days,
        )
    task.moves.create(by=by, at=now, before=task.deadline, after=deadline, reason=text)
    later = task.deadline is not None and (deadline is None or deadline > task.deadline)
    step(
        task,
        now,
        deadline=deadline,
        has_time=has_time,
        judged_by=rules.judged_by(task.judged_by, deadline, now),
        first_deadline=task.first_deadline or deadline,
        moved_times=task.moved_times + (later and not free),
    )
    said = stand.said if not stand.steers else {}
    journal.record("task.moved", task, by=by, at=now, before=before, after=deadline, reason=text, **said)
    reminding.tell_of("moved", task, [task.creator_id, *task.doers], by=by, now=now)


@action
def set_priority(*, by: Person, task_id: int, priority: int, now: datetime) -> Task:
    task, stand = access.task_for(by, task_id)
    rules.must(stand.accepts)
    rules.check(TaskValues(title=task.title, priority=priority), now)
    step(task, now, priority=priority)
    journal.record("task.changed", task, by=by, at=now, priority=priority)
    return task


@action
def reassign_task(*, by: Person, task_id: int, to: int, now: datetime) -> Task:
    task, stand = access.task_for(by, task_id)
    pass_on(task, stand, by, to, now)
    return task


def pass_on(task: Task, stand: Stand, by: Person, to: int, now: datetime) -> None:
    """Hand the task to another; whoever had it goes on watching, and the chain is kept."""
    rules.must(stand.works)
    rules.must_be(task.state, *rules.LIVE, State.DEFERRED, State.DECLINED)
    if to == task.assignee_id and task.state != State.DECLINED:
        raise Invalid(_("It is with this person already."), field="to")
    if not access.receivers(by).filter(pk=to).exists():
        raise Invalid(_("Choose somebody who works here."), field="to")
    before, watching = task.assignee_id, list(task.observers)
    if before != to and before not in (*watching, task.creator_id):
        watching.append(before)
    own = to == task.creator_id
    task.delegations.create(by=by, at=now, before_id=before, after_id=to)
    step(
        task,
        now,
        assignee_id=to,
        participants=[pk for pk in task.participants if pk != to],
        observers=[pk for pk in watching if pk != to],
        state=State.SEEN if to == by.pk else State.NEW,
        seen_at=now if to == by.pk else None,
        deferred_until=None,
        needs_acceptance=task.needs_acceptance and not own,
    )
    journal.record("task.reassigned", task, by=by, at=now, before=before, after=to)
    reminding.tell_given([task], by, now)


# words, files, checklist, time


@action
def comment_task(*, by: Person, task_id: int, text: str, now: datetime) -> TaskComment:
    """Say something; whoever is named with @ watches the task from now on, unless it is private."""
    task, _stand = access.task_for(by, task_id)
    words = text.strip()[: rules.LONGEST_TEXT]
    if not words:
        raise Invalid(_("Write the comment."), field="text")
    mentions = making.named_in(by, words)
    comment = TaskComment.objects.create(task=task, by=by, at=now, text=words, mentions=mentions)
    if mentions and making.call_in(task, mentions):
        step(task, now, observers=task.observers, mentioned=task.mentioned)
    journal.record("task.commented", task, by=by, at=now, comment=comment.pk, mentions=mentions)
    reminding.tell_comment(task, comment, by, now)
    return comment


@action
def attach_file(*, by: Person, task_id: int, name: str, size: int, content: IO[bytes], now: datetime) -> TaskFile:
    task, _stand = access.task_for(by, task_id)
    if not 0 < size <= rules.LONGEST_FILE:
        raise rules.FileRefused(_("The file is empty or bigger than 25 MB."), field="file")
    if task.files.count() >= rules.MOST_FILES:
        raise rules.FileRefused(_("A task can have fifty files at most."), field="file")
    path = default_storage.save(f"tasks/{task.pk}/{uuid4().hex}", content)
    shown = " ".join(name.replace("\\", "/").rpartition("/")[2].split())[-200:] or path.rpartition("/")[2]
    made = TaskFile.objects.create(task=task, by=by, at=now, name=shown, size=size, path=path)
    journal.record("task.attached", task, by=by, at=now, file=made.pk, name=shown)
    return made


@action
def remove_file(*, by: Person, task_id: int, file_id: int, now: datetime) -> None:
    """Whoever attached a file may take it away, and whoever gave the task."""
    task, stand = access.task_for(by, task_id)
    found = task.files.filter(pk=file_id).first()
    if found is None:
        raise NotFound(_("There is no such file."))
    rules.must(found.by_id == by.pk or stand.accepts)
    name, path = found.name, found.path
    found.delete()
    default_storage.delete(path)
    journal.record("task.detached", task, by=by, at=now, name=name)


@action
def add_item(*, by: Person, task_id: int, text: str, assignee_id: int | None = None, now: datetime) -> ChecklistItem:
    task, stand = access.task_for(by, task_id)
    rules.must(stand.works or by.pk in task.participants)
    words = " ".join(text.split())[:250]
    if not words:
        raise Invalid(_("Write what is to be done."), field="text")
    if assignee_id and assignee_id not in task.named:
        raise Invalid(_("Choose somebody who takes part in the task."), field="assignee")
    place = task.checklist.count()
    item = ChecklistItem.objects.create(task=task, text=words, assignee_id=assignee_id, position=place)
    journal.record("task.listed", task, by=by, at=now, item=item.pk)
    return item


@action
def check_item(*, by: Person, task_id: int, item_id: int, done: bool, now: datetime) -> None:
    task, stand = access.task_for(by, task_id)
    item = task.checklist.select_for_update().filter(pk=item_id).first()
    if item is None:
        raise NotFound(_("There is no such line."))
    rules.must(stand.works or by.pk in (*task.participants, item.assignee_id))
    item.done_at, item.done_by = (now, by) if done else (None, None)
    item.save(update_fields=["done_at", "done_by"])
    journal.record("task.checked", task, by=by, at=now, item=item.pk, done=done)


@action
def remove_item(*, by: Person, task_id: int, item_id: int, now: datetime) -> None:
    task, stand = access.task_for(by, task_id)
    rules.must(stand.works)
    if not task.checklist.filter(pk=item_id).delete()[0]:
        raise NotFound(_("There is no such line."))
    journal.record("task.unlisted", task, by=by, at=now, item=item_id)


@action
def log_time(*, by: Person, task_id: int, day: date, minutes: int, note: str = "", now: datetime) -> TimeSpent:
    task, stand = access.task_for(by, task_id)
    rules.must(stand.acts or by.pk in task.participants)
    if not 0 < minutes <= 24 * 60:
        raise Invalid(_("Write the minutes, at most a day's."), field="minutes")
    made = TimeSpent.objects.create(task=task, by=by, day=day, minutes=minutes, note=" ".join(note.split())[:250])
    journal.record("task.timed", task, by=by, at=now, minutes=minutes)
    return made
