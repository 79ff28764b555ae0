"""The list of tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from otdel.core.errors import Invalid
from otdel.core.listing import Asking
from otdel.core.listing.values import read_day, read_id
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import lists, task_card, task_do, task_giving, task_says
from otdel.interfaces.web.task_forms import moment_of
from otdel.interfaces.web.task_shared import TABS, TONES
from otdel.org.queries import calendar
from otdel.org.rules import Right
from otdel.tasks import actions, queries, rules


def _give(request: PersonRequest, ids: list[int], value: str) -> tuple[str, str]:
    event = actions.reassign_many(by=request.user, ids=ids, to=read_id(value) or 0, now=request.now)
    count = event.data["count"]
    words = ngettext("%(count)s task is handed over.", "%(count)s tasks are handed over.", count)
    return _said(words, event)


def _move_many(request: PersonRequest, ids: list[int], value: str) -> tuple[str, str]:
    if value == "day":
        day = read_day(request.POST.get("day", ""))
        if day is None:
            raise Invalid(_("Choose the day."), field="day")
    else:
        day = None if value == "none" else rules.quick_day(value, request.today, calendar(request.company.country))
    event = actions.move_many(
        by=request.user,
        ids=ids,
        deadline=moment_of(day, None) if day else None,
        has_time=False,
        reason=request.POST.get("reason", ""),
        now=request.now,
    )
    count = event.data["count"]
    words = ngettext("The deadline of %(count)s task is moved.", "The deadline of %(count)s tasks is moved.", count)
    return _said(words, event)


def _bin_many(request: PersonRequest, ids: list[int], value: str) -> tuple[str, str]:
    event = actions.bin_many(by=request.user, ids=ids, now=request.now)
    count = event.data["count"]
    return _said(ngettext("%(count)s task is in the bin.", "%(count)s tasks are in the bin.", count), event)


def _said(words: str, event: Any) -> tuple[str, str]:
    """Say what was done and what was refused, with where it is undone."""
    text, refused = words % {"count": event.data["count"]}, event.data["refused"]
    if refused:
        left = ngettext("%(count)s is left as it was: %(why)s", "%(count)s are left as they were: %(why)s", refused)
        text = f"{text} {left % {'count': refused, 'why': event.data['why']}}"
    return text, reverse("task_undo", args=[event.pk])


def _people(asking: Asking) -> Iterator[tuple[str, str]]:
    return ((str(pk), name) for pk, name in queries.receivers(asking.person))


def _days(asking: Asking) -> Iterator[tuple[str, str]]:
    more = (("day", _("on the day below")), ("none", _("no deadline")))
    return ((code, str(words)) for code, words in (*task_says.QUICK_DAYS, *more))


LIST = lists.ListPage(
    listing=queries.TASKS,
    name="tasks",
    path="tasks/",
    title=lazy("Tasks"),
    empty_title=lazy("No tasks yet"),
    empty_text=lazy("Tasks given in writing will appear here: by whom, to whom, by when, and how they ended."),
    icon="tasks",
    card="task",
    create="task_new",
    create_label=lazy("New task"),
    links={"customer": "customer", "deal": "deal", "lead": "lead"},
    tones={"state": TONES},
    late={"deadline": frozenset(rules.LIVE)},
    quick=(
        (lazy("All"), {"stage": "all"}),
        (lazy("Not finished"), {"stage": "open"}),
        (lazy("For me to do"), {"role": "mine"}),
        (lazy("Given by me"), {"role": "given"}),
        (lazy("I observe"), {"role": "watching"}),
        (lazy("Overdue"), {"stage": "late"}),
        (lazy("No yes or no in time"), {"word": "answer"}),
        (lazy("Waiting for my acceptance"), {"waits": "accept"}),
    ),
    tabs=TABS,
    views=("task_board", "task_calendar", "task_team", "today"),
    begins={"stage": "open"},
    bulk=(
        lists.BulkAction(
            "assign", lazy("Hand over…"), Right.VIEW, _give, asks=lazy("To whom"), options=_people, icon="user"
        ),
        lists.BulkAction(
            "move",
            lazy("Move the deadline…"),
            Right.VIEW,
            _move_many,
            asks=lazy("New deadline"),
            options=_days,
            icon="calendar",
            fields=(("day", lazy("Day"), "date"), ("reason", lazy("Why"), "text")),
        ),
        lists.BulkAction("bin", lazy("Put in the bin"), Right.VIEW, _bin_many, icon="trash", danger=True),
    ),
    file_name="tasks",
)


urlpatterns = [*task_giving.urlpatterns, *lists.urls(LIST), *task_card.urlpatterns, *task_do.urlpatterns]
