"""The board: where the plan stands. The address of the page is its whole state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otdel.core.periods import Kind, Period
from otdel.core.titles import period_inside, period_title
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import board_says as says
from otdel.interfaces.web import formats
from otdel.interfaces.web.board_address import board_url
from otdel.interfaces.web.board_heads import chooser, heads
from otdel.interfaces.web.board_rows import Drawing, legend
from otdel.interfaces.web.board_says import Numbers
from otdel.interfaces.web.plan_words import LONGEST_MONTH, metric_label
from otdel.interfaces.web.plan_words import cuts as cut_labels
from otdel.interfaces.web.templatetags.look import pick
from otdel.org import access
from otdel.org.rules import Right
from otdel.plans.queries.board import Board, BoardQuery, board
from otdel.plans.queries.documents import METRICS
from otdel.plans.queries.opening import opening
from otdel.plans.queries.pending import Pending, pending

# a year's months are offered one by one, those of ten years are not
LONGEST_SPLIT = 366


@page
def show(request: PersonRequest) -> HttpResponse:
    shown = board(request.user, BoardQuery.parse(request.GET.dict(), request.today), request.today)
    nearest = _nearest(request, shown)
    if nearest is not None and nearest != shown.query:
        asked = shown.query.period if nearest.period != shown.query.period else None
        return HttpResponseRedirect(board_url(nearest, instead=asked))
    may_import = bool(access.scope(request.user, "import", Right.CREATE))
    under_way = _under_way(request, shown)
    waits = says.waiting(shown, under_way)
    numbers = Numbers.of(shown.query.metric, shown.currency)
    steers = access.scope(request.user, "plan", Right.CHANGE) > 0 and not shown.is_own
    draw = Drawing(shown, numbers, access.scope(request.user, "task", Right.CREATE) > 0, steers)
    rows_head = _("Department") if shown.query.by == "unit" else _("Employee")
    context = {
        "shown": shown,
        "title": says.title(shown),
        "lead": says.lead(shown, numbers, waits),
        "picks": _picks(shown.query, shown.title, shown.units, request.today, numbers.fmt.lang),
        "steps": _steps(shown),
        "kpis": says.kpis(shown, numbers, draw.drills()),
        "curve": _curve(shown, numbers),
        "notes": says.notes(shown, numbers),
        "rhythm": says.rhythm(shown, numbers),
        "has_plan": shown.total.figures.amount is not None,
        "curve_label": says.curve_title(shown),
        "cut_label": cut_labels()[shown.query.cut],
        "rows_head": rows_head,
        "rows_heads": heads(shown.query, draw.is_open, numbers.unit, rows_head, "rows", numbers.fmt.lang),
        "rows_order": chooser(shown.query, draw.is_open, numbers.unit, "rows", numbers.fmt.lang),
        "cut_heads": heads(shown.query, False, numbers.unit, _("Segment"), "segments", numbers.fmt.lang),
        "cut_order": chooser(shown.query, False, numbers.unit, "segments", numbers.fmt.lang),
        "rows_title": _("By department") if shown.query.by == "unit" else _("By employee"),
        "crumbs": _crumbs(shown),
        "state": [(name, value) for name, value in parse_qsl(shown.query.address(period=None))],
        "first": shown.query.period.start.isoformat(),
        "last": shown.query.period.last.isoformat(),
        "rows": draw.rows() if not shown.is_own else "",
        "foot": draw.cells(shown.total),
        "segments": [draw.segment(one) for one in shown.sorted_segments],
        "opened": draw.opened,
        "legend": legend(shown),
        "heat": draw.heat_table(),
        "tabs": _tabs(shown),
        "empty": says.empty(shown, waits),
        "instead": _instead(request, shown),
        "is_beginning": nearest is None and not request.GET and says.is_empty(shown) and may_import and not waits,
        "tolerance": formats.current().percent(shown.course.tolerance),
        "unit": numbers.unit,
        "address": shown.query.address(),
        "plan_way": _plan_way(request, shown, under_way),
        "may_import": may_import,
        "may_export": access.scope(request.user, "plan", Right.EXPORT),
        "control_url": reverse("control_days") if steers else "",
        "quality_url": f"{reverse('plan_quality')}?{_quality_address(shown.query)}",
    }
    return TemplateResponse(request, "plans/board.html", context)


def _is_open(request: PersonRequest, shown: Board) -> bool:
    """Is the board empty, and was it left to us which one to show?"""
    return says.is_empty(shown) and not {"metric", "period"} <= request.GET.keys() and "from" not in request.GET


def _nearest(request: PersonRequest, shown: Board) -> BoardQuery | None:
    """Return the nearest board with numbers when this one is empty and was not asked for by name."""
    return opening(request.user, shown.query, request.GET.keys()) if _is_open(request, shown) else None


def _instead(request: PersonRequest, shown: Board) -> tuple[str, str, str] | None:
    """Return why another period is shown, and the way to the one people expect: (sentence, its name, address)."""
    try:
        asked = Period.parse(request.GET.get("instead", ""))
    except ValueError:
        return None
    return says.instead(asked, shown), period_inside(asked), board_url(shown.query, period=asked)


def _under_way(request: PersonRequest, shown: Board) -> Pending | None:
    """Return the plan that is not approved yet where there is no approved one. Asked only there."""
    if shown.total.figures.plan is not None or shown.is_own:
        return None
    return pending(request.user, shown.query, request.today)


def _plan_way(request: PersonRequest, shown: Board, under_way: Pending | None) -> tuple[str, str, bool] | None:
    """Return the way to the missing plan: (address, name, is it one's next step); None where there is one, or no way.

    To the one that is under way; without one, to the form, filled in with what one looks at.
    """
    if under_way is not None:
        return reverse("plan_grid", args=[under_way.id]), says.way_to(under_way), under_way.is_mine
    if shown.total.figures.plan is not None or shown.is_own or not access.scope(request.user, "plan", Right.CREATE):
        return None
    query = shown.query
    asked = {"metric": query.metric, "unit": query.unit_id, "period": query.period}
    return f"{reverse('plan_new')}?{urlencode(asked)}", _("Create a plan"), True


def _quality_address(query: BoardQuery) -> str:
    return query.address(period=Period.of(Kind.YEAR, query.period.start), cut="", by="", sort="")


# choosing


@lru_cache(maxsize=256)
def _picks(
    query: BoardQuery, title: str, units: tuple[tuple[int, int, str], ...], today: date, _lang: str
) -> SafeString:
    """Return the choices of the top bar. Kept: sixty addresses that are the same until one looks elsewhere."""
    here = query.person_id is None
    places = [
        ("\u2003" * depth + name, board_url(query, unit=id, person=None, by=None), here and id == query.unit_id)
        for depth, id, name in units
    ]
    metrics = [(str(label), board_url(query, metric=name), name == query.metric) for name, label in METRICS]
    cuts = [(label, board_url(query, cut=name), name == query.cut) for name, label in cut_labels().items()]
    periods = [
        (period_title(each), board_url(query, period=each), each == query.period)
        for each in _periods(today, query.period)
    ]
    drawn = [
        pick(title, places, _("Department")) if units else "",
        pick(period_title(query.period), periods, _("Period")),
        pick(metric_label(query.metric), metrics, _("Metric")),
        pick(cut_labels()[query.cut], cuts, _("Cut")),
    ]
    return SafeString("".join(drawn))


def _periods(today: date, shown: Period) -> list[Period]:
    """Return the periods one looks at most: of every kind the present ones, and those in and around the one shown."""
    around = {Kind.MONTH: range(-6, 2), Kind.QUARTER: range(-3, 2), Kind.WEEK: range(-2, 1)}
    around |= {Kind.HALF: range(-1, 1), Kind.YEAR: range(-2, 1)}
    found = []
    for kind, numbers in around.items():
        near = {Period.of(kind, today).plus(number) for number in numbers}
        found += sorted(near | set(_beside(shown, kind)), reverse=True)
    return found


def _beside(shown: Period, kind: Kind) -> Iterator[Period]:
    """Yield what of a kind lies in the period shown, holds its first day, or stands next to it."""
    here = Period.of(kind, shown.start)
    yield here
    if kind != Kind.WEEK and len(shown) <= LONGEST_SPLIT:
        yield from (piece for piece in shown.split(kind) if piece.kind == kind)
    for number in (-1, 1) if kind == shown.kind else ():
        with suppress(ValueError):
            yield here.plus(number)


def _steps(shown: Board) -> list[tuple[str, str, str]]:
    """Return the way to the period before and after: (address, name, icon)."""
    found = []
    for number, icon in ((-1, "chevron-left"), (1, "chevron-right")):
        try:
            period = shown.query.period.plus(number)
        except ValueError:
            continue
        found.append((board_url(shown.query, period=period), period_title(period), icon))
    return found


def _tabs(shown: Board) -> list[tuple[str, str, bool]]:
    if not shown.has_children or shown.query.person_id is not None:
        return []
    by = shown.query.by
    return [
        (_("By department"), board_url(shown.query, by="unit"), by == "unit"),
        (_("By employee"), board_url(shown.query, by="person"), by == "person"),
    ]


def _crumbs(shown: Board) -> list[tuple[str, str]]:
    """From the company down to the department one looks at; a person's page stands under the department."""
    if shown.is_own:
        return []
    path: list[tuple[str, str]] = []
    wanted: int | None = None
    for depth, id, name in reversed(shown.units):
        if depth == wanted or id == shown.query.unit_id:
            path.append((name, board_url(shown.query, unit=id, person=None, by=None)))
            wanted = depth - 1
    path.reverse()
    return path if shown.query.person_id is not None else path[:-1]


# the curve


def _curve(shown: Board, numbers: Numbers) -> Mapping[str, Any] | None:
    curve = shown.curve
    if curve is None or (curve.plan is None and not any(curve.fact)):
        return None
    fmt = formats.current()
    short = shown.query.period.kind == Kind.MONTH
    data: dict[str, Any] = {
        "labels": [str(day.day) if short else f"{day.day:02}.{day.month:02}" for day in curve.days],
        "names": [fmt.day(day) for day in curve.days],
        "fact": _floats(curve.fact),
    }
    if curve.plan is not None:
        data["plan"] = _floats(curve.plan)
    if curve.past is not None:
        data["past"] = _floats(curve.past)
    if len(curve.days) > LONGEST_MONTH:
        data["ticks"] = {at: fmt.month_tick(day, at == 0) for at, day in enumerate(curve.days) if day.day == 1}
    if shown.course.state == "open":
        data["today"] = (shown.course.today - curve.days[0]).days
    return data


def _floats(values: Iterable[Decimal | None]) -> list[float | None]:
    return [None if value is None else float(value) for value in values]


urlpatterns = [path("plan/", show, name="plan")]
