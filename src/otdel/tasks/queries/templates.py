"""Templates, what repeats, and what repeated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from otdel.core.errors import NotFound
from otdel.core.listing.filters import fold
from otdel.core.models import SortKey
from otdel.deals.models import Stage
from otdel.org.models import Person
from otdel.tasks import access
from otdel.tasks.models import Occurrence, Repeat, Template

SCOPES = dict(Template.Scope.choices)
ASSIGN = dict(Template.Assign.choices)
AFTER = dict(Template.After.choices)
ON = dict(Repeat.On.choices)
OFF_DAYS = dict(Repeat.OffDays.choices)


@dataclass(frozen=True)
class TemplateRow:
    template: Template
    repeats: list[Repeat]
    changes: bool


def templates(person: Person) -> list[TemplateRow]:
    """Return what the person may give from, with what they see it repeat. Three queries besides those of access."""
    rows = access.visible_templates(person).select_related("owner", "unit", "assignee", "to_unit")
    changeable = set(access.changeable_templates(person).values_list("pk", flat=True))
    repeats: dict[int, list[Repeat]] = {}
    found = (
        access.visible_repeats(person)
        .select_related("by", "stage")
        .annotate(
            given=Count("occurrences", filter=Q(occurrences__tasks__gt=0)),
            failed=Count("occurrences", filter=Q(occurrences__tasks=0, occurrences__made_at__isnull=False)),
        )
    )
    for each in found.order_by("next_at", "pk"):
        repeats.setdefault(each.template_id, []).append(each)
    ordered = rows.order_by(SortKey("name"), "pk")
    return [TemplateRow(each, repeats.get(each.pk, []), each.pk in changeable) for each in ordered]


def template_names(person: Person) -> list[tuple[int, str]]:
    """One query besides those of access."""
    return list(access.visible_templates(person).order_by(SortKey("name"), "pk").values_list("pk", "name"))


def template_of(person: Person, template_id: int, change: bool = False) -> Template:
    rows = access.changeable_templates(person) if change else access.visible_templates(person)
    found: Template | None = rows.filter(pk=template_id).first()
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True)
class Time:
    due_at: datetime
    made_at: datetime | None
    tasks: int
    problem: str


def times(person: Person, repeat_id: int, most: int = 100) -> tuple[Repeat, list[Time]]:
    """Return when a repetition came and what became of it, newest first. Two queries besides those of access."""
    repeat: Repeat | None
    rows = access.visible_repeats(person).select_related("template", "by", "stage")
    repeat = rows.filter(pk=repeat_id).first()
    if repeat is None:
        raise NotFound()
    found = Occurrence.objects.filter(repeat=repeat).order_by("-due_at", "-pk")
    return repeat, [Time(*row) for row in found.values_list("due_at", "made_at", "tasks", "problem")[:most]]


def stages() -> list[tuple[int, str]]:
    """Return every stage in use as «pipeline: stage». One query."""
    rows = Stage.objects.filter(is_active=True).order_by("pipeline__position", "pipeline_id", "position", "pk")
    return [(pk, f"{pipeline}: {name}") for pk, name, pipeline in rows.values_list("pk", "name", "pipeline__name")]


def find_tasks(person: Person, text: str, most: int = 12) -> list[tuple[int, str]]:
    """Return unfinished tasks the person may see by words of their title, the newest first."""
    wanted: Any = ~Q(state__in=("DONE", "DECLINED"))
    for word in fold(text).split()[:6]:
        wanted &= Q(search__contains=word)
    rows = access.visible_tasks(person).filter(wanted).order_by("-created_at", "-id")
    return list(rows.values_list("id", "title")[:most])
