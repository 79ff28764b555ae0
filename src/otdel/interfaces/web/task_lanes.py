"""The board of tasks by deadline, and moving a deadline by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from otdel.core.calendar import Calendar
from otdel.core.errors import Invalid
from otdel.interfaces.http import PersonRequest, page, submission
from otdel.interfaces.web import day_rows, formats, task_narrow
from otdel.interfaces.web.task_forms import moment_of
from otdel.interfaces.web.task_lines import Lines
from otdel.interfaces.web.task_shared import local_address
from otdel.org import access
from otdel.org.queries import calendar
from otdel.org.rules import Right
from otdel.tasks import actions, queries, rules


@page
def board(request: PersonRequest) -> HttpResponseBase:
    """Unfinished work by deadline. A card moved to another lane gets another deadline, within its limits."""
    access.require(request.user, "task", Right.VIEW)
    if address := task_narrow.tidied(request):
        return redirect(address)
    who, state = request.GET.get("who", ""), task_narrow.asked(request)
    line, asks = Lines(request), asks_why(request)
    lanes = queries.by_deadline(request.user, timezone.localtime(request.now), who=who, state=state)
    context = task_narrow.context(request, state, "task_board", who, ()) | {
        "lanes": [_lane(lane, line, asks) for lane in lanes],
        "targets": [(code, queries.LANE_LABELS[code]) for code in queries.LANES if code != "overdue"],
        "may_create": access.scope(request.user, "task", Right.CREATE),
    }
    return TemplateResponse(request, "tasks/board.html", context)


def asks_why(request: PersonRequest) -> Callable[[queries.TaskRow], bool]:
    """Return whether the person has to say why they move a deadline: whoever gave the task, or heads them, has not."""
    free, me = access.reach(request.user, "task", Right.CHANGE), request.user.pk

    def asks(row: queries.TaskRow) -> bool:
        gave = row.creator_id == me or (free.includes(row.creator_id) and row.assignee_id != me)
        return row.reason_needed and row.deadline is not None and not gave

    return asks


def _lane(lane: queries.Lane, line: Lines, asks: Callable[[queries.TaskRow], bool]) -> dict[str, Any]:
    return {
        "code": lane.code,
        "name": queries.LANE_LABELS[lane.code],
        "count": formats.current().number(lane.count),
        "more": lane.count > len(lane.rows),
        "cards": [
            line(row) | {"move": day_rows.address("task_lane", row.id), "who": row.assignee, "asks": asks(row)}
            for row in lane.rows
        ],
    }


@submission
def lane(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Move the deadline to a lane of the board: its last working day."""
    deadline = _last_of(request, request.POST.get("to", ""))
    return moved(request, pk, deadline, False, reverse("task_board"))


def moved(request: PersonRequest, pk: int, deadline: datetime | None, has_time: bool, home: str) -> HttpResponseBase:
    """Move one deadline by hand, and say so with the way back."""
    reason = request.POST.get("reason", "")
    event = actions.move_many(
        by=request.user, ids=[pk], deadline=deadline, has_time=has_time, reason=reason, now=request.now
    )
    said, undo = _("The deadline is moved."), reverse("task_undo", args=[event.pk])
    if request.htmx:
        told = {"task-changed": True, "toast": {"text": said, "undo": undo}}
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(told)})
    messages.success(request, said, extra_tags=undo)
    return redirect(local_address(request, request.POST.get("next", "")) or home)


def _last_of(request: PersonRequest, code: str) -> datetime | None:
    if code == "none":
        return None
    days = calendar(request.company.country)
    sunday = request.today + timedelta(days=6 - request.today.weekday())
    match code:
        case "today":
            day = request.today
        case "week":
            day = max(rules.quick_day("friday", request.today, days), request.today + timedelta(days=1))
            day = min(day, sunday)
        case "next":
            day = _last_worked(days, sunday + timedelta(days=7))
        case "later":
            day = _last_worked(days, sunday + timedelta(days=14))
        case _:
            raise Invalid(_("Nothing can be moved into the past."))
    return moment_of(day, None)


def _last_worked(days: Calendar, sunday: date) -> date:
    """Return the last working day of the week that ends so; its Friday when nobody works in it, as after New Year."""
    day = days.add_working_days(sunday + timedelta(days=1), -1)
    return day if day > sunday - timedelta(days=7) else sunday - timedelta(days=2)


urlpatterns = [
    path("tasks/board/", board, name="task_board"),
    path("tasks/board/<int:pk>/", lane, name="task_lane"),
]
