"""One task and everything that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext as _

from otdel.core.errors import NotFound
from otdel.core.models import Event
from otdel.org.models import Membership, Person
from otdel.tasks import access
from otdel.tasks.models import ChecklistItem, Delegation, Task, TaskComment, TaskFile, TimeSpent
from otdel.tasks.rules import Stand

RELATED = ("creator", "assignee", "customer", "contact", "lead", "deal", "invoice", "parent", "template")
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
    """Two queries besides those of access: the task with what it names, and all that hangs on it."""
    task = find(person, task_id)
    parts = _parts(person, task)
    names = {each["id"]: each["name"] for each in parts["names"] or ()}
    return TaskCard(
        task=task,
        stand=access.stand(person, task),
        in_bin=task.deleted_at is not None,
        links=[Link(kind, found.pk, str(found)) for kind in LINKS if (found := getattr(task, kind))],
        participants=[(pk, names[pk]) for pk in task.participants if pk in names],
        observers=[(pk, names[pk]) for pk in task.observers if pk in names],
        items=[Item(**each) for each in parts["items"]],
        comments=[Comment(**_dated(each)) for each in parts["comments"]],
        files=[File(**_dated(each)) for each in parts["files"]],
        subtasks=[Sub(**each) for each in parts["subtasks"]],
        needs=[_bound(**each) for each in parts["needs"]],
        holds=[_bound(**each) for each in parts["holds"]],
        hands=[Hand(**_dated(each)) for each in parts["hands"]],
        siblings=parts["siblings"] or 1,
        minutes=parts["minutes"] or 0,
    )


def _parts(person: Person, task: Task) -> dict[str, Any]:
    """Return the lines of each part of a task's card. One query."""
    mine, visible, others = {"task": OuterRef("pk")}, access.visible_tasks(person), Task.objects.filter(deleted_at=None)
    inside = visible.filter(parent=OuterRef("pk")).order_by(F("deadline").asc(nulls_last=True), "id")
    sub = {"id": "id", "title": "title", "state": "state", "assignee": "assignee__name"}
    bound = sub | {"seen": Exists(visible.filter(pk=OuterRef("pk")))}
    together = Task.objects.filter(group_id=OuterRef("group_id")).values("group_id").annotate(all=Count("pk"))
    spent = TimeSpent.objects.filter(**mine).values("task_id").annotate(all=Sum("minutes"))
    parts = dict(
        items=_lines(
            ChecklistItem.objects.filter(**mine).order_by("position", "id"),
            id="id", text="text", assignee=Coalesce("assignee__name", Value("")), done=Q(done_at__isnull=False),
            done_by=Coalesce("done_by__name", Value("")),
        ),
        comments=_lines(
            TaskComment.objects.filter(**mine).order_by("at", "id"), id="id", by="by__name", at="at", text="text"
        ),
        files=_lines(
            TaskFile.objects.filter(**mine).order_by("at", "id"),
            id="id", name="name", size="size", by_id="by_id", by="by__name", at="at",
        ),
        hands=_lines(
            Delegation.objects.filter(**mine).order_by("at", "id"),
            at="at", by="by__name", before="before__name", after="after__name",
        ),
        names=_lines(Person.objects.filter(pk__in=[*task.participants, *task.observers]), id="id", name="name"),
        subtasks=_lines(inside, **sub),
        needs=_lines(others.filter(needed_by__task=OuterRef("pk")).order_by("id"), **bound),
        holds=_lines(others.filter(needs__needs=OuterRef("pk")).order_by("id"), **bound),
        siblings=Subquery(together.values("all")),
        minutes=Subquery(spent.values("all")),
    )  # fmt: skip
    rows = Task.objects.filter(pk=task.pk).annotate(**{f"all_{name}": part for name, part in parts.items()})
    found = rows.values_list(*(f"all_{name}" for name in parts)).get()
    return dict(zip(parts, found, strict=True))


def _lines(rows: QuerySet[Any], **line: Any) -> ArraySubquery:
    return ArraySubquery(rows.values(line=JSONObject(**line)))


def _dated(line: dict[str, Any]) -> dict[str, Any]:
    return line | {"at": datetime.fromisoformat(line["at"])}


def _bound(seen: bool, **line: Any) -> Sub:
    """A task bound to it; one out of sight shows only that it is there."""
    return Sub(**line) if seen else Sub(0, "", line["state"], "")


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
