"""How a person and a department kept what they were asked for: numbers, their rows, and the way of a year."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from otdel.core.listing.values import read_id
from otdel.core.periods import Kind, Period
from otdel.core.titles import period_title
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import formats
from otdel.interfaces.web.task_shared import tabs, unit_options
from otdel.org import access
from otdel.org.queries import calendar
from otdel.org.rules import Right
from otdel.tasks import queries

SHOWN = ("due", "in_time", "returned", "moved", "bad")
LOW = 0.8  # a share below this is outside of what is usual


@page
def efficiency(request: PersonRequest) -> HttpResponseBase:
    """Of oneself, and for a head of everyone under them; never of equals."""
    access.require(request.user, "task", Right.VIEW)
    period, unit = _period(request), read_id(request.GET.get("unit", ""))
    tree = access.tree_for(request.user)
    unit = unit if unit in tree.nodes else None
    zone: Any = timezone.get_current_timezone()
    asked = queries.Asked(period, request.now, zone, calendar(request.company.country))
    report = queries.efficiency(request.user, asked, unit)
    one = read_id(request.GET.get("person", ""))
    ids = [row.id for row in report.rows if one in (None, row.id)]
    months = queries.trend(request.user, asked, ids)
    name = next((row.name for row in report.rows if row.id == one), "")
    fmt = formats.current()
    kept = {"period": str(period)} | ({"unit": str(unit)} if unit else {})
    context = {
        "tabs": tabs("task_efficiency"),
        "periods": _periods(request, period, unit),
        "period": period_title(period),
        "units": unit_options(request, unit, [("period", str(period))]),
        "unit": tree.nodes[unit].name if unit else _("All departments"),
        "heads": [queries.JUDGED[code] for code in SHOWN],
        "rows": [_row(row, period, kept, fmt) for row in report.rows],
        "total": _cells(report.total, None, period, fmt),
        "total_own": fmt.number(report.own.due),
        "several": len(report.rows) > 1,
        "person": name,
        "all": f"?{urlencode(kept)}",
        "chart": _chart(months, fmt),
        "trend": [(fmt.month(month), _cells(each, None, period, fmt)) for month, each in reversed(months) if each.due],
    }
    return TemplateResponse(request, "tasks/efficiency.html", context)


def _period(request: PersonRequest) -> Period:
    try:
        return Period.parse(request.GET.get("period", ""))
    except ValueError:
        return Period.of(Kind.MONTH, request.today)


def _periods(request: PersonRequest, now: Period, unit: int | None) -> list[tuple[str, str, bool]]:
    month, kept = Period.of(Kind.MONTH, request.today), ({"unit": str(unit)} if unit else {})
    near = [month.plus(-number) for number in range(6)]
    near += [Period.of(kind, request.today).plus(-back) for kind in (Kind.QUARTER, Kind.YEAR) for back in (0, 1)]
    near += [] if now in near else [now]
    return [(period_title(each), f"?{urlencode({'period': str(each)} | kept)}", each == now) for each in near]


def _row(row: Any, period: Period, kept: dict[str, str], fmt: formats.Formats) -> dict[str, Any]:
    own = row.own.due
    return {
        "name": row.name,
        "url": f"?{urlencode(kept | {'person': row.id})}",
        "cells": _cells(row.asked, row.id, period, fmt),
        "own": fmt.number(own),
        "own_url": _rows_url("own", row.id, period) if own else "",
    }


def _cells(found: queries.Efficiency, person: int | None, period: Period, fmt: formats.Formats) -> list[dict[str, Any]]:
    """Return what came due as a number, the rest as shares of it, the median delay, and the efficiency."""
    cells = []
    for code in SHOWN:
        count = getattr(found, code)
        share = found.share(count)
        words = fmt.number(count) if code == "due" else fmt.percent(share)
        url = _rows_url(code, person, period) if person and count else ""
        cells.append({"text": words, "note": fmt.number(count) if code != "due" else "", "url": url, "low": False})
    late = found.due - found.in_time
    delay = fmt.number(found.delay, 1) if found.delay is not None else formats.DASH
    url = _rows_url("late", person, period) if person and late else ""
    cells.append({"text": delay, "note": "", "url": url, "low": False})
    score = found.score
    cells.append({"text": fmt.percent(score), "note": "", "url": "", "low": score is not None and score < LOW})
    return cells


def _rows_url(code: str, person: int, period: Period) -> str:
    return f"{reverse('tasks')}?{urlencode({'judged': f'{code}:{person}:{period}'})}"


def _chart(months: list[tuple[Any, queries.Efficiency]], fmt: formats.Formats) -> dict[str, Any] | None:
    """Per cent of each month; a month without anything due has no bar."""
    if not any(each.due for _month, each in months):
        return None

    def of(share: float | None) -> float | None:
        return None if share is None else round(100 * share, 1)

    in_time = [of(each.share(each.in_time)) for _month, each in months]
    return {
        "labels": [fmt.month_short(month) for month, _each in months],
        "names": [fmt.month(month) for month, _each in months],
        "series": [
            {"name": pgettext("efficiency", "Efficiency, %"), "values": [of(each.score) for _month, each in months]},
            {
                "name": pgettext("efficiency", "In time, %"),
                "values": in_time,
            },
        ],
    }


urlpatterns = [path("tasks/efficiency/", efficiency, name="task_efficiency")]
