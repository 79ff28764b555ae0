"""What the board leads to: the records under a number, and how good the plans of closed periods were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.calc.planning_quality import PlanningQuality
from otdel.core.errors import Invalid, NotFound
from otdel.core.periods import Kind, Period
from otdel.core.titles import period_title
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import formats, marks
from otdel.interfaces.web.board_address import board_url
from otdel.interfaces.web.board_rows import row_key
from otdel.interfaces.web.board_says import Numbers
from otdel.interfaces.web.plan_words import metric_label
from otdel.plans.queries.board import board
from otdel.plans.queries.documents import METRICS
from otdel.plans.queries.drill import Drill, DrillQuery, Record, drill
from otdel.plans.queries.grid import as_period
from otdel.plans.queries.place import BoardQuery
from otdel.plans.queries.quality import ClosedLine, Quality, quality


@page
def rows(request: PersonRequest) -> HttpResponse:
    given = request.GET.dict()
    query = DrillQuery(BoardQuery.parse(given, request.today), _whole(given, "segment"), _whole(given, "only"))
    found = drill(request.user, query, request.today, _after(given))
    numbers = Numbers.of(query.board.metric, found.currency)
    context = {
        "title": metric_label(query.board.metric),
        "lead": _rows_lead(found, numbers),
        "crumbs": [(_("Plan"), board_url(query.board))],
        "rows": [_record(record, numbers) for record in found.records],
        "amount_label": ", ".join((_("Amount"), numbers.unit)) if numbers.unit else _("Count"),
        "first": "" if not given.get("after") else f"?{_without(given, 'after')}",
        "forward": f"?{_without(given, 'after')}&after={found.after[0]}_{found.after[1]}" if found.after else "",
    }
    return TemplateResponse(request, "plans/board_rows.html", context)


@page
def task(request: PersonRequest) -> HttpResponse:
    """Lead from a row that is behind to the form of a task, with the figures of this moment written down."""
    shown = board(request.user, BoardQuery.parse(request.GET.dict(), request.today), request.today)
    row = next((row for row in shown.rows if row_key(row) == request.GET.get("row")), None)
    if row is None:
        raise NotFound(_("There is no such department, or you may not see it."))
    numbers = Numbers.of(shown.query.metric, shown.currency)
    figures = row.figures
    text = _("%(name)s is behind the plan: %(fact)s of %(due)s. What is to be done?") % {
        "name": row.name,
        "fact": numbers(figures.fact),
        "due": numbers(figures.expected if shown.course.state == "open" else figures.amount),
    }
    whom = {"unit": f"{row.id}+"} if row.kind == "unit" else {"to": row.id}
    return redirect(f"{reverse('task_new')}?{urlencode(whom | {'title': text, 'accept': 1})}")


def _rows_lead(found: Drill, numbers: Numbers) -> str:
    words = {"period": period_title(found.query.board.period), "total": numbers.full(found.total)}
    return _("%(period)s: the records that make up %(total)s, latest first.") % words


def _record(record: Record, numbers: Numbers) -> dict[str, Any]:
    return {
        "day": formats.current().date(record.day),
        "customer": record.customer or formats.DASH,
        "label": record.label,
        "person": record.person,
        "amount": numbers.fmt.number(record.amount, 2) if numbers.currency else numbers.fmt.plain(record.amount),
        "visible": record.visible,
        "url": _card(record),
    }


def _card(record: Record) -> str:
    """Return the address of the record's card, or of its client's; "" where there is none."""
    if not record.visible:
        return ""
    for name, id in ((record.kind, record.id), ("customer", record.customer_id)):
        try:
            if id is not None:
                return reverse(name, args=[id])
        except NoReverseMatch:
            continue
    return ""


def _whole(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "")
    if not text:
        return None
    if not text.removeprefix("-").isdecimal() or not text.isascii() or len(text) > 15:
        raise Invalid(_("This address is damaged. Open the board again."))
    return int(text)


def _after(given: Mapping[str, str]) -> tuple[date, int] | None:
    text = given.get("after", "")
    if not text:
        return None
    day, _sep, id = text.partition("_")
    try:
        return date.fromisoformat(day), int(id[:18])
    except ValueError as error:
        raise Invalid(_("This address is damaged. Open the board again.")) from error


def _without(given: Mapping[str, str], name: str) -> str:
    return urlencode({key: value for key, value in given.items() if key != name})


@page
def planning_quality(request: PersonRequest) -> HttpResponse:
    given = request.GET.dict()
    given.setdefault("period", str(Period.of(Kind.YEAR, request.today)))
    query = BoardQuery.parse(given, request.today)
    found = quality(request.user, query, request.today)
    numbers = Numbers.of(query.metric, found.currency)
    context = {
        "title": _("Planning quality"),
        "lead": _quality_lead(found),
        "crumbs": [(_("Plan"), board_url(query, period=None))],
        "picks": _picks(found, request.today),
        "kpis": _kpis(found, numbers) if found.summary is not None else [],
        "periods": [_by_period(query, *each) for each in found.by_period],
        "worst": [_worst(found, line, numbers) for line in found.worst],
        "board": board_url(query, period=None),
    }
    return TemplateResponse(request, "plans/board_quality.html", context)


def _quality_url(query: BoardQuery, **changes: object) -> str:
    return f"{reverse('plan_quality')}?{query.address(**changes)}"


def _quality_lead(found: Quality) -> str:
    if found.summary is None:
        return period_title(found.query.period)
    words = {
        "share": formats.current().percent(found.summary.share_within),
        "tolerance": formats.current().percent(found.tolerance),
        "count": found.summary.judged,
    }
    return (
        ngettext(
            "%(share)s of %(count)s closed line came within ±%(tolerance)s of its plan.",
            "%(share)s of %(count)s closed lines came within ±%(tolerance)s of their plans.",
            found.summary.judged,
        )
        % words
    )


def _picks(found: Quality, today: date) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
    query = found.query
    units = [
        ("\u2003" * depth + name, _quality_url(query, unit=id), id == query.unit_id) for depth, id, name in found.units
    ]
    years = [Period.of(Kind.YEAR, today).plus(number) for number in range(0, -6, -1)]
    periods = [(period_title(year), _quality_url(query, period=year), year == query.period) for year in years]
    metrics = [(str(label), _quality_url(query, metric=name), name == query.metric) for name, label in METRICS]
    picks = [(_("Department"), found.title, units)] if units else []
    return [
        *picks,
        (_("Period"), period_title(query.period), periods),
        (_("Metric"), metric_label(query.metric), metrics),
    ]


def _kpis(found: Quality, numbers: Numbers) -> list[Any]:
    summary, fmt = found.summary, formats.current()
    assert summary is not None
    outside = _("%(over)s above, %(under)s below") % {"over": summary.over, "under": summary.under}
    return [
        marks.kpi(_("Within tolerance"), _share(fmt, summary.share_within), outside),
        marks.kpi("WAPE", _share(fmt, summary.wape), _("mean miss, share of the fact")),
        marks.kpi(_("Bias"), _signed(fmt, summary.bias), _lean(summary)),
        marks.kpi(_("Plans met"), f"{summary.met} / {summary.judged}", ""),
        _total(found, numbers),
    ]


def _total(found: Quality, numbers: Numbers) -> Any:
    fmt, summary = formats.current(), found.summary
    assert summary is not None
    if not found.is_level:
        return marks.kpi(_("Total against plan"), _signed(fmt, summary.total_deviation), _of_plan(found, numbers))
    gap = (found.fact - found.plan) / found.plan if found.plan else None
    return marks.kpi(_("At the end of the last period"), fmt.deviation(gap), _of_plan(found, numbers))


def _lean(summary: PlanningQuality) -> str:
    if summary.bias < 0:
        return _("plans were too high")
    return _("plans were too low") if summary.bias > 0 else ""


def _of_plan(found: Quality, numbers: Numbers) -> str:
    words = {"fact": numbers.whole(found.fact), "plan": numbers.whole(found.plan)}
    return _("%(fact)s of %(plan)s") % words


def _share(fmt: formats.Formats, value: float) -> str:
    return fmt.percent(None if value != value else value, 1)


def _signed(fmt: formats.Formats, value: float) -> str:
    return fmt.deviation(None if value != value else value)


def _by_period(query: BoardQuery, start: date, end: date, judged: PlanningQuality) -> dict[str, Any]:
    fmt, period = formats.current(), as_period(start, end)
    return {
        "name": period_title(period),
        "url": board_url(query, period=period),
        "lines": judged.judged,
        "within": _share(fmt, judged.share_within),
        "wape": _share(fmt, judged.wape),
        "bias": _signed(fmt, judged.bias),
        "total": _signed(fmt, judged.total_deviation),
    }


def _worst(found: Quality, line: ClosedLine, numbers: Numbers) -> dict[str, Any]:
    period = as_period(line.starts_on, line.ends_on)
    person = None if found.is_own else line.key.person_id
    return {
        "name": line.name,
        "segment": line.segment,
        "period": period_title(period),
        "url": board_url(found.query, unit=line.key.unit_id, person=person, period=period),
        "plan": numbers(line.plan),
        "fact": numbers(line.fact),
        "deviation": marks.deviation(line.deviation, found.tolerance),
    }


urlpatterns = [
    path("plan/rows/", rows, name="plan_rows"),
    path("plan/task/", task, name="plan_task"),
    path("plan/quality/", planning_quality, name="plan_quality"),
]
