"""Tasks on the days of a month or a week, and a piece of work on a time line."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from otdel.core.errors import Invalid
from otdel.core.listing.values import read_day
from otdel.core.periods import FIRST_YEAR, LAST_YEAR, Kind, Period
from otdel.interfaces.http import PersonRequest, page, submission
from otdel.interfaces.web import formats, marks, task_gantt, task_narrow, task_says
from otdel.interfaces.web.task_forms import moment_of
from otdel.interfaces.web.task_lanes import asks_why, moved
from otdel.interfaces.web.task_shared import TONES
from otdel.org import access
from otdel.org.queries import calendar as working_calendar
from otdel.org.rules import Right
from otdel.tasks import queries

IN_A_DAY = 6
# a year off the ends of the calendar, so that there is always a month before and after
EARLIEST, LATEST = date(FIRST_YEAR + 1, 1, 1), date(LAST_YEAR - 1, 12, 31)


@page
def calendar(request: PersonRequest) -> HttpResponseBase:
    """A month or a week. A task moved to another day gets another deadline, within its limits."""
    access.require(request.user, "task", Right.VIEW)
    if address := task_narrow.tidied(request):
        return redirect(address)
    asked, who = request.GET, request.GET.get("who", "")
    day, weekly = read_day(asked.get("day", "")) or request.today, asked.get("view") == "week"
    day = min(max(day, EARLIEST), LATEST)
    period = Period.of(Kind.WEEK if weekly else Kind.MONTH, day)
    first = period.start - timedelta(days=period.start.weekday())
    last = period.last + timedelta(days=6 - period.last.weekday())
    zone: Any = timezone.get_current_timezone()
    state = task_narrow.asked(request)
    rows = queries.between(
        request.user,
        datetime.combine(first, time.min, zone),
        datetime.combine(last + timedelta(days=1), time.min, zone),
        who=who,
        state=state,
    )
    own = [*([("day", str(day))] if asked.get("day") else []), *([("view", "week")] if weekly else [])]
    kept = [*state.pairs(), *([("who", who)] if who else [])]
    context = task_narrow.context(request, state, "task_calendar", who, own) | {
        "weekly": weekly,
        "title": formats.current().days(first, last) if weekly else formats.current().month(period.start),
        "ways": _ways(period, weekly, kept),
        "views": _views(day, weekly, kept),
        "names": formats.current().weekday_names(),
        "weeks": _weeks(request, first, last, period, rows, None if weekly else IN_A_DAY),
        "may_create": access.scope(request.user, "task", Right.CREATE),
    }
    return TemplateResponse(request, "tasks/calendar.html", context)


Pairs = list[tuple[str, str]]


def _url(day: date, weekly: bool, kept: Pairs) -> str:
    return f"?{urlencode([*kept, ('day', str(day)), *([('view', 'week')] if weekly else [])])}"


def _ways(period: Period, weekly: bool, kept: Pairs) -> dict[str, str]:
    return {
        "before": _url(period.plus(-1).start, weekly, kept),
        "after": _url(period.plus(1).start, weekly, kept),
        "today": f"?{urlencode([*kept, *([('view', 'week')] if weekly else [])])}",
    }


def _views(day: date, weekly: bool, kept: Pairs) -> list[tuple[str, str, bool]]:
    return [(_("Month"), _url(day, False, kept), not weekly), (_("Week"), _url(day, True, kept), weekly)]


def _weeks(
    request: PersonRequest, first: date, last: date, period: Period, rows: list[queries.TaskRow], most: int | None
) -> list[list[dict[str, Any]]]:
    worked = working_calendar(request.company.country).mask(first, last + timedelta(days=1))
    asks = asks_why(request)
    by_day: dict[date, list[queries.TaskRow]] = {}
    for row in rows:
        by_day.setdefault(timezone.localtime(row.deadline).date(), []).append(row)
    days = []
    for number, works in enumerate(worked.tolist()):
        day = first + timedelta(days=number)
        found = by_day.get(day, [])
        days.append(
            {
                "day": day,
                "number": day.day,
                "name": formats.current().day(day, request.today),
                "today": day == request.today,
                "outside": not period.start <= day <= period.last,
                "off": not works,
                "cards": [_card(request, row) | {"asks": asks(row)} for row in found[:most]],
                "more": len(found) - most if most and len(found) > most else 0,
                "all": f"{reverse('tasks')}?{urlencode({'deadline_from': str(day), 'deadline_to': str(day)})}",
            }
        )
    return [days[at : at + 7] for at in range(0, len(days), 7)]


def _card(request: PersonRequest, row: queries.TaskRow) -> dict[str, Any]:
    at = timezone.localtime(row.deadline)
    return {
        "id": row.id,
        "url": reverse("task", args=[row.id]),
        "move": reverse("task_day", args=[row.id]),
        "title": row.title,
        "hour": f"{at:%H:%M}" if row.has_time else "",
        "who": row.assignee if row.assignee_id != request.user.pk else "",
        "late": row.deadline is not None and row.deadline < request.now and row.state != "REVIEW",
        "high": row.priority == 3,
    }


@submission
def move(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Move the deadline to a day, its hour kept."""
    day = read_day(request.POST.get("to", ""))
    if day is None:
        raise Invalid(_("Choose the day."), field="to")
    task = queries.find(request.user, pk)
    hour = timezone.localtime(task.deadline).time() if task.deadline and task.has_time else None
    return moved(request, pk, moment_of(day, hour), hour is not None, reverse("task_calendar"))


@page
def gantt(request: PersonRequest, pk: int) -> HttpResponseBase:
    """A task, what is under it and what they wait for, as bars on a time line and as a table."""
    bars = queries.bars(request.user, pk, request.now)
    root = next(bar for bar in bars if bar.id == pk)
    fmt, today = formats.current(), request.today

    def moment(at: datetime | None) -> str:
        return fmt.day(timezone.localtime(at).date(), today) if at else "—"

    context = task_narrow.bulk(request) | {
        "title": root.title,
        "path": [(_("Tasks"), reverse("tasks")), (root.title, reverse("task", args=[pk]))],
        "picture": task_gantt.draw(bars, request.now),
        "rows": [
            {
                "bar": bar,
                "url": reverse("task", args=[bar.id]),
                "starts": moment(bar.starts),
                "ends": moment(bar.ends),
                "badge": marks.badge(str(queries.STATES[bar.state]), TONES.get(bar.state, "")),
                "needs": [other.title for other in bars if other.id in bar.needs],
                "steps": task_says.steps(bar.steps_done, bar.steps),
            }
            for bar in bars
        ],
    }
    return TemplateResponse(request, "tasks/gantt.html", context)


urlpatterns = [
    path("tasks/calendar/", calendar, name="task_calendar"),
    path("tasks/calendar/<int:pk>/", move, name="task_day"),
    path("tasks/<int:pk>/time-line/", gantt, name="task_gantt"),
]
