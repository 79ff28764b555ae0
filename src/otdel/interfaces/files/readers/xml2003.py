"""Excel 2003 XML, as 1C and some older systems save under the name of Excel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lxml import etree

from otdel.interfaces.files.problems import Problem, UnreadableFile
from otdel.interfaces.files.readers.base import Cell, Merge, ReadOptions, Row, place_of_sheet
from otdel.interfaces.files.readers.serial import iso_moment
from otdel.interfaces.files.readers.xml import events, local

SHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
HEAD_ROWS = 30


class Xml2003Source:
    kind = "xml"
    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path, self.limits = path, options.limits
        self.sheets = self._names()
        if not self.sheets:
            raise UnreadableFile("no_table")
        place = place_of_sheet(self.sheets, options.sheet)
        self._index = 0 if place is None else place
        self.sheet: str | None = self.sheets[self._index]
        self._spans: list[Merge] = []
        for number, _ in self.raw_rows():
            if number > HEAD_ROWS:
                break
        self.merges: tuple[Merge, ...] = tuple(dict.fromkeys(self._spans))

    def _names(self) -> tuple[str, ...]:
        with self.path.open("rb") as file:
            return tuple(element.get(SHEET + "Name") or "" for element in events(file, "Worksheet"))

    def raw_rows(self) -> Iterator[Row]:
        with self.path.open("rb") as file:
            yield from self._rows(file)

    def _rows(self, file: IO[bytes]) -> Iterator[Row]:
        sheet, number = 0, 0
        for element in events(file, "Row", "Worksheet"):
            if local(element) == "Worksheet":
                sheet, number = sheet + 1, 0
                continue
            number = _whole(element.get(SHEET + "Index")) or number + 1
            if number > self.limits.rows:
                raise UnreadableFile("too_many_rows", rows=self.limits.rows)
            if sheet == self._index and (cells := self._cells(element, number)):
                yield number, cells

    def _cells(self, row: etree._Element, number: int) -> list[Cell]:
        cells: list[Cell] = []
        position = 0
        for cell in row:
            position = (_whole(cell.get(SHEET + "Index")) or position + 1) - 1
            wide, high = _whole(cell.get(SHEET + "MergeAcross")), _whole(cell.get(SHEET + "MergeDown"))
            if number <= HEAD_ROWS and (wide or high):
                self._spans.append((number, position + 1, number + high, position + 1 + wide))
            value = _value(cell)
            if position >= self.limits.columns:
                raise UnreadableFile("too_many_columns", columns=self.limits.columns)
            if value is not None:
                cells.extend([None] * (position - len(cells)))
                cells.append(value)
            position += 1 + wide
        return cells


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 8 else 0


def _value(cell: etree._Element) -> Cell:
    data = next((part for part in cell if local(part) == "Data"), None)
    if data is None:
        return None
    text = "".join(map(str, data.itertext()))
    kind = data.get(SHEET + "Type")
    if kind == "Number":
        try:
            number = float(text)
        except ValueError:
            return Problem("broken_cell", text[:100])
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    return _other(kind, text)


def _other(kind: str | None, text: str) -> Cell:
    if kind == "DateTime":
        return iso_moment(text)
    if kind == "Boolean":
        return text == "1"
    if kind == "Error":
        return Problem("formula_error", text)
    return text or None
