"""One task and everything that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Sum
from django.utils.translation import gettext as _

from otdel.core.errors import NotFound
from otdel.core.models import Event
from otdel.org.models import Membership, Person
from otdel.tasks import access
from otdel.tasks.models import Task
from otdel.tasks.rules import Stand

RELATED = ("creator", "assignee", "customer", "contact", "lead", "deal", "invoice", "parent", "template")
HAND = ("at", "by__name", "before__name", "after__name")
LINKS = ("customer", "contact", "lead", "deal", "invoice")


@dataclass(frozen=True)
class Link:
    kind: str
    id: int
    name: str


@dataclass(frozen=True)
class Item:
    id: int
    text: str
    assignee: str
    done: bool
    done_by: str


@dataclass(frozen=True)
class Comment:
    id: int
    by: str
    at: datetime
    text: str


@dataclass(frozen=True)
class File:
    id: int
    name: str
    size: int
    by_id: int
    by: str
    at: datetime


@dataclass(frozen=True)
class Spent:
    by: str
    day: date
    minutes: int
    note: str


@dataclass(frozen=True)
class Sub:
    id: int
    title: str
    state: str
    assignee: str


@dataclass(frozen=True)
class Happening:
    at: datetime
    kind: str
    by: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Hand:
    """One step of the task from hand to hand."""

    at: datetime
    by: str
    before: str
    after: str


@dataclass(frozen=True)
class TaskCard:
    task: Task
    stand: Stand
    in_bin: bool
    links: list[Link]
    participants: list[tuple[int, str]]
    observers: list[tuple[int, str]]
    items: list[Item]
    comments: list[Comment]
    files: list[File]
    subtasks: list[Sub]
    needs: list[Sub]  # what it waits for
    holds: list[Sub]  # what waits for it
    hands: list[Hand]
    siblings: int  # given together with this one, it included
    minutes: int

    @property
    def state_name(self) -> str:
        return str(Task.State(self.task.state).label)


def find(person: Person, task_id: int) -> Task:
    """Return the task with what it names, or refuse. A binned one is shown to whoever may restore it."""
    for binned in (False, True):
        rows = access.visible_tasks(person, binned=binned).select_related(*RELATED)
        found: Task | None = rows.filter(pk=task_id).first()
        if found is not None:
            return found
    raise NotFound(_("There is no such task, or you may not see it."))


def task_card(person: Person, task_id: int) -> TaskCard:
    """Ten queries besides those of access, two more when tasks are bound to it."""
    task = find(person, task_id)
    names = dict(Person.objects.filter(pk__in={*task.participants, *task.observers}).values_list("id", "name"))
    return TaskCard(
        task=task,
        stand=access.stand(person, task),
        in_bin=task.deleted_at is not None,
        links=[Link(kind, found.pk, str(found)) for kind in LINKS if (found := getattr(task, kind))],
        participants=[(pk, names[pk]) for pk in task.participants if pk in names],
        observers=[(pk, names[pk]) for pk in task.observers if pk in names],
        items=_items(task),
        comments=_comments(task),
        files=_files(task),
        subtasks=_subtasks(person, task),
        needs=_bound(person, needed_by__task=task),
        holds=_bound(person, needs__needs=task),
        hands=[Hand(*row) for row in task.delegations.order_by("at", "id").values_list(*HAND)],
        siblings=Task.objects.filter(group_id=task.group_id).count() if task.group_id else 1,
        minutes=task.time.aggregate(all=Sum("minutes"))["all"] or 0,
    )


def _items(task: Task) -> list[Item]:
    rows = task.checklist.order_by("position", "id")
    found = rows.values_list("id", "text", "assignee__name", "done_at", "done_by__name")
    return [Item(pk, text, who or "", bool(at), by or "") for pk, text, who, at, by in found]


def _comments(task: Task) -> list[Comment]:
    return [Comment(*row) for row in task.comments.order_by("at", "id").values_list("id", "by__name", "at", "text")]


def _files(task: Task) -> list[File]:
    fields = ("id", "name", "size", "by_id", "by__name", "at")
    return [File(*row) for row in task.files.order_by("at", "id").values_list(*fields)]


def _subtasks(person: Person, task: Task) -> list[Sub]:
    rows = access.visible_tasks(person).filter(parent_id=task.pk).order_by(F("deadline").asc(nulls_last=True), "id")
    return [Sub(*row) for row in rows.values_list("id", "title", "state", "assignee__name")]


def _bound(person: Person, **link: Task) -> list[Sub]:
    """Return tasks bound to it; one out of sight shows only that it is there."""
    rows = Task.objects.filter(deleted_at=None, **link).order_by("id")
    found = [Sub(*row) for row in rows.values_list("id", "title", "state", "assignee__name")]
    if not found:
        return []
    seen = set(access.visible_tasks(person).filter(pk__in=[each.id for each in found]).values_list("pk", flat=True))
    return [each if each.id in seen else Sub(0, "", each.state, "") for each in found]


def history(person: Person, task_id: int, most: int = 200) -> list[Happening]:
    """Return what happened to the task, newest first. One query besides finding it."""
    task = find(person, task_id)
    rows = Event.objects.filter(subject_type="tasks.task", subject_id=task.pk).order_by("-at", "-id")
    return [Happening(*row) for row in rows.values_list("at", "kind", "by__name", "data")[:most]]


def headcount(person: Person, today: date) -> dict[int, int]:
    """Return how many work in each department now, besides the person: whom work given to it would reach. One query."""
    rows = Membership.objects.on(today).filter(person__employed_to=None, person__is_active=True)
    counted = rows.exclude(person=person).values("unit_id").annotate(count=Count("pk")).order_by()
    return {row["unit_id"]: row["count"] for row in counted}


def names_of(ids: set[int]) -> dict[int, str]:
    return dict(Person.objects.filter(pk__in=ids).values_list("id", "name")) if ids else {}


@dataclass(frozen=True)
class Download:
    name: str
    path: str


def file_of(person: Person, task_id: int, file_id: int) -> Download:
    """Return where a file lies, to whoever may see its task."""
    task = find(person, task_id)
    found = task.files.filter(pk=file_id).first()
    if found is None:
        raise NotFound(_("There is no such file."))
    return Download(found.name, found.path)


def name_of(person: Person, task_id: int) -> str | None:
    found: str | None = access.visible_tasks(person).filter(pk=task_id).values_list("title", flat=True).first()
    return found


def template_choices(person: Person) -> list[tuple[int, str]]:
    """Return the templates the person may give from, by name. One query besides those of access."""
    return list(access.visible_templates(person).order_by("name", "pk").values_list("pk", "name"))


def receivers(person: Person) -> list[tuple[int, str]]:
    """Return whom the person may give a task, themselves first. One query besides those of access."""
    rows = list(access.receivers(person).order_by("name", "id").values_list("id", "name"))
    return sorted(rows, key=lambda row: row[0] != person.pk)
