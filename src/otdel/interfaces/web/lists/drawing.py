"""Rows of a list as finished HTML. String work in Python: a template loop would cost several times as much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from otdel.core.listing import Column, Kind, Page
from otdel.interfaces.web import formats
from otdel.interfaces.web.lists.page import ListPage

Row = tuple[Any, ...]
Cell = Callable[[Row], str]


@dataclass(frozen=True)
class Drawing:
    """All that cells need to know, asked once per page."""

    page: ListPage
    fmt: formats.Formats
    zone: tzinfo
    today: date
    now: datetime
    rows: list[Row]
    choosable: bool


def body(drawing: Drawing, found: Page) -> SafeString:
    """Return the rows of the table."""
    cells = _cells(drawing, found)
    before, after = _around(drawing.page.card, ' data-href="', '"')
    check = ""
    if drawing.choosable:
        check = (
            '<td class="fit only-screen"><input type="checkbox" name="ids" form="bulk" value="{}" aria-label="{}"></td>'
        )
        check = check.replace("{}", "@", 1).replace("{}", escape(_("Choose")))
    rows = []
    for row in found.rows:
        number = str(row[0])
        inside = "".join([cell(row) for cell in cells])
        href = f"{before}{number}{after}" if before else ""
        rows.append(f"<tr{href}>{check.replace('@', number)}{inside}</tr>")
    return mark_safe("".join(rows))  # noqa: S308 - every cell escapes what it was given


@lru_cache(maxsize=256)
def _address(name: str) -> tuple[str, str]:
    """Return what stands before and after the number in an address; nothing while there is no such page."""
    try:
        before, _zero, after = reverse(name, args=[0]).rpartition("0")
    except NoReverseMatch:
        return "", ""
    return before, after


def _around(name: str, opening: str, closing: str) -> tuple[str, str]:
    if not name:
        return "", ""
    before, after = _address(name)
    if not before:
        return "", ""
    return opening + escape(before), escape(after) + closing


def _cells(drawing: Drawing, found: Page) -> list[Cell]:
    columns = found.state.columns
    places = found.state.listing.places(columns)
    return [
        _cell(drawing, column, at, first=index == 0)
        for index, (column, at) in enumerate(zip(columns, places, strict=True))
    ]


def td(column: Column) -> str:
    kind = "num" if column.numeric else "nowrap" if column.kind is Kind.PERSON else ""
    names = " ".join(name for name in (kind, column.phone) if name)
    return f'<td class="{names}">' if names else "<td>"


def _cell(drawing: Drawing, column: Column, at: int, first: bool) -> Cell:
    opening = td(column)
    inside = MAKERS[column.kind](drawing, column, at, first)

    def cell(row: Row) -> str:
        return f"{opening}{inside(row)}</td>"

    return cell


def _text(drawing: Drawing, column: Column, at: int, first: bool) -> Cell:
    def cell(row: Row) -> str:
        value = row[at]
        return escape(str(value)) if value is not None else ""

    return cell


def _link(drawing: Drawing, column: Column, at: int, first: bool) -> Cell:
    """The name of a record, leading to its card; a record without a name is shown by its number."""
    name = drawing.page.card if first else drawing.page.links.get(column.key, "")
    before, after = _around(name, f'<a class="{"row-link" if first else "plain"}" href="', '">')
    if not before:
        return _text(drawing, column, at, first)

    def cell(row: Row) -> str:
        name, number = row[at], row[at + 1]
        if isinstance(name, date):  # a record known by its day, such as a payment
            name = drawing.fmt.date(name)
        return f"{before}{number}{after}{escape(name or f'#{number}')}</a>" if number is not None else ""

    return cell


def _choice(drawing: Drawing, column: Column, at: int, first: bool) -> Cell:
    """A word of status. Few different ones on a page, so each is made once."""
    tones = drawing.page.tones.get(column.key, {})
    words = {code: str(label) for code, label in (column.choices or {}).items()}
    code_at = at + len(column.sources) - 1
    made: dict[Any, str] = {}

    def cell(row: Row) -> str:
        key = (row[at], row[code_at])
        if key not in made:
            text = words.get(row[at], row[at])
            tone = tones.get(row[code_at], "")
            made[key] = f'<span class="badge {tone}">{escape(str(text))}</span>' if text else ""
        return made[key]

    return cell


def _person(drawing: Drawing, column: Column, at: int, first: bool) -> Cell:
    """«Соколова А.»"""

    def cell(row: Row) -> str:
        last, given = row[at] or "", row[at + 1] or ""
        return escape(f"{last} {given[0]}." if last and given else last or given)

    return cell


def _money(drawing: Drawing, column: Column, at: int, first: bool) -> Cell:
    """Kopecks for the whole column when any row has them, so that figures stand under one another."""
    values = [row[at] for row in drawing.rows if row[at] is not None]
    places = 2 if any(value != int(value) for value in values) else 0
    number = drawing.fmt.number

    def cell(row: Row) -> str:
        return number(row[at], places)

    return cell


def _number(drawing: Drawing, column: Column, at: int, first: bool) -> Cell:
    def cell(row: Row) -> str:
        value = row[at]
        known = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        return drawing.fmt.plain(value) if known else escape(str(value)) if value is not None else formats.DASH

    return cell


def _percent(drawing: Drawing, column: Column, at: int, first: bool) -> Cell:
    return lambda row: drawing.fmt.percent(row[at])


def _date(drawing: Drawing, column: Column, at: int, first: bool) -> Cell:
    def cell(row: Row) -> str:
        value = row[at]
        if isinstance(value, str):  # a custom field's day, kept as ISO
            try:
                value = date.fromisoformat(value)
            except ValueError:
                return escape(value)
        return f'<span class="nowrap">{drawing.fmt.date(value)}</span>' if value else formats.DASH

    return cell


def _moment(drawing: Drawing, column: Column, at: int, first: bool) -> Cell:
    zone, fmt, now, late = drawing.zone, drawing.fmt, drawing.now, drawing.page.late.get(column.key, frozenset())
    word = escape(_("overdue"))
    sign = f'<span class="sr">, {word}</span>' if late else ""

    def cell(row: Row) -> str:
        value: datetime | None = row[at]
        if not value:
            return formats.DASH
        day = fmt.date(value.astimezone(zone).date())
        if late and value < now and row[at + 1] in late:
            return f'<span class="nowrap is-under">{day}{sign}</span>'
        return f'<span class="nowrap">{day}</span>'

    return cell


def _flag(drawing: Drawing, column: Column, at: int, first: bool) -> Cell:
    yes, no = escape(_("yes")), escape(_("no"))

    def cell(row: Row) -> str:
        value = row[at]
        return "" if value is None else yes if value in (True, "true") else no

    return cell


def _tags(drawing: Drawing, column: Column, at: int, first: bool) -> Cell:
    def cell(row: Row) -> str:
        return " ".join([f'<span class="badge">{escape(str(each))}</span>' for each in row[at] or ()])

    return cell


def _phone(drawing: Drawing, column: Column, at: int, first: bool) -> Cell:
    def cell(row: Row) -> str:
        value = row[at]
        numbers = value[:1] if isinstance(value, list) else [value] if value else []
        return "".join(
            [f'<a class="plain nowrap" href="tel:{escape(each)}">{escape(formats.phone(each))}</a>' for each in numbers]
        )

    return cell


MAKERS: dict[Kind, Callable[[Drawing, Column, int, bool], Cell]] = {
    Kind.TEXT: _text,
    Kind.LINK: _link,
    Kind.CHOICE: _choice,
    Kind.PERSON: _person,
    Kind.MONEY: _money,
    Kind.NUMBER: _number,
    Kind.PERCENT: _percent,
    Kind.DATE: _date,
    Kind.MOMENT: _moment,
    Kind.FLAG: _flag,
    Kind.TAGS: _tags,
    Kind.PHONE: _phone,
}
