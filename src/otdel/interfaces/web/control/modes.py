"""The modes of manual control there are and were."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import formats, marks
from otdel.interfaces.web.control import says
from otdel.interfaces.web.control.tabs import tabs
from otdel.interfaces.web.plan_words import metric_label
from otdel.measures import queries


@page
def controls(request: PersonRequest) -> HttpResponseBase:
    rows = queries.controls(request.user)
    context = {
        "tabs": tabs(request, "controls"),
        "rows": [mode_line(row, request) for row in rows],
        "may_declare": bool(queries.norm_units(request.user)),
    }
    return TemplateResponse(request, "control/list.html", context)


def mode_line(row: queries.ControlRow, request: PersonRequest) -> dict[str, Any]:
    fmt = formats.current()
    if row.ended_on:
        state, tone = _("over"), ""
    elif row.proposal:
        state, tone = row.proposal_name, "over"
    else:
        state, tone = _("in force"), "accent"
    return {
        "url": reverse("control", args=[row.id]),
        "who": row.who,
        "metric": metric_label(row.metric),
        "since": fmt.day(row.since, request.today),
        "until": fmt.day(row.ended_on or row.until, request.today),
        "state": marks.badge(str(state), tone),
        "then": says.attainment(row.attainment_then),
        "now": says.attainment(row.attainment_now),
        "exit": says.attainment(row.exit_share),
        "days": f"{row.accepted} / {row.days}",
    }
