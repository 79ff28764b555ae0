"""My day: what to do in order, what waits for my word, and for whom I stand in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.activities import queries as activities
from otdel.core.listing import State
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import day_rows, formats, task_narrow
from otdel.interfaces.web.activities import ICONS
from otdel.interfaces.web.nav import NAV
from otdel.interfaces.web.task_lines import Lines
from otdel.interfaces.web.team_rows import HOT, SHOWN, STEP_LABELS, rows_url
from otdel.measures import queries as measures
from otdel.org import access
from otdel.org.rules import Right
from otdel.tasks import queries
from otdel.tasks.queries import steps


def _strip(found: queries.Counters) -> list[dict[str, Any]]:
    return [
        {
            "label": queries.LABELS[code],
            "count": getattr(found, code),
            "url": rows_url(code),
            "hot": code in HOT and getattr(found, code) > 0,
        }
        for code in SHOWN
    ]


def _without_step(request: PersonRequest, found: queries.WithoutStep) -> list[dict[str, Any]]:
    """Deals and customers nobody has planned anything for; each number opens its rows."""
    shown = [each for each in NAV if each.url in STEP_LABELS and access.scope(request.user, each.kind, Right.VIEW)]
    query = urlencode(steps.ROWS)
    return [
        {
            "label": STEP_LABELS[each.url],
            "count": getattr(found, each.url),
            "url": f"{reverse(each.url)}?{query}",
            "hot": False,
        }
        for each in shown
    ]


def _call(request: PersonRequest, row: activities.Planned) -> dict[str, Any]:
    at = timezone.localtime(row.at)
    return {
        "at": row.at,
        "url": day_rows.address("activity", row.id),
        "title": row.title,
        "note": " · ".join(part for part in (row.customer, row.deal) if part),
        "due": formats.current().moment(at, request.today),
        "late": row.at < request.now,
        "icon": ICONS[row.kind],
    }


IN_SIGHT = 5


def _to_accept(request: PersonRequest, rows: Iterable[queries.TaskRow]) -> list[dict[str, Any]]:
    """What waits for the person's word: read, accepted and graded without leaving the page."""
    fmt = formats.current()
    return [
        {
            "id": row.id,
            "url": reverse("task", args=[row.id]),
            "title": row.title,
            "who": row.assignee,
            "at": fmt.moment(timezone.localtime(row.submitted_at), request.today) if row.submitted_at else "",
            "result": row.result[:300],
            "accept": reverse("task_do", args=[row.id, "accept"]),
        }
        for row in rows
    ]


@page
def today(request: PersonRequest) -> HttpResponseBase:
    """What to do, in order: overdue, today, next; calls and meetings of the day among it.

    Filters are those of the list of tasks: with them only one's tasks are shown, and nothing of the department.
    """
    if address := task_narrow.tidied(request):
        return redirect(address)
    now, state = timezone.localtime(request.now), task_narrow.asked(request)
    narrowed, line = bool(state.values), Lines(request)
    theirs = queries.team(request.user, now) if not narrowed and queries.is_head(request.user) else None
    waiting = queries.own_waiting(theirs, request.user, now) if theirs else queries.waiting(request.user, now)
    found = waiting.counters
    day, words = _day(request, now, state, found.accept)
    midnight = datetime.combine(request.today + timedelta(days=1), datetime.min.time(), now.tzinfo)
    calls = [] if narrowed else activities.planned(request.user, midnight)
    late = [_call(request, row) for row in calls if row.at < now] + [line(row) for row in day["overdue"]]
    due = [_call(request, row) for row in calls if row.at >= now] + [line(row) for row in day["today"]]
    parts = [
        ("", sorted(late, key=lambda row: row["at"])),
        (_("Today"), sorted(due, key=lambda row: row["at"])),
        (_("Next"), [line(row) for row in day["next"]]),
    ]
    context = task_narrow.filters(request, state, "today", (), {"role": "mine"})
    drawing = day_rows.Drawing(request, bool(context["bulk"]))
    context |= {
        "narrowed": narrowed,
        "hello": _hello(now.hour) % {"name": request.user.first_name},
        "lead": _lead(request, len(late), len(due), narrowed),
        "parts": [(title, drawing.rows(rows)) for title, rows in parts if rows],
        "accepts": _to_accept(request, words),
        "accepts_more": max(0, found.accept - IN_SIGHT),
        "accepts_url": rows_url("accept"),
        "strip": [*_strip(found), *_without_step(request, waiting.steps)],
        "counters": {"tasks": (found.attention, True)},
        "jam": _jam(request, theirs) if theirs else [],
        "control": None if narrowed else _control(request),
        "standing": _standing(request, now),
        "may_create": access.scope(request.user, "task", Right.CREATE),
    }
    return TemplateResponse(request, "tasks/today.html", context)


def _day(
    request: PersonRequest, now: datetime, state: State, waits: int
) -> tuple[dict[str, list[queries.TaskRow]], list[queries.TaskRow]]:
    """What to do of what the filters find, and all that waits for the person's word."""
    if not state.values:
        return queries.my_day_and_words(request.user, now, IN_SIGHT)
    return queries.my_day(request.user, now, state), queries.to_accept(request.user, IN_SIGHT) if waits else []


def _standing(request: PersonRequest, now: datetime) -> list[dict[str, Any]]:
    """For whom the person acts today, and what of theirs is pressing: apart from one's own numbers."""
    fmt, tasks = formats.current(), reverse("tasks")
    said = _("You stand in for %(name)s until %(day)s.")
    return [
        {
            "words": said % {"name": each.name, "day": fmt.day(each.last_on, request.today)},
            "all": f"{tasks}?{urlencode({'assignee': each.id, 'stage': 'open'})}",
            "numbers": [
                (label, count, f"{tasks}?{urlencode({'waits': f'{code}:{each.id}'})}")
                for code, label, count in (
                    ("overdue", queries.LABELS_OF["overdue"], each.overdue),
                    ("today", queries.LABELS_OF["today"], each.today),
                )
                if count
            ],
        }
        for each in queries.standing_in(request.user, now)
    ]


def _control(request: PersonRequest) -> dict[str, Any] | None:
    """What manual control asks of the person now: their own day, or the reports that wait for their word."""
    if access.scope(request.user, "plan", Right.CHANGE):
        mine, count = measures.my_day_and_waiting(request.user, request.today)
    else:
        mine, count = measures.my_day(request.user, request.today), 0
    if mine:
        pk, state, days = mine
        words = _("Your daily plan") if not days else _("Your report for the last day")
        return {"url": reverse("control_day", args=[pk]), "words": words, "state": state}
    words = ngettext("%(count)s daily report is waiting", "%(count)s daily reports are waiting", count) % {
        "count": count
    }
    return {"url": reverse("control_days"), "words": words, "state": _("Manual control")} if count else None


def _hello(hour: int) -> str:
    if hour < 5 or hour >= 22:
        return _("Good night, %(name)s")
    if hour < 12:
        return _("Good morning, %(name)s")
    return _("Good afternoon, %(name)s") if hour < 18 else _("Good evening, %(name)s")


def _lead(request: PersonRequest, late: int, due: int, narrowed: bool) -> str:
    day = formats.current().weekday(request.today)
    if narrowed and not late and not due:
        return f"{day}."
    if not late and not due:
        return _("%(day)s. Nothing is due today.") % {"day": day}
    parts = [
        ngettext("%(count)s thing is overdue", "%(count)s things are overdue", late) % {"count": late} if late else "",
        ngettext("%(count)s is for today", "%(count)s are for today", due) % {"count": due} if due else "",
    ]
    return f"{day}. " + ", ".join(part for part in parts if part) + "."


def _jam(request: PersonRequest, found: queries.Team, most: int = 7) -> list[dict[str, Any]]:
    """People with the most that wants attention."""
    return [
        {
            "name": row.name,
            "count": row.counters.attention,
            "overdue": row.counters.overdue,
            "url": rows_url("attention", row.id),
        }
        for row in found.rows[:most]
        if row.counters.attention and row.id != request.user.pk
    ]


urlpatterns = [
    path("today/", today, name="today"),
]
