"""My day, the board of tasks by deadline, the counters, and by person for heads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.activities import queries as activities
from otdel.core.errors import Invalid
from otdel.core.listing import State
from otdel.core.listing.values import read_id
from otdel.interfaces.http import PersonRequest, page, submission
from otdel.interfaces.web import day_rows, formats, live, marks, task_narrow, task_says, team_rows
from otdel.interfaces.web.activities import ICONS
from otdel.interfaces.web.nav import NAV
from otdel.interfaces.web.task_forms import moment_of
from otdel.interfaces.web.task_shared import TONES, local_address, unit_options
from otdel.interfaces.web.team_rows import HOT, SHOWN, STEP_LABELS, rows_url
from otdel.measures import queries as measures
from otdel.notifications.queries import unread_count
from otdel.org import access
from otdel.org.queries import calendar
from otdel.org.rules import Right
from otdel.tasks import actions, queries, rules
from otdel.tasks.queries import steps


def _local(request: PersonRequest) -> datetime:
    return timezone.localtime(request.now)


@page
def counters(request: PersonRequest) -> HttpResponseBase:
    """Numbers for the rail, the bell and the title, asked for once a page is there. Two queries."""
    waiting = queries.waiting(request.user, _local(request))
    found, idle = waiting.counters, waiting.steps
    rooms = {reverse("tasks"): found.attention, reverse("today"): found.overdue + found.today}
    rooms |= {reverse("deals"): idle.deals, reverse("customers"): idle.customers}
    rooms[reverse("notices")] = news = unread_count(request.user)
    waits = asdict(found) | asdict(idle)
    said: dict[str, Any] = {"counters": {"rooms": rooms, "waits": waits, "total": found.attention, "news": news}}
    said |= live.offer(request)
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(said), "Cache-Control": "no-store"})


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


class _Lines:
    """Tasks as the rows of a page; what they have in common is asked once, and deadlines are often the same."""

    def __init__(self, request: PersonRequest) -> None:
        self.now, self.me, self.words = request.now, request.user.pk, _("from %(name)s")
        self.dues: dict[tuple[datetime | None, bool], tuple[str, bool]] = {}
        self.badges: dict[str, str] = {"SEEN": ""}

    def __call__(self, row: queries.TaskRow) -> dict[str, Any]:
        words, late = self._due(row)
        note = row.about
        if row.creator_id != self.me:
            given = self.words % {"name": row.creator}
            note = f"{note} · {given}" if note else given
        url = day_rows.address("task", row.id)
        return {
            "id": row.id,
            "at": row.deadline,
            "url": url,
            "title": row.title,
            "note": note,
            "text": row.text[:160],
            "due": words,
            "late": late,
            "done": day_rows.address("task_do", row.id, "submit"),
            # what asks for a result is handed in where it can be given
            "hand_in": f"{url}#submit" if row.proof else "",
            "badge": self._badge(row.state),
            "high": row.priority == 3,
            "icon": "",
        }

    def _due(self, row: queries.TaskRow) -> tuple[str, bool]:
        key = row.deadline, row.has_time
        if key not in self.dues:
            self.dues[key] = task_says.due(*key, self.now)
        return self.dues[key]

    def _badge(self, state: str) -> str:
        if state not in self.badges:
            self.badges[state] = marks.badge(str(queries.STATES[state]), TONES.get(state, ""))
        return self.badges[state]


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
    now, state = _local(request), task_narrow.asked(request)
    narrowed, line = bool(state.values), _Lines(request)
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
        words = _("Your plan of the day") if not days else _("Your report of the last day")
        return {"url": reverse("control_day", args=[pk]), "words": words, "state": state}
    words = ngettext("%(count)s report of the day waits", "%(count)s reports of the day wait", count) % {"count": count}
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


@page
def team(request: PersonRequest) -> HttpResponseBase:
    """The counters of everyone within reach: each number opens its rows. With filters, of the tasks they find."""
    access.require(request.user, "task", Right.VIEW)
    if address := task_narrow.tidied(request):
        return redirect(address)
    unit = read_id(request.GET.get("unit", ""))
    tree = access.tree_for(request.user)
    unit = unit if unit in tree.nodes else None
    state, now = task_narrow.counted(request), _local(request)
    context = task_narrow.filters(request, state, "task_team", [("unit", str(unit))] if unit else [], {}) | {
        "tabs": task_narrow.tabs("task_team", state),
        "heads": [queries.LABELS_OF[code] for code in (*SHOWN, "attention")],
        "units": unit_options(request, unit, state.pairs()),
        "unit": tree.nodes[unit].name if unit else _("All departments"),
        "narrowed": bool(state.values),
    }
    if state.values:
        found = queries.team_among(request.user, now, state, unit)
        context["rows"], numbers = team_rows.narrowed(found.rows, state.query), found.numbers[: -len(STEP_LABELS)]
    else:
        found = queries.team(request.user, now, unit)
        context["heads"] += STEP_LABELS.values()
        context["rows"], numbers = team_rows.drawn(found.rows), found.numbers
    context["total"] = team_rows.total(numbers)
    return TemplateResponse(request, "tasks/team.html", context)


# by deadline


@page
def board(request: PersonRequest) -> HttpResponseBase:
    """Unfinished work by deadline. A card moved to another lane gets another deadline, within its limits."""
    access.require(request.user, "task", Right.VIEW)
    if address := task_narrow.tidied(request):
        return redirect(address)
    who, state = request.GET.get("who", ""), task_narrow.asked(request)
    line, asks = _Lines(request), asks_why(request)
    lanes = queries.by_deadline(request.user, _local(request), who=who, state=state)
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


def _lane(lane: queries.Lane, line: _Lines, asks: Callable[[queries.TaskRow], bool]) -> dict[str, Any]:
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
            day = days.add_working_days(sunday + timedelta(days=8), -1)
        case "later":
            day = days.add_working_days(sunday + timedelta(days=15), -1)
        case _:
            raise Invalid(_("Nothing can be moved into the past."))
    return moment_of(day, None)


urlpatterns = [
    path("today/", today, name="today"),
    path("tasks/counters/", counters, name="task_counters"),
    path("tasks/board/", board, name="task_board"),
    path("tasks/board/<int:pk>/", lane, name="task_lane"),
    path("tasks/team/", team, name="task_team"),
]
