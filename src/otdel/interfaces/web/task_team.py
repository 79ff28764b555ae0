"""The counters: of oneself on every page, and of everyone within reach for heads."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from otdel.core.listing.values import read_id
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import live, task_narrow, team_rows
from otdel.interfaces.web.task_shared import unit_options
from otdel.interfaces.web.team_rows import SHOWN, STEP_LABELS
from otdel.notifications.queries import unread_count
from otdel.org import access
from otdel.org.rules import Right
from otdel.tasks import queries


@page
def counters(request: PersonRequest) -> HttpResponseBase:
    """Numbers for the rail, the bell and the title, asked for once a page is there. Two queries."""
    waiting = queries.waiting(request.user, timezone.localtime(request.now))
    found, idle = waiting.counters, waiting.steps
    rooms = {reverse("tasks"): found.attention, reverse("today"): found.overdue + found.today}
    rooms |= {reverse("deals"): idle.deals, reverse("customers"): idle.customers}
    rooms[reverse("notices")] = news = unread_count(request.user)
    waits = asdict(found) | asdict(idle)
    said: dict[str, Any] = {"counters": {"rooms": rooms, "waits": waits, "total": found.attention, "news": news}}
    said |= live.offer(request)
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(said), "Cache-Control": "no-store"})


@page
def team(request: PersonRequest) -> HttpResponseBase:
    """The counters of everyone within reach: each number opens its rows. With filters, of the tasks they find."""
    access.require(request.user, "task", Right.VIEW)
    if address := task_narrow.tidied(request):
        return redirect(address)
    unit = read_id(request.GET.get("unit", ""))
    tree = access.tree_for(request.user)
    unit = unit if unit in tree.nodes else None
    state, now = task_narrow.counted(request), timezone.localtime(request.now)
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


urlpatterns = [
    path("tasks/counters/", counters, name="task_counters"),
    path("tasks/team/", team, name="task_team"),
]
