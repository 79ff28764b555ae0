"""The board on paper: a document set by typst, with the curve and the heat map drawn in it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from otdel.core.periods import Kind
from otdel.core.titles import period_title
from otdel.interfaces.web import board_says as says
from otdel.interfaces.web import formats
from otdel.interfaces.web.board_heads import gap_label, said_order
from otdel.interfaces.web.board_rows import Drawing
from otdel.interfaces.web.board_says import Numbers
from otdel.interfaces.web.plan_words import LONGEST_MONTH, metric_label
from otdel.interfaces.web.plan_words import cuts as cut_labels
from otdel.plans.queries.board import Board
from otdel.plans.queries.figures import Figures

HERE = Path(__file__).parent
MOST_DAYS = 10
# days of a stretch that is no month, under the curve
MOST_MARKS = 15
TICKS = 5


def paper(shown: Board) -> bytes:
    """Set the board as a document. The numbers go in as data, so no name can become a command."""
    numbers = Numbers.of(shown.query.metric, shown.currency)
    data = {
        "lang": formats.current().locale.language,
        "colours": colours(),
        "title": says.title(shown),
        "lead": strip_tags(says.lead(shown, numbers)),
        "facts": [(label, text) for label, text in summary(shown) if label],
        "unit": numbers.unit,
        "rhythm": rhythm(shown, numbers),
        "curve": curve(shown, numbers),
        "heads": [_("Row"), *(label for label, _form in headings(shown))],
        "rows": [_printed(shown, numbers, row.name, row.figures) for row in shown.rows if row != shown.total],
        "total": _printed(shown, numbers, shown.total.name, shown.total.figures),
        "cut": cut_labels()[shown.query.cut],
        "segments": [_printed(shown, numbers, one.name, one.figures) for one in shown.sorted_segments],
        "heat": heat(shown, numbers),
        "notes": says.notes(shown, numbers),
    }
    made = typst.compile(_template(), sys_inputs={"data": json.dumps(data)}, ignore_system_fonts=True)
    return bytes(made)


@lru_cache(maxsize=1)
def _template() -> bytes:
    return (HERE / "board.typ").read_bytes()


@lru_cache(maxsize=1)
def colours() -> dict[str, str]:
    """Return the light colours of the design system: paper has no file of its own for them."""
    light = (HERE / "static/css/tokens.css").read_text(encoding="utf-8").partition("}")[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))


def headings(shown: Board) -> list[tuple[str, str]]:
    """Return the columns of the screen: what they are called and how they are written."""
    found = [
        (_("Plan"), "money"),
        (_("Expected to date"), "money"),
        (_("Fact"), "money"),
        (gap_label(Numbers.of(shown.query.metric, shown.currency).unit), "money"),
        (_("Deviation"), "percent"),
        (_("Attainment"), "percent"),
        (_("Share"), "percent"),
    ]
    return [*found, (_("At this pace"), "money"), (_("Needed per day"), "money")] if is_open(shown) else found


def is_open(shown: Board) -> bool:
    return shown.course.state == "open"


def summary(shown: Board) -> list[tuple[str, str]]:
    """What the head of the page says."""
    numbers = Numbers.of(shown.query.metric, shown.currency)
    order = said_order(shown.query, numbers.unit)
    return [
        (_("Department, employee"), shown.title),
        (_("Metric"), metric_label(shown.query.metric)),
        (_("Period"), period_title(shown.query.period)),
        (_("As of"), formats.current().day(shown.course.today)),
        *([(_("Order"), order)] if order else []),
        ("", strip_tags(says.lead(shown, numbers))),
    ]


def _printed(shown: Board, numbers: Numbers, name: str, figures: Figures) -> list[str]:
    fmt = numbers.fmt
    sign = {"under": " ▼", "over": " ▲"}.get(figures.mark, "")
    cells = [
        name, numbers(figures.amount), numbers(figures.expected), numbers(figures.fact), numbers.short(figures.gap),
        fmt.deviation(figures.deviation) + sign, fmt.percent(figures.attainment, 1), fmt.percent(figures.share),
    ]  # fmt: skip
    return [*cells, numbers.rough(figures.landing), numbers(figures.needed)] if is_open(shown) else cells


def rhythm(shown: Board, numbers: Numbers) -> dict[str, Any] | None:
    """Return the rhythm, step by step, as on the screen."""
    has_plan = shown.total.figures.amount is not None
    steps = [
        [str(step[name]) for name in ("day", "passed", "even", "share", *(["due"] if has_plan else []))]
        for step in says.rhythm(shown, numbers)
    ]
    if not steps:
        return None
    heads = [
        _("By the end of"),
        _("Working days"),
        _("At even pace"),
        _("By the rhythm"),
        *([_("To date")] if has_plan else []),
    ]
    return {"title": _("The rhythm, step by step"), "heads": heads, "rows": steps}


# the curve

Series = Sequence[Decimal | None]


def curve(shown: Board, numbers: Numbers) -> dict[str, Any] | None:
    """Return the running sums as points of a square of one by one, with what stands at its edges; None without any."""
    held = shown.curve
    if held is None or (held.plan is None and not any(held.fact)):
        return None
    named: list[tuple[str, str, Series]] = [
        ("past", _("A year ago"), held.past or ()),
        ("plan", _("Plan"), held.plan or ()),
        ("fact", _("Fact"), held.fact),
    ]
    series = [(kind, label, values) for kind, label, values in named if values]
    low, top, marks = _scale([value for _kind, _label, values in series for value in values if value is not None])
    last = max(len(held.days) - 1, 1)
    today = (shown.course.today - held.days[0]).days if is_open(shown) else None
    chosen = _chosen(len(held.days), today)
    return {
        "title": says.curve_title(shown),
        "today": None if today is None else today / last,
        "said_today": _("today"),
        "ticks": [(_share(mark, low, top), _rounded(mark, numbers)) for mark in marks],
        "days": [(at / last, words) for at, words in _marked(shown, held.days)],
        "series": [
            {"kind": kind, "label": label, "points": _points(values, last, low, top)} for kind, label, values in series
        ],
        "table": [
            ["", *(_short(held.days[at]) for at in chosen)],
            *([label, *(_written(values, at, numbers) for at in chosen)] for _kind, label, values in reversed(series)),
        ],
    }


def _scale(values: Iterable[Decimal]) -> tuple[Decimal, Decimal, list[Decimal]]:
    """Return the ends of the scale and its marks: round steps of 1, 2, 2.5 or 5 with zero among them."""
    known = [*values, Decimal(0)]
    low, top = min(known), max(known)
    rough = max(top - low, Decimal(1)) / TICKS
    ten = Decimal(10) ** math.floor(rough.log10())
    step = next(ten * part for part in (1, 2, Decimal("2.5"), 5, 10) if ten * part >= rough)
    first, last = math.floor(low / step), max(math.ceil(top / step), 1)
    return step * first, step * last, [step * number for number in range(first, last + 1)]


def _rounded(mark: Decimal, numbers: Numbers) -> str:
    """«10 млн»: a mark of the scale is round, zeros after its comma say nothing."""
    return re.sub(rf"{re.escape(numbers.fmt.decimal)}0+(?!\d)", "", numbers.rough(mark))


def _share(value: Decimal, low: Decimal, top: Decimal) -> float:
    return float((value - low) / (top - low))


def _points(values: Series, last: int, low: Decimal, top: Decimal) -> list[tuple[float, float]]:
    return [
        (round(at / last, 5), round(_share(value, low, top), 5)) for at, value in enumerate(values) if value is not None
    ]


def _chosen(length: int, today: int | None) -> list[int]:
    """Return the days that are named under the curve and in its table: evenly, the last always, today's beside."""
    step = max(math.ceil(length / MOST_DAYS), 1)
    days = {*range(length - 1, -1, -step)}
    if today is not None:
        days = {day for day in days if abs(day - today) > step / 2 or day == length - 1} | {today}
    return sorted(days)


def _marked(shown: Board, days: Sequence[date]) -> list[tuple[int, str]]:
    """Return what stands under the curve, as on the screen: of a long one its months, of a month every day."""
    fmt = formats.current()
    if len(days) > LONGEST_MONTH:
        return [(at, fmt.month_tick(day, at == 0)) for at, day in enumerate(days) if day.day == 1]
    if shown.query.period.kind == Kind.MONTH:
        return [(at, str(day.day)) for at, day in enumerate(days)]
    step = math.ceil(len(days) / MOST_MARKS)
    return [(at, _short(day)) for at, day in enumerate(days) if at % step == 0]


def _short(day: date) -> str:
    return f"{day.day:02}.{day.month:02}"


def _written(values: Series, at: int, numbers: Numbers) -> str:
    value = values[at] if at < len(values) else None
    return "" if value is None else numbers(value)


# the map


def heat(shown: Board, numbers: Numbers) -> dict[str, Any] | None:
    """Return the map of rows by segments as on the screen: the tone of a cell and its text."""
    found = Drawing(shown, numbers).heat()
    if not found:
        return None
    return {
        "title": _("Deviation by segment"),
        "note": _("where nothing is planned, the share of the fact"),
        "heads": [_("Row"), *found["columns"]],
        "rows": [(name, [(tone, text) for tone, text, _url in cells]) for name, cells in found["rows"]],
    }
