"""HTML tables, as Bitrix24 and many web reports save them under the name of Excel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lxml import etree

from otdel.interfaces.files.guess.encoding import guess_encoding
from otdel.interfaces.files.problems import UnreadableFile
from otdel.interfaces.files.readers.base import Cell, Merge, ReadOptions, Row, place_of_sheet

CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.I)
SPACES = re.compile(r"[ \t\r\n\xa0]+")
SPAN_LIMIT = 1_000
HEAD_ROWS = 30


class HtmlSource:
    kind = "html"
    delimiter: str | None = None

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path, self.limits = path, options.limits
        self.encoding = options.encoding or _encoding(path)
        sizes = self._survey()
        if not any(sizes):
            raise UnreadableFile("no_table")
        self.sheets = tuple(str(index + 1) for index in range(len(sizes)))
        self._table = self._chosen(options.sheet, sizes)
        self.sheet: str | None = self.sheets[self._table]
        self._grid = _Grid(options.limits.columns)
        self.merges: tuple[Merge, ...] = self._top_merges()

    def _survey(self) -> list[int]:
        """Rows of each outer table."""
        sizes: list[int] = []
        for table, _ in self._elements():
            sizes.extend([0] * (table + 1 - len(sizes)))
            sizes[table] += 1
        return sizes

    def _chosen(self, sheet: str | None, sizes: list[int]) -> int:
        place = place_of_sheet(self.sheets, sheet)
        return sizes.index(max(sizes)) if place is None else place

    def _top_merges(self) -> tuple[Merge, ...]:
        for number, _ in self.raw_rows():
            if number > HEAD_ROWS:
                break
        return tuple(self._grid.merges)

    def raw_rows(self) -> Iterator[Row]:
        self._grid = _Grid(self.limits.columns)
        number = 0
        for table, element in self._elements():
            if table != self._table:
                continue
            number += 1
            cells = self._grid.row(element)
            if any(cells):
                yield number, cells
            if number > self.limits.rows:
                raise UnreadableFile("too_many_rows", rows=self.limits.rows)

    def _elements(self) -> Iterator[tuple[int, etree._Element]]:
        """Each row of an outer table with the number of that table; what was read is dropped at once."""
        depth, table = 0, -1
        try:
            with self.path.open("rb") as file:
                for event, element in self._events(file):
                    if element.tag == "table":
                        depth += 1 if event == "start" else -1
                        table += event == "start" and depth == 1
                    elif event == "end" and depth == 1:
                        yield table, element
                        _drop(element)
        except etree.XMLSyntaxError as broken:
            raise UnreadableFile("broken_file") from broken

    def _events(self, file: IO[bytes]) -> Iterator[tuple[str, etree._Element]]:
        events: Iterator[tuple[str, etree._Element]] = etree.iterparse(
            file,
            events=("start", "end"),
            tag=("table", "tr"),
            html=True,
            encoding=self.encoding,
            no_network=True,
            huge_tree=True,
        )
        return events


class _Grid:
    """Puts cells into columns: spans over columns and rows take their places."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._taken: dict[int, int] = {}
        self._number = 0
        self.merges: list[Merge] = []

    def row(self, element: etree._Element) -> list[Cell]:
        self._number += 1
        cells: list[Cell] = []
        for cell in element:
            if cell.tag not in ("td", "th"):
                continue
            self._skip_taken(cells)
            self._put(cells, cell)
        self._skip_taken(cells)
        self._taken = {column: left - 1 for column, left in self._taken.items() if left > 1}
        return cells

    def _skip_taken(self, cells: list[Cell]) -> None:
        while self._taken.get(len(cells), 0) and len(cells) < self._columns:
            cells.append(None)

    def _put(self, cells: list[Cell], cell: etree._Element) -> None:
        wide, high = _span(cell, "colspan"), _span(cell, "rowspan")
        start = len(cells)
        if start + wide > self._columns:
            raise UnreadableFile("too_many_columns", columns=self._columns)
        cells.append(_text(cell))
        cells.extend([None] * (wide - 1))
        if (wide > 1 or high > 1) and self._number <= HEAD_ROWS:
            self.merges.append((self._number, start + 1, self._number + high - 1, start + wide))
        if high > 1:
            self._taken.update({column: high for column in range(start, start + wide)})


def _span(cell: etree._Element, name: str) -> int:
    value = cell.get(name) or "1"
    return min(max(int(value), 1), SPAN_LIMIT) if value.isdigit() and len(value) < 6 else 1


def _text(cell: etree._Element) -> str:
    """Text with line breaks kept where `<br>` says so; other breaks of one-line markup stay as written."""
    if not len(cell):
        return (cell.text or "").replace("\xa0", " ").strip()
    for br in cell.iter("br"):
        br.tail = "\n" + (br.tail or "")
    return "".join(map(str, cell.itertext())).replace("\xa0", " ").strip()


def _drop(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _encoding(path: Path) -> str:
    """A mark at the start is stronger than the declaration, and valid UTF-8 than a false one."""
    guessed = guess_encoding(path)
    if guessed.startswith("utf"):
        return "utf-8" if guessed == "utf-8-sig" else guessed
    with path.open("rb") as file:
        said = CHARSET.search(file.read(4096))
    return said.group(1).decode().lower() if said and said.group(1).lower() != b"utf-8" else guessed
