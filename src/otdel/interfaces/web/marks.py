"""Small marks made in loops: badges, deviations, bullets, cells of a heat map. Strings, no templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zlib import crc32

from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from otdel.interfaces.web import formats, frame
from otdel.interfaces.web.formats import Number

WIDTH = 168
TOLERANCE = 0.2


def badge(text: str, tone: str = "", icon: str = "") -> SafeString:
    """A word of status; `tone` is "", "accent", "under", "over" or "done"."""
    sign = frame.icon(icon) if icon else ""
    return mark_safe(f'<span class="badge {escape(tone)}">{sign}{escape(text)}</span>')


def deviation(
    ratio: Number | None, tolerance: Number = TOLERANCE, places: int = 1, fmt: formats.Formats | None = None
) -> SafeString:
    """«−33,4 % ▼» with colour, sign and words when outside tolerance either way; loops give their `fmt`."""
    fmt = fmt or formats.current()
    text = fmt.deviation(ratio, places)
    if ratio is None or _within(ratio, tolerance):
        return SafeString(f'<span class="dev">{text}</span>')
    tone = "under" if ratio < 0 else "over"
    return SafeString(f'<span class="dev {tone}">{text} {_outside(fmt.lang, tone)}</span>')


def _within(ratio: Number, tolerance: Number) -> bool:
    """Compare Decimals as they are; a float meets the tolerance as the float nearest to it."""
    if type(ratio) is Decimal and type(tolerance) is Decimal:
        return abs(ratio) <= tolerance
    return abs(float(ratio)) <= float(tolerance)


@lru_cache(maxsize=8)
def _outside(lang: str, tone: str) -> str:
    """Return the sign and, for whoever does not see it, the words."""
    sign, words = ("▼", _("below tolerance")) if tone == "under" else ("▲", _("above tolerance"))
    return f'<span aria-hidden="true">{sign}</span><span class="sr">, {escape(words)}</span>'


def explained(figure: str, sentence: str, id: str) -> SafeString:
    """A figure that says how it is made when pressed. No script: the browser opens it, Esc and a tap beside close it.

    The focus goes into the sentence, so that it is read aloud, and comes back to the figure. `id` is one of its page.
    """
    figure, sentence = conditional_escape(figure), conditional_escape(sentence)
    return SafeString(
        f'<button type="button" class="how" popovertarget="{id}">{figure}</button>'
        f'<span popover class="said" id="{id}" role="note" tabindex="-1" autofocus>{sentence}</span>'
    )


def bullet(
    fact: Number,
    plan: Number | None = None,
    due: Number | None = None,
    low: Number | None = None,
    high: Number | None = None,
    top: Number | None = None,
    kind: str = "",
) -> SafeString:
    """Fact as a bar, plan as a thick tick, expected to date as a thin one, forecast from `low` to `high` as a fan.

    Give every row of a table the same `top`, so that bars compare. The row has the numbers, so it is not read aloud.
    """
    full = float(top or max(value for value in (fact, plan or 0, high or 0, 1) if value is not None) or 1)
    scale = (WIDTH - 2) / full

    def at(value: Number) -> str:
        place = float(value) * scale
        return "0.0" if place <= 0 else f"{place:.1f}" if place < WIDTH - 2 else f"{WIDTH - 2}.0"

    end = at(full if plan is None else plan)
    parts = [f'<rect class="track" y="7" width="{end}" height="5"/>']
    if low is not None and high is not None:
        parts.append(
            f'<rect class="fan" x="{at(low)}" y="6" width="{max(float(at(high)) - float(at(low)), 1):.1f}" height="7"/>'
        )
    parts.append(f'<rect class="fact" y="6" width="{at(fact)}" height="7"/>')
    if due is not None:
        parts.append(f'<path class="due" d="M{at(due)} 2V17"/>')
    if plan is not None:
        parts.append(f'<path class="plan" d="M{end} 1V18"/>')
    name = f"bullet {kind}" if kind else "bullet"
    stretch = ' preserveAspectRatio="none"' if kind == "wide" else ""
    return SafeString(
        f'<svg class="{name}" viewBox="0 0 {WIDTH} 18" aria-hidden="true"{stretch}>{"".join(parts)}</svg>'
    )


def heat(ratio: Number | None, tolerance: Number = TOLERANCE) -> str:
    """Return the class of a heat map's cell: within tolerance nothing, then three depths either way."""
    if ratio is None:
        return "none"
    size = abs(float(ratio)) / (float(tolerance) or 1)
    if size <= 0.5:
        return ""
    depth = 1 if size <= 1 else 2 if size <= 2 else 3
    return f"{'u' if ratio < 0 else 'o'}{depth}"


def heat_share(share: Number | None) -> str:
    """Return the class of a cell without a plan: the deeper the grey, the larger its share of the row."""
    if share is None or share < 0.1:
        return "none"
    return "n1" if share < 0.25 else "n2" if share < 0.5 else "n3"


def kpi(label: str, value: str, note: str = "", href: str = "", how: str = "", tone: str = "") -> SafeString:
    """One figure of a strip; `href` leads to the rows under it, `how` is a sentence that says how it is made."""
    inner = format_html('<a href="{}">{}</a>', href, value) if href else format_html("{}", value)
    if how:
        inner = explained(value, how, f"how-{crc32(label.encode()):x}")
    return format_html(
        '<div class="kpi"><span>{}</span><strong{}>{}</strong><small>{}</small></div>',
        label,
        format_html(' class="is-{}"', tone) if tone else "",
        inner,
        note,
    )


def chart_key(data: Mapping[str, Any]) -> SafeString:
    names = {"plan": _("plan"), "fact": _("fact"), "fan": _("forecast"), "past": _("a year ago")}
    present = [(name, words) for name, words in names.items() if data.get("high" if name == "fan" else name)]
    present += [(PAINTS[at % len(PAINTS)], str(each["name"])) for at, each in enumerate(data.get("series", ()))]
    rows = format_html_join("", '<span><i class="k-{}"></i>{}</span>', present)
    return format_html('<span class="key">{}</span>', rows) if rows else SafeString()


# the colours charts.js gives to series of a chart's own, in this order
PAINTS = ("fact", "fan", "other", "past")
SERIES = ("plan", "fact", "low", "middle", "high", "past")


def chart_table(data: Mapping[str, Any], label: str) -> SafeString:
    """Return the same numbers as rows: one per label, one column per series."""
    names = {
        "plan": _("Plan"),
        "fact": _("Fact"),
        "low": _("Forecast from"),
        "middle": _("Forecast"),
        "high": _("Forecast to"),
        "past": _("A year ago"),
    }
    columns: list[tuple[str, Sequence[Any]]] = [(names[key], data[key]) for key in SERIES if data.get(key)]
    columns += [(str(series["name"]), series["values"]) for series in data.get("series", ())]
    head = mark_safe("".join([f'<th scope="col" class="num">{escape(name)}</th>' for name, _values in columns]))
    fmt = formats.current()
    rows = [_chart_row(fmt, text, at, columns) for at, text in enumerate(data.get("names") or data["labels"])]
    return format_html(
        '<div class="numbers table-wrap" tabindex="0" role="region" aria-label="{0}">'
        '<table class="low"><caption class="sr">{0}</caption>'
        "<thead><tr><td></td>{1}</tr></thead><tbody>{2}</tbody></table></div>",
        label,
        head,
        mark_safe("".join(rows)),
    )


def _chart_row(fmt: formats.Formats, text: Any, at: int, columns: Sequence[tuple[str, Sequence[Any]]]) -> str:
    cells = "".join(f'<td class="num">{_cell(fmt, values, at)}</td>' for _name, values in columns)
    return f'<tr><th scope="row">{escape(text)}</th>{cells}</tr>'


def _cell(fmt: formats.Formats, values: Sequence[Any], at: int) -> str:
    value = values[at] if at < len(values) else None
    if value is None:
        return ""
    whole = int(value)
    return fmt.number(whole) if value == whole else fmt.number(Decimal(str(value)), 2)
