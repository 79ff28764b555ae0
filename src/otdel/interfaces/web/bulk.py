"""What lists of records can do to many rows at once, and the undoing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from otdel.core.errors import NotFound
from otdel.core.listing import Asking
from otdel.core.listing.values import read_id
from otdel.interfaces.http import PersonRequest, submission
from otdel.interfaces.web.cards import Record
from otdel.interfaces.web.lists import BulkAction
from otdel.org.access import reach
from otdel.org.queries import person_choices
from otdel.org.rules import Right

Done = tuple[str, str]


def actions_of(record: Record, kind: str, tag: Callable[..., Any] | None) -> tuple[BulkAction, ...]:
    """Return giving to another person, tagging and binning for a list of this kind of record."""

    def undo(event: Any) -> str:
        return reverse("undo", args=[record.name, event.pk])

    def assign(request: PersonRequest, ids: list[int], value: str) -> Done:
        event = record.assign(by=request.user, ids=ids, owner_id=read_id(value) or 0, now=request.now)
        count = event.data["count"]
        return ngettext("%(count)s record was handed over.", "%(count)s records were handed over.", count) % {
            "count": count
        }, undo(event)

    def mark(request: PersonRequest, ids: list[int], value: str) -> Done:
        event = tag(by=request.user, ids=ids, tag=value, now=request.now) if tag else None
        count = event.data["count"] if event else 0
        return ngettext("%(count)s record is tagged.", "%(count)s records are tagged.", count) % {"count": count}, undo(
            event
        )

    def to_bin(request: PersonRequest, ids: list[int], value: str) -> Done:
        event = record.bin(by=request.user, ids=ids, now=request.now)
        count = event.data["count"]
        words = ngettext("%(count)s record is in the bin.", "%(count)s records are in the bin.", count)
        return words % {"count": count}, undo(event)

    def people(asking: Asking) -> Iterator[tuple[str, str]]:
        return receivers(asking.person, kind, asking.today)

    made = [
        BulkAction(
            "assign",
            lazy("Give to…"),
            Right.CHANGE,
            assign,
            asks=lazy("Who is responsible for them"),
            options=people,
            icon="user",
        ),
        BulkAction("tag", lazy("Tag…"), Right.CHANGE, mark, asks=lazy("Tag"), icon="tag"),
        BulkAction("bin", lazy("Put in the bin"), Right.DELETE, to_bin, icon="trash", danger=True),
    ]
    return tuple(each for each in made if tag is not None or each.code != "tag")


def receivers(person: Any, kind: str, today: Any) -> Iterator[tuple[str, str]]:
    """Yield who may be given records of this kind by the person."""
    reached = reach(person, kind, Right.CREATE)
    for pk, name in person_choices(person, today):
        if reached.includes(pk):
            yield str(pk), name


def undo_urls(records: dict[str, Record]) -> list[Any]:
    @submission
    def undo(request: PersonRequest, kind: str, event_id: int) -> HttpResponseBase:
        record = records.get(kind)
        if record is None:
            raise NotFound(_("There is nothing to undo."))
        record.undo(by=request.user, event_id=event_id, now=request.now)
        messages.success(request, _("Undone."))
        return redirect(record.list_name)

    return [path("undo/<str:kind>/<int:event_id>/", undo, name="undo")]
