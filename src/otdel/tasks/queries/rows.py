"""Tasks as rows of a page, and whose unfinished work they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When

from otdel.core.listing import (
    State,
)
from otdel.core.listing.values import read_id
from otdel.org.models import Person
from otdel.tasks import access
from otdel.tasks.models import OPEN
from otdel.tasks.queries.lists import TASKS


@dataclass(slots=True)
class TaskRow:
    id: int
    title: str
    state: str
    priority: int
    deadline: datetime | None
    has_time: bool
    creator_id: int
    creator: str
    assignee_id: int
    assignee: str
    customer: str
    deal: str
    text: str
    proof: str
    result: str = ""
    submitted_at: datetime | None = None
    reason_needed: bool = False

    @property
    def about(self) -> str:
        return " · ".join(part for part in (self.customer, self.deal) if part)


FIELDS = (
    "id", "title", "state", "priority", "deadline", "has_time", "creator_id", "assignee_id", "text", "proof", "result",
    "submitted_at", "reason_needed",
)  # fmt: skip
NAMES = ("creator", "assignee")


def rows_of(found: QuerySet[Any], most: int) -> list[TaskRow]:
    """One query."""
    names = [f"{who}__{part}_name" for who in NAMES for part in ("last", "first")]
    made = []
    for row in found.values(*FIELDS, *names, "customer__name", "deal__title")[:most]:
        short: dict[str, Any] = {
            who: short_name(row.pop(f"{who}__last_name"), row.pop(f"{who}__first_name")) for who in NAMES
        }
        customer, deal = row.pop("customer__name") or "", row.pop("deal__title") or ""
        made.append(TaskRow(**row, **short, customer=customer, deal=deal))
    return made


def short_name(last: str, first: str) -> str:
    return f"{last} {first[:1]}." if last and first else last or first


BY_DEADLINE = (F("deadline").asc(nulls_last=True), "-priority", "id")


# filters that say whose work it is: then nobody's own is meant
SAYS_WHOSE = frozenset(("role", "assignee", "creator", "waits", "judged"))
UNFINISHED = (*OPEN, "DEFERRED", "REVIEW")


def whose(person: Person, who: str) -> Q:
    """Return the unfinished work `who` means: "" what the person is to do, "given", "watching", "all", or a number."""
    me = person.pk
    match who:
        case "given":
            return Q(creator_id=me, state__in=UNFINISHED) & ~Q(assignee_id=me)
        case "watching":
            return Q(observers__contains=[me], state__in=UNFINISHED)
        case "all":
            return Q(state__in=UNFINISHED)
    return Q(doers__contains=[read_id(who) or me], state__in=(*OPEN, "DEFERRED"))


def unfinished(person: Person, who: str, state: State | None = None) -> QuerySet[Any]:
    """Return the visible work `who` means, narrowed by the filters of the list; those that say whose come first."""
    if state is None:
        rows: QuerySet[Any] = access.visible_tasks(person).filter(whose(person, who))
        return rows
    return narrowed(state).filter(whose(person, who if SAYS_WHOSE.isdisjoint(state.values) else "all"))


def narrowed(state: State) -> QuerySet[Any]:
    """Return the living tasks the filters of the list find; a bin is a matter of the list alone."""
    return TASKS.narrowed(replace(state, values={key: each for key, each in state.values.items() if key != "bin"}))


def of_record(person: Person, most: int = 10, **about: int) -> list[TaskRow]:
    """Return visible tasks of a customer, deal or lead: unfinished ones first. One query."""
    finished = Q(state__in=("DONE", "DECLINED"))
    rows = access.visible_tasks(person).filter(**about)
    return rows_of(rows.annotate(_over=_either(finished)).order_by("_over", *BY_DEADLINE), most)


def _either(condition: Q) -> Any:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
