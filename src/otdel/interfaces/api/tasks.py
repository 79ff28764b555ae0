"""Tasks for programs: read, given, led to their end."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Header, Router, Status
from ninja.files import UploadedFile

from otdel.core.errors import Invalid
from otdel.core.listing import Asking, State
from otdel.interfaces.api import schemas, shapes
from otdel.interfaces.api.actions import answer_once
from otdel.interfaces.api.keys import ApiRequest, asked
from otdel.interfaces.api.shapes import Json
from otdel.org import access
from otdel.org.rules import Right
from otdel.tasks import actions, queries
from otdel.tasks.rules import TaskValues, To

router = Router(tags=["tasks"])
PLACE = ("at", "limit", "sort")
MOST = 200
PLAIN = (
    "title", "text", "is_private", "needs_acceptance", "proof", "accept_hours", "most_moves", "most_days",
    "reason_needed",
)  # fmt: skip
MANY = ("participants", "observers", "tags", "checklist")
ABOUT = ("customer", "contact", "lead", "deal", "invoice", "parent")
Mark = Annotated[str, Header(max_length=200)]


@router.get("", summary="Tasks you may see, with the filters of the page's own address")
def list_tasks(request: HttpRequest, limit: int = 50, at: str = "", sort: str = "") -> Json:
    """Any filter of the list of tasks in the app: `q`, `stage`, `role`, `waits`, `assignee`, `deadline`…

    An unknown parameter, or one that cannot be read, is refused: silently left out it would return too much.
    """
    person = asked(request)
    access.require(person.user, "task", Right.VIEW)
    if not 1 <= limit <= MOST:
        raise Invalid(_("A page has 1 to 200 rows."), field="limit")
    listing = shapes.tasks_listing(limit)
    params = {name: person.GET.getlist(name) for name in person.GET if name != "limit"}
    state = listing.read(params, Asking(person.user, timezone.localtime(person.now)))
    _check_read(state, params)
    found = listing.page(replace(state, columns=()))
    onward = f"?{state.at(found.next)}&limit={limit}" if found.next else None
    return {"items": [shapes.row(row) for row in found.rows], "next": onward}


def _check_read(state: State, params: Mapping[str, Sequence[str]]) -> None:
    read = {name for each in state.listing.filters if each.key in state.values for name in each.names}
    known = {name for each in state.listing.filters for name in each.names}
    for name, values in params.items():
        if name in PLACE or not any(values):
            continue
        if name not in known:
            raise Invalid(_("There is no such filter."), field=name)
        if name not in read:
            raise Invalid(_("This value of the filter could not be read."), field=name)


@router.post("", response={201: Any}, summary="Give a task: to people, or to a whole department")
def give(request: HttpRequest, task: schemas.NewTask, idempotency_key: Mark = "") -> Any:
    """With an `Idempotency-Key` of your own making the same request, sent again within a day, gives nothing twice.

    With a `template` only what is sent is said; all else, also for whom, is as the template says.
    """
    person = asked(request)

    def make() -> Json:
        values, to = _of_template(person, task) if task.template else (_values(task), _to(task))
        made = actions.create_tasks(by=person.user, values=values, to=to, now=person.now)
        return {"ids": [each.pk for each in made]}

    if not idempotency_key:
        return Status(201, make())
    said = task.dict(exclude_unset=task.template is not None)
    digest = sha256(f"tasks {json.dumps(said, default=str, sort_keys=True)}".encode()).hexdigest()
    answer = answer_once(key_id=person.auth.key_id, mark=idempotency_key, request=digest, make=make, now=person.now)
    return Status(201, answer)


def _values(task: schemas.NewTask) -> TaskValues:
    return TaskValues(**_said(task, type(task).model_fields))


def _said(task: schemas.NewTask, names: Collection[str]) -> dict[str, Any]:
    """Return what these fields of the request say, in the words of the rules."""
    said: dict[str, Any] = {name: getattr(task, name) for name in PLAIN if name in names}
    said |= {f"{name}_id": getattr(task, name) for name in ABOUT if name in names}
    said |= {name: tuple(getattr(task, name)) for name in MANY if name in names}
    if "deadline" in names:
        said["deadline"], said["has_time"] = schemas.moment(task.deadline)
    if "answer_by" in names:
        said["answer_by"] = schemas.moment(task.answer_by)[0]
    if "priority" in names:
        said["priority"] = schemas.PRIORITIES[task.priority]
    return said


def _of_template(person: ApiRequest, task: schemas.NewTask) -> tuple[TaskValues, To]:
    """Return what the template asks for and of whom; what the request says goes before it."""
    sent = task.model_fields_set
    about = {kind: pk for kind in actions.RECORDS if (pk := getattr(task, kind))}
    values, to = actions.prepare(by=person.user, template_id=task.template or 0, about=about, now=person.now)
    if sent & {"people", "unit"}:
        to = _to(task)
    elif "each" in sent:
        to = replace(to, each=task.each)
    return replace(values, **_said(task, sent)), to


def _to(task: schemas.NewTask) -> To:
    if task.people and task.unit:
        raise Invalid(_("Name people or a department, not both."), field="unit")
    return To(people=tuple(task.people), unit_id=task.unit, deep=task.with_below, each=task.each)


@router.get("/templates", summary="Templates you may give from")
def templates(request: HttpRequest) -> Json:
    person = asked(request)
    access.require(person.user, "task", Right.VIEW)
    return {"items": [shapes.template(row.template) for row in queries.templates(person.user)]}


@router.get("/{int:task_id}", summary="One task with its checklist, comments and what you may do to it")
def read(request: HttpRequest, task_id: int) -> Json:
    return shapes.task(queries.task_card(asked(request).user, task_id), request)


@router.patch("/{int:task_id}", summary="Change what is asked for; only what is sent")
def change(request: HttpRequest, task_id: int, task: schemas.ChangedTask) -> Json:
    person, given = asked(request), task.dict(exclude_none=True)
    if "priority" in given:
        given["priority"] = schemas.PRIORITIES[given["priority"]]
    if "tags" in given:
        given["tags"] = tuple(given["tags"])
    actions.amend_task(by=person.user, task_id=task_id, given=given, now=person.now)
    return read(request, task_id)


@router.api_operation(["DELETE"], "/{int:task_id}", response={204: None}, summary="Put it in the bin")
def put_in_bin(request: HttpRequest, task_id: int) -> Any:
    person = asked(request)
    queries.find(person.user, task_id)
    actions.bin_many(by=person.user, ids=[task_id], now=person.now)
    return Status(204, None)


@router.post("/{int:task_id}/restore", summary="Take it out of the bin")
def restore(request: HttpRequest, task_id: int) -> Json:
    person = asked(request)
    actions.restore_tasks(by=person.user, ids=[task_id], now=person.now)
    return read(request, task_id)


# the way of a task


def _done(request: HttpRequest, task_id: int, act: Callable[..., Any], **given: Any) -> Json:
    person = asked(request)
    act(by=person.user, task_id=task_id, now=person.now, **given)
    return read(request, task_id)


@router.post("/{int:task_id}/see", summary="You have read it")
def see(request: HttpRequest, task_id: int) -> Json:
    return _done(request, task_id, actions.see_task)


@router.post("/{int:task_id}/start", summary="You have begun")
def start(request: HttpRequest, task_id: int) -> Json:
    return _done(request, task_id, actions.start_task)


@router.post("/{int:task_id}/submit", summary="It is done, or waits for acceptance if that was asked for")
def submit(request: HttpRequest, task_id: int, given: schemas.Result) -> Json:
    return _done(request, task_id, actions.submit_task, result=given.result)


@router.post("/{int:task_id}/withdraw", summary="Take back what you handed in, while nobody has judged it")
def withdraw(request: HttpRequest, task_id: int) -> Json:
    return _done(request, task_id, actions.withdraw_task)


@router.post("/{int:task_id}/accept", summary="Accept the work with a grade")
def accept(request: HttpRequest, task_id: int, given: schemas.Grade) -> Json:
    return _done(request, task_id, actions.accept_task, grade=given.grade, comment=given.comment)


@router.post("/{int:task_id}/grade", summary="Grade work that needed no acceptance")
def grade(request: HttpRequest, task_id: int, given: schemas.Grade) -> Json:
    return _done(request, task_id, actions.grade_task, grade=given.grade, comment=given.comment)


@router.post("/{int:task_id}/return", summary="Send it back, and say why")
def send_back(request: HttpRequest, task_id: int, given: schemas.Returned) -> Json:
    deadline, has_time = schemas.moment(given.deadline)
    return _done(request, task_id, actions.return_task, reason=given.reason, deadline=deadline, has_time=has_time)


@router.post("/{int:task_id}/defer", summary="Put it off until a day")
def defer(request: HttpRequest, task_id: int, given: schemas.Deferred) -> Json:
    zone: Any = timezone.get_current_timezone()
    until = datetime.combine(given.until, datetime.min.time(), zone)
    return _done(request, task_id, actions.defer_task, until=until, reason=given.reason)


@router.post("/{int:task_id}/resume", summary="Take it up again")
def resume(request: HttpRequest, task_id: int) -> Json:
    return _done(request, task_id, actions.resume_task)


@router.post("/{int:task_id}/decline", summary="Say no, and why")
def decline(request: HttpRequest, task_id: int, given: schemas.Reason) -> Json:
    return _done(request, task_id, actions.decline_task, reason=given.reason)


@router.post("/{int:task_id}/move", summary="Move the deadline, within what was agreed")
def move(request: HttpRequest, task_id: int, given: schemas.Moved) -> Json:
    deadline, has_time = schemas.moment(given.deadline)
    return _done(request, task_id, actions.move_deadline, deadline=deadline, has_time=has_time, reason=given.reason)


@router.post("/{int:task_id}/assign", summary="Hand it over")
def assign(request: HttpRequest, task_id: int, given: schemas.Assigned) -> Json:
    return _done(request, task_id, actions.reassign_task, to=given.to)


# what belongs to it


@router.post("/{int:task_id}/comments", summary="Say something; @names call people in")
def comment(request: HttpRequest, task_id: int, given: schemas.Comment) -> Json:
    return _done(request, task_id, actions.comment_task, text=given.text)


@router.post("/{int:task_id}/checklist", summary="Add a line to the checklist")
def add_item(request: HttpRequest, task_id: int, given: schemas.Item) -> Json:
    return _done(request, task_id, actions.add_item, text=given.text, assignee_id=given.assignee)


@router.post("/{int:task_id}/checklist/{int:item_id}", summary="Tick a line, or take the tick off")
def check_item(request: HttpRequest, task_id: int, item_id: int, given: schemas.Checked) -> Json:
    return _done(request, task_id, actions.check_item, item_id=item_id, done=given.done)


@router.post("/{int:task_id}/waits-for", summary="Let it wait until another task is done")
def add_need(request: HttpRequest, task_id: int, given: schemas.Need) -> Json:
    return _done(request, task_id, actions.add_need, needs_id=given.task)


@router.api_operation(["DELETE"], "/{int:task_id}/waits-for/{int:other_id}", summary="It waits for that task no more")
def remove_need(request: HttpRequest, task_id: int, other_id: int) -> Json:
    return _done(request, task_id, actions.remove_need, needs_id=other_id)


@router.post("/{int:task_id}/files", summary="Attach a file, at most 25 MB")
def attach(request: HttpRequest, task_id: int, file: File[UploadedFile]) -> Json:
    return _done(request, task_id, actions.attach_file, name=file.name or "", size=file.size or 0, content=file)


@router.post("/{int:task_id}/time", summary="Write down time spent")
def log_time(request: HttpRequest, task_id: int, given: schemas.Minutes) -> Json:
    day = given.day or asked(request).today
    return _done(request, task_id, actions.log_time, day=day, minutes=given.minutes, note=given.note)
