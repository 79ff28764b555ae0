"""OpenDocument spreadsheets read as a stream; repeated cells and rows never grow past the limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape as html_unescape
from pathlib import Path

from lxml import etree

from otdel.interfaces.files.problems import Problem, UnreadableFile
from otdel.interfaces.files.readers import packed
from otdel.interfaces.files.readers.base import Cell, Merge, ReadOptions, Row, place_of_sheet
from otdel.interfaces.files.readers.serial import iso_moment
from otdel.interfaces.files.readers.xml import events, local

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
NAME = re.compile(rb"""<table:table\s[^>]*?table:name=(?:"([^"]*)"|'([^']*)')""")
DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
HEAD_ROWS = 30


class OdsSource:
    kind = "ods"
    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path, self.limits = path, options.limits
        self.sheets = self._names()
        if not self.sheets:
            raise UnreadableFile("no_table")
        place = place_of_sheet(self.sheets, options.sheet)
        self._index = self._first_filled() if place is None else place
        self.sheet: str | None = self.sheets[self._index]
        self.merges: tuple[Merge, ...] = ()
        self.merges = self._top_merges()

    def _names(self) -> tuple[str, ...]:
        names: list[str] = []
        tail = b""
        with packed.open_zip(self.path) as archive:
            packed.check_zip(archive, self.limits)
            with packed.open_entry(archive, "content.xml") as file:
                for piece in packed.pieces(file):
                    text = tail + piece
                    last = 0
                    for match in NAME.finditer(text):
                        names.append(html_unescape((match[1] or match[2] or b"").decode("utf-8", "replace")))
                        last = match.end()
                    tail = text[max(last, len(text) - 2000) :]
        return tuple(names)

    def _first_filled(self) -> int:
        return next((index for index, _ in self._rows_of_all() if index < len(self.sheets)), 0)

    def _top_merges(self) -> tuple[Merge, ...]:
        merges: list[Merge] = []
        self._spans = merges
        for number, _ in self.raw_rows():
            if number > HEAD_ROWS:
                break
        self._spans = []
        return tuple(merges)

    def raw_rows(self) -> Iterator[Row]:
        for index, row in self._rows_of_all():
            if index > self._index:
                return
            if index == self._index:
                yield row

    _spans: list[Merge] = []  # replaced, never changed in place, by _top_merges

    def _rows_of_all(self) -> Iterator[tuple[int, Row]]:
        """Rows with something in them, each with the number of its sheet."""
        sheet, number = 0, 0
        with packed.open_zip(self.path) as archive, packed.open_entry(archive, "content.xml") as file:
            for element in events(file, "table-row", "table"):
                if local(element) == "table":
                    sheet, number = sheet + 1, 0
                    continue
                times = _count(element, "number-rows-repeated")
                cells = self._cells(element, number + 1) if sheet <= self._index_or_all() else []
                if not cells:
                    number += times
                    continue
                for _ in range(times):
                    number += 1
                    self._check_rows(number)
                    yield sheet, (number, list(cells))

    def _index_or_all(self) -> int:
        return getattr(self, "_index", len(self.sheets))

    def _check_rows(self, number: int) -> None:
        if number > self.limits.rows:
            raise UnreadableFile("too_many_rows", rows=self.limits.rows)

    def _cells(self, row: etree._Element, number: int) -> list[Cell]:
        cells: list[Cell] = []
        position = 0
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            times = _count(cell, "number-columns-repeated")
            self._note_span(cell, number, position)
            value = _value(cell)
            if value is not None:
                if position + times > self.limits.columns:
                    raise UnreadableFile("too_many_columns", columns=self.limits.columns)
                cells.extend([None] * (position - len(cells)))
                cells.extend([value] * times)
            position += times
        return cells

    def _note_span(self, cell: etree._Element, number: int, position: int) -> None:
        wide, high = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
        if number <= HEAD_ROWS and (wide > 1 or high > 1):
            self._spans.append((number, position + 1, number + high - 1, position + wide))


def _count(element: etree._Element, name: str) -> int:
    value = element.get(TABLE + name) or "1"
    return max(int(value), 1) if value.isdigit() and len(value) < 9 else 1


def _value(cell: etree._Element) -> Cell:
    kind = cell.get(OFFICE + "value-type")
    try:
        if kind in ("float", "percentage", "currency"):
            number = float(cell.get(OFFICE + "value") or "")
            return int(number) if number.is_integer() and abs(number) < 1e15 else number
        if kind == "time":
            return _duration(cell.get(OFFICE + "time-value") or "")
    except (ValueError, OverflowError):
        return Problem("broken_cell", (cell.get(OFFICE + "value") or "")[:100])
    if kind == "date":
        return iso_moment(cell.get(OFFICE + "date-value") or "")
    if kind == "boolean":
        return cell.get(OFFICE + "boolean-value") == "true"
    return _text(cell) or None


def _duration(text: str) -> Cell:
    match = DURATION.fullmatch(text)
    if match is None:
        return Problem("broken_cell", text[:100])
    hours, minutes, seconds = (int(part) for part in match.groups())
    return timedelta(hours=min(hours, 1_000_000), minutes=minutes, seconds=seconds)


def _text(cell: etree._Element) -> str:
    """Paragraphs of the cell without its comment."""
    return "\n".join("".join(map(str, paragraph.itertext())) for paragraph in cell if local(paragraph) == "p").strip()
