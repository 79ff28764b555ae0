"""The headings of a board's tables: what a column is called, and in what order its rows stand when it is pressed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otdel.interfaces.web import frame
from otdel.interfaces.web.board_address import board_url
from otdel.interfaces.web.templatetags.look import sort_head
from otdel.plans.queries.board import BoardQuery

# the columns that only mean something while the period goes on
WHILE_OPEN = ("pace", "needed")
# the smallest of these is the worst, and the worst is what one looks for; of the others one looks for the largest
_CURRENT = ' aria-current="true"'
WORST_SMALLEST = ("gap", "deviation", "done")


class Column(NamedTuple):
    key: str
    label: str

    @property
    def first(self) -> str:
        """The order the first press asks for."""
        return self.key if self.key in WORST_SMALLEST else f"-{self.key}"


def columns(is_open: bool, unit: str) -> list[Column]:
    """Return the columns of figures, as on the screen so in the files."""
    found = [
        Column("plan", _("Plan")),
        Column("due", _("To date")),
        Column("fact", _("Fact")),
        Column("gap", gap_label(unit)),
        Column("deviation", _("Dev., %(unit)s") % {"unit": "%"}),
        Column("done", _("Attainment")),
        Column("share", _("Share")),
    ]
    return [*found, Column("pace", _("At this pace")), Column("needed", _("Needed per day"))] if is_open else found


def gap_label(unit: str) -> str:
    return _("Dev., %(unit)s") % {"unit": unit or _("number")}


def order_words(sort: str, label: str) -> str:
    """«Отклонение: сначала худшие»."""
    key = sort.removeprefix("-")
    if key in WORST_SMALLEST:
        words = _("%(column)s: best first") if sort.startswith("-") else _("%(column)s: worst first")
    else:
        words = _("%(column)s: largest first") if sort.startswith("-") else _("%(column)s: smallest first")
    return words % {"column": label}


def said_order(query: BoardQuery, unit: str) -> str:
    """Say by what the rows are sorted; "" when they stand as in the organisation."""
    labels = {column.key: column.label for column in columns(True, unit)}
    return order_words(query.sort, labels[query.sort.removeprefix("-")]) if query.sort else ""


@lru_cache(maxsize=256)
def heads(query: BoardQuery, is_open: bool, unit: str, name: str, at: str, _lang: str) -> SafeString:
    """Return the headings with the ways to another order; kept: they are the same until one looks elsewhere.

    `at` is the table's id, where the page opens after a press; the table of segments has no columns of pace.
    """
    is_rows = at == "rows"
    drawn, progress = [_name_head(query, name, at)], escape(_("Progress"))
    for column in columns(is_open and is_rows, unit):
        drawn.append(_head(query, column, at))
        if is_rows and column.key == "deviation":
            drawn.append(f'<th scope="col">{progress}</th>')
    return SafeString("".join(drawn))


def _name_head(query: BoardQuery, name: str, at: str) -> str:
    """The first column leads back to the order of the organisation."""
    by_name = at == "rows" and query.by == "person" and not query.sort
    if not query.sort:
        state = ' aria-sort="ascending"' if by_name else ""
        return f'<th scope="col"{state}>{escape(name)}</th>'
    return str(sort_head(name, f"{board_url(query, sort=None)}#{at}"))


def _head(query: BoardQuery, column: Column, at: str) -> str:
    direction, wanted = "", column.first
    if query.sort.removeprefix("-") == column.key:
        direction = "descending" if query.sort.startswith("-") else "ascending"
        wanted = turned(query.sort)
    return str(sort_head(column.label, f"{board_url(query, sort=wanted)}#{at}", direction, numeric=True))


def turned(sort: str) -> str:
    return sort[1:] if sort.startswith("-") else f"-{sort}"


@lru_cache(maxsize=256)
def chooser(query: BoardQuery, is_open: bool, unit: str, at: str, _lang: str) -> SafeString:
    """Return the same orders as a list to choose from: on a phone a table has no headings."""
    orders = list(_orders(query, is_open and at == "rows", unit))
    rows = "".join(
        f'<li><a href="{escape(url)}#{at}"{_CURRENT if now else ""}>{escape(words)}</a></li>'
        for words, url, now in orders
    )
    present = escape(next((words for words, _url, now in orders if now), orders[0][0]))
    label, sign = escape(_("Order")), frame.icon("sort-descending")
    return SafeString(
        f'<details class="menu order only-phone"><summary class="btn">{sign}<span class="sr">{label}: </span>{present}'
        f'</summary><div class="menu-list"><ul>{rows}</ul></div></details>'
    )


def _orders(query: BoardQuery, is_open: bool, unit: str) -> Iterator[tuple[str, str, bool]]:
    yield _("As in the organisation"), board_url(query, sort=None), not query.sort
    for column in columns(is_open, unit):
        is_now = query.sort.removeprefix("-") == column.key
        for sort in (column.first, turned(column.first)) if is_now else (column.first,):
            yield order_words(sort, column.label), board_url(query, sort=sort), sort == query.sort
