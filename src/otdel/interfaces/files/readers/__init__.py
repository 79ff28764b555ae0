"""Reads any table people save: `open_table(path)` says what it found and gives its rows as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType

from otdel.interfaces.files.problems import Problem, UnreadableFile
from otdel.interfaces.files.readers.base import Cell, Limits, ReadOptions, Row, Source, is_empty
from otdel.interfaces.files.readers.html import HtmlSource
from otdel.interfaces.files.readers.layout import Header, Layout, lay_out
from otdel.interfaces.files.readers.ods import OdsSource
from otdel.interfaces.files.readers.old_excel import OldExcelSource
from otdel.interfaces.files.readers.packed import Unpacked, unpack
from otdel.interfaces.files.readers.text import TextSource
from otdel.interfaces.files.readers.xlsx import XlsxSource
from otdel.interfaces.files.readers.xml2003 import Xml2003Source

TOP_ROWS = 100


@dataclass(frozen=True)
class Table:
    """One sheet of a file. Use it in a `with`, or close it: it may hold an unpacked copy."""

    kind: str
    encoding: str | None
    delimiter: str | None
    has_header: bool
    sheet: str | None
    sheets: tuple[str, ...]
    headers: tuple[Header, ...]
    header_rows: tuple[int, ...]
    source: Source
    unpacked: Unpacked
    first_data_row: int

    @property
    def width(self) -> int:
        return len(self.headers)

    def rows(self) -> Iterator[Row]:
        """Rows of data, none empty, none narrower than the header; a wider one has cells too many."""
        width, first = self.width, self.first_data_row
        for number, cells in self.source.raw_rows():
            if number < first:
                continue
            size = len(cells)
            if size < width:
                cells.extend([None] * (width - size))
            elif size > width:
                _trim(cells, width)
            if not all(map(is_empty, cells)):
                yield number, cells

    def close(self) -> None:
        self.unpacked.close()

    def __enter__(self) -> Table:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _trim(cells: list[Cell], width: int) -> None:
    while len(cells) > width and is_empty(cells[-1]):
        cells.pop()


def open_table(path: Path, options: ReadOptions | None = None) -> Table:
    """Raises `UnreadableFile` with a code when there is no table to read."""
    options = options or ReadOptions()
    unpacked = unpack(path, options.limits, options.keep)
    try:
        source = _source(unpacked, options)
        top = list(islice(source.raw_rows(), TOP_ROWS))
        layout = lay_out(top, source.merges, options.has_header, options.header_row)
        _check(layout, options)
    except BaseException:
        unpacked.close()
        raise
    return _table(source, layout, unpacked)


def _source(unpacked: Unpacked, options: ReadOptions) -> Source:
    if unpacked.kind == "xlsx":
        return XlsxSource(unpacked.path, options)
    if unpacked.kind == "xls":
        return OldExcelSource(unpacked.path, options)
    if unpacked.kind == "ods":
        return OdsSource(unpacked.path, options)
    if unpacked.kind == "html":
        return HtmlSource(unpacked.path, options)
    if unpacked.kind == "xml":
        return Xml2003Source(unpacked.path, options)
    return TextSource(unpacked.path, options)


def _check(layout: Layout, options: ReadOptions) -> None:
    if not layout.width:
        raise UnreadableFile("empty_file")
    if layout.width > options.limits.columns:
        raise UnreadableFile("too_many_columns", columns=options.limits.columns)


def _table(source: Source, layout: Layout, unpacked: Unpacked) -> Table:
    return Table(
        kind=source.kind,
        encoding=source.encoding,
        delimiter=source.delimiter,
        has_header=bool(layout.header_rows),
        sheet=source.sheet,
        sheets=source.sheets,
        headers=layout.headers,
        header_rows=layout.header_rows,
        source=source,
        unpacked=unpacked,
        first_data_row=layout.first_data_row,
    )


__all__ = [
    "Cell",
    "Header",
    "Limits",
    "Problem",
    "ReadOptions",
    "Row",
    "Table",
    "UnreadableFile",
    "open_table",
]
