"""Refused rows as a file like the one they came from, with a column that says what is wrong."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from otdel.interfaces.files.problems import Problem
from otdel.interfaces.files.readers import Cell, Table

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # wide ones run as well
NUMBER = re.compile(r"[+\-]?[\d\s\u00a0.,()\-]*\d[\d\s\u00a0.,()\-]*")
EXCEL_CHARS = 32_767


def guarded(text: str) -> str:
    """A text no spreadsheet takes for a formula; numbers and phones stay as they are."""
    if text.startswith(DANGEROUS) and not NUMBER.fullmatch(text):
        return "'" + text
    return text


def suffix(table: Table) -> str:
    return ".csv" if table.kind == "csv" else ".xlsx"


def write_refused(table: Table, refused: Iterable[tuple[int, str]], out: Path, title: str) -> int:
    """`refused` are numbers of rows, rising, with a sentence each. Gives how many rows were written."""
    rows = _with_reasons(table, refused)
    return (_write_csv if table.kind == "csv" else _write_xlsx)(table, rows, out, title)


def _with_reasons(table: Table, refused: Iterable[tuple[int, str]]) -> Iterator[list[Cell]]:
    """Walks file and reasons side by side, so that neither stands in memory."""
    waiting = iter(refused)
    number, reason = next(waiting, (0, ""))
    for row, cells in table.rows():
        if not number:
            return
        if row == number:
            yield [*cells, reason]
            number, reason = next(waiting, (0, ""))


def _header(table: Table, title: str) -> list[str]:
    return [*(header.name for header in table.headers), title]


def _write_csv(table: Table, rows: Iterator[list[Cell]], out: Path, title: str) -> int:
    encoding = table.encoding or "utf-8-sig"
    count = 0
    with out.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=table.delimiter or ";")
        if table.has_header:
            writer.writerow(map(guarded, _header(table, title)))
        for cells in rows:
            writer.writerow(map(_written, cells))
            count += 1
    return count


def _written(cell: Cell) -> object:
    """A cell that could not be read comes back as far as it was understood."""
    text = cell.value if isinstance(cell, Problem) else cell
    return guarded(text) if isinstance(text, str) else text


def _write_xlsx(table: Table, rows: Iterator[list[Cell]], out: Path, title: str) -> int:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(out), options) as book:
        sheet = _Sheet(book, (table.sheet if table.kind == "xlsx" else None) or "Sheet1")
        if table.has_header:
            sheet.write(_header(table, title), bold=True)
        count = 0
        for cells in rows:
            sheet.write(cells)
            count += 1
    return count


class _Sheet:
    def __init__(self, book: Any, name: str) -> None:
        self._sheet = book.add_worksheet(name[:31])
        self._bold = book.add_format({"bold": True})
        self._text = book.add_format({"quote_prefix": True})
        self._reason = book.add_format({"bg_color": "#FDE8E8"})
        self._moments = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            time: book.add_format({"num_format": "hh:mm:ss"}),
            timedelta: book.add_format({"num_format": "[h]:mm:ss"}),
        }
        self._row = 0

    def write(self, cells: list[Cell] | list[str], bold: bool = False) -> None:
        for column, cell in enumerate(cells):
            last = column == len(cells) - 1
            self._write_cell(column, cell, self._bold if bold else self._reason if last else None)
        self._row += 1

    def _write_cell(self, column: int, cell: Cell, form: Any) -> None:
        if cell is None:
            return
        if isinstance(cell, Problem):
            self._sheet.write_string(self._row, column, cell.value, form)
        elif isinstance(cell, str):
            form = form or (self._text if cell.startswith(DANGEROUS) else None)
            self._sheet.write_string(self._row, column, cell[:EXCEL_CHARS], form)
        elif isinstance(cell, bool):
            self._sheet.write_boolean(self._row, column, cell)
        elif isinstance(cell, int | float):
            self._sheet.write_number(self._row, column, cell)
        else:
            naive = cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
            self._sheet.write_datetime(self._row, column, naive, self._moments[type(naive)])
