"""What is answered: records as JSON, the numbers of people with their names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from otdel.core.listing import Listing
from otdel.interfaces.api.schemas import PRIORITIES
from otdel.tasks import queries
from otdel.tasks.queries import TaskCard

Json = dict[str, Any]
_WORDS = {number: word for word, number in PRIORITIES.items()}
_FIELDS = (
    "title", "state", "priority", "deadline", "has_time", "is_private", "tags", "grade", "created_at", "done_at",
    "assignee_id", "assignee__name", "creator_id", "creator__name",
    "customer_id", "customer__name", "deal_id", "deal__title", "lead_id", "lead__title",
)  # fmt: skip
_PLAIN = ("title", "state", "is_private", "tags", "grade", "created_at", "done_at")
_MORE = (
    "text", "needs_acceptance", "proof", "result", "reason", "grade_comment", "answer_by", "accept_by",
    "deferred_until", "submitted_at", "moved_times", "returned_times", "most_moves", "most_days", "parent_id",
)  # fmt: skip


def tasks_listing(size: int) -> Listing:
    """Return the list of tasks as programs read it: the same filters and orders as the page's, other columns."""
    return replace(queries.TASKS, extra=_FIELDS, size=size)


def _someone(pk: int, name: str) -> Json:
    return {"id": pk, "name": name}


def row(values: tuple[Any, ...]) -> Json:
    """Return a task of a list. `values` is a row of `tasks_listing`."""
    found = dict(zip(("id", *_FIELDS), values, strict=False))
    about = [
        {"kind": kind, "id": found[f"{kind}_id"], "name": found[f"{kind}__{name}"]}
        for kind, name in (("customer", "name"), ("deal", "title"), ("lead", "title"))
        if found[f"{kind}_id"]
    ]
    return {
        "id": found["id"],
        **{name: found[name] for name in _PLAIN},
        "priority": _WORDS[found["priority"]],
        **_deadline(found["deadline"], found["has_time"]),
        "assignee": _someone(found["assignee_id"], found["assignee__name"]),
        "creator": _someone(found["creator_id"], found["creator__name"]),
        "about": about,
    }


def _deadline(at: Any, has_time: bool) -> Json:
    return {"deadline": at, "deadline_has_time": has_time}


def template(found: Any) -> Json:
    """Return what a template asks for; for whom, as it says it: a role, a person, or a department."""
    plain = ("title", "text", "tags", "checklist", "needs_acceptance", "proof", "due_after", "due_in")
    return {
        "id": found.pk,
        "name": found.name,
        **{name: getattr(found, name) for name in plain},
        "priority": _WORDS[found.priority],
        "to": found.assign,
        "person": _someone(found.assignee_id, found.assignee.name) if found.assignee_id else None,
        "unit": {"id": found.to_unit_id, "with_below": found.to_deep} if found.to_unit_id else None,
    }


def task(card: TaskCard, request: HttpRequest) -> Json:
    """Return everything of one task, and what its reader may do to it."""
    found = card.task
    return {
        "id": found.pk,
        **{name: getattr(found, name) for name in (*_PLAIN, *_MORE)},
        "state_name": card.state_name,
        "priority": _WORDS[found.priority],
        **_deadline(found.deadline, found.has_time),
        "assignee": _someone(found.assignee_id, found.assignee.name),
        "creator": _someone(found.creator_id, found.creator.name),
        "participants": [_someone(*each) for each in card.participants],
        "observers": [_someone(*each) for each in card.observers],
        "about": [{"kind": each.kind, "id": each.id, "name": each.name} for each in card.links],
        "checklist": [
            {"id": each.id, "text": each.text, "done": each.done, "assignee": each.assignee} for each in card.items
        ],
        "comments": [{"id": each.id, "by": each.by, "at": each.at, "text": each.text} for each in card.comments],
        "files": [{"id": each.id, "name": each.name, "size": each.size} for each in card.files],
        "subtasks": [_part(each) for each in card.subtasks],
        "waits_for": [_part(each) for each in card.needs],
        "minutes": card.minutes,
        "in_bin": card.in_bin,
        "may": {name: getattr(card.stand, name) for name in ("does", "accepts", "steers", "works", "deletes")},
        "page": request.build_absolute_uri(reverse("task", args=[found.pk])),
    }


def _part(each: Any) -> Json:
    return {"id": each.id or None, "title": each.title, "state": each.state, "assignee": each.assignee}
