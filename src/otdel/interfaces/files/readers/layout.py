"""Where the header of a sheet is, what its columns are called, and where the data begin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from otdel.interfaces.files.guess.header import find_header, is_words
from otdel.interfaces.files.readers.base import Cell, Merge, Row, is_empty

SPACES = re.compile(r"[\s\ufeff]+")


@dataclass(frozen=True)
class Header:
    """A column: its place (from 0), its name as written, and which of its namesakes it is (from 1)."""

    position: int
    name: str
    occurrence: int = 1


@dataclass(frozen=True)
class Layout:
    header_rows: tuple[int, ...]
    headers: tuple[Header, ...]
    first_data_row: int

    @property
    def width(self) -> int:
        return len(self.headers)


def lay_out(top: list[Row], merges: tuple[Merge, ...], has_header: bool | None, header_row: int | None) -> Layout:
    width = max((_filled_width(cells) for _, cells in top), default=0)
    number = _header_number(top, width, has_header, header_row, bool(merges))
    if number is None:
        first = top[0][0] if top else 1
        return Layout((), _named([""] * width), first)
    names = _names(_row(top, number), width)
    second = _second_row(top, merges, number)
    if second is not None:
        upper = _spread(names, merges, number)
        names = _joined(upper, _names(_row(top, second), width), names)
        return Layout((number, second), _named(_trimmed(names, top, second)), second + 1)
    return Layout((number,), _named(_trimmed(names, top, number)), number + 1)


def _header_number(
    top: list[Row], width: int, has_header: bool | None, header_row: int | None, merged: bool
) -> int | None:
    if has_header is False:
        return None
    if header_row is not None:
        return header_row
    return find_header(top, width, sure=has_header is True)


def _row(top: list[Row], number: int) -> list[Cell]:
    return next((cells for n, cells in top if n == number), [])


def _filled_width(cells: list[Cell]) -> int:
    return max((index + 1 for index, cell in enumerate(cells) if not is_empty(cell)), default=0)


def _names(cells: list[Cell], width: int) -> list[str]:
    names = [_name(cell) for cell in cells[:width]]
    return names + [""] * (width - len(names))


def _name(cell: Cell) -> str:
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    return SPACES.sub(" ", str(cell)).strip() if not is_empty(cell) and not isinstance(cell, tuple) else ""


def _second_row(top: list[Row], merges: tuple[Merge, ...], number: int) -> int | None:
    """The row under a header with merged cells, when it names the columns beneath them."""
    spans = [m for m in merges if m[0] == number and m[3] > m[1]]
    following = next(((n, cells) for n, cells in top if n > number), None)
    if not spans or following is None or not is_words(following[1]):
        return None
    beneath = following[1]
    named = [c for _, left, _, right in spans for c in beneath[left - 1 : right] if not is_empty(c)]
    return following[0] if len(named) > len(spans) else None


def _spread(names: list[str], merges: tuple[Merge, ...], number: int) -> list[str]:
    """Text of a merged cell belongs to every column it covers."""
    spread = [""] * len(names)
    for top, left, _, right in merges:
        if top == number and right > left:
            for column in range(left - 1, min(right, len(names))):
                spread[column] = names[left - 1]
    return spread


def _joined(upper: list[str], lower: list[str], alone: list[str]) -> list[str]:
    return [
        f"{over}: {under}" if over and under else under or over or single
        for over, under, single in zip(upper, lower, alone, strict=True)
    ]


def _trimmed(names: list[str], top: list[Row], header: int) -> list[str]:
    """Without nameless last columns that a stray delimiter or a few rows with cells too many make."""
    width = len(names)
    while width and not names[width - 1] and not _mostly_filled(top, header, width - 1):
        width -= 1
    return names[:width]


def _mostly_filled(top: list[Row], header: int, column: int) -> bool:
    below = [cells for number, cells in top if number > header]
    filled = sum(column < len(cells) and not is_empty(cells[column]) for cells in below)
    return filled * 2 > len(below)


def _named(names: list[str]) -> tuple[Header, ...]:
    met: dict[str, int] = {}
    headers = []
    for position, name in enumerate(names):
        met[name] = met.get(name, 0) + 1
        headers.append(Header(position, name, met[name]))
    return tuple(headers)
