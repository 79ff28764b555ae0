"""Rows as files people open in Excel: real numbers and dates, never a formula. Memory does not grow with the rows."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse

MOST_ROWS = 1_048_576  # what a sheet of Excel holds, the heading included
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A text that a spreadsheet would run. A number is written as a number and never comes here.
_FORMULA = re.compile(r"^[\s]*[=+\-@\t\r＝＋－＠]")  # wide ones run as well


@dataclass(frozen=True)
class Heading:
    """A column of the file; `kind` is text, money, number, percent, date, moment or flag."""

    label: str
    kind: str = "text"


@dataclass(frozen=True)
class Local:
    """How the reader's country writes files."""

    delimiter: str
    decimal: str
    day: str
    zone: tzinfo
    yes: str = "1"
    no: str = "0"

    @classmethod
    def of(cls, lang: str, zone: tzinfo, yes: str = "1", no: str = "0") -> Local:
        if lang == "ru":
            return cls(";", ",", "%d.%m.%Y", zone, yes, no)
        return cls(",", ".", "%Y-%m-%d", zone, yes, no)


Rows = Iterable[Sequence[Any]]


def harmless(text: str) -> str:
    """Return the text so that no spreadsheet runs it."""
    return f"'{text}" if _FORMULA.match(text) else text


def csv_file(headings: Sequence[Heading], rows: Rows, local: Local) -> tuple[IO[bytes], int]:
    """Write the rows and return the file at its beginning, and how many rows it has."""
    file = tempfile.SpooledTemporaryFile(max_size=2**20)  # noqa: SIM115 - lives until the answer is sent
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=local.delimiter)
    writer.writerow([harmless(heading.label) for heading in headings])
    count = 0
    for row in rows:
        writer.writerow([_as_text(value, local) for value in row])
        count += 1
    text.detach()
    file.seek(0)
    return file, count


def _as_text(value: Any, local: Local) -> str:
    match value:
        case None:
            return ""
        case bool():
            return local.yes if value else local.no
        case int():
            return str(value)
        case Decimal() | float():
            return f"{Decimal(str(value)):f}".replace(".", local.decimal)
        case datetime():
            return value.astimezone(local.zone).strftime(f"{local.day} %H:%M")
        case date():
            return value.strftime(local.day)
        case list() | tuple():
            return harmless(", ".join(str(each) for each in value))
        case _:
            return harmless(str(value))


def xlsx_file(headings: Sequence[Heading], rows: Rows, local: Local, title: str) -> tuple[IO[bytes], int]:
    """Write the rows as a workbook; more than a sheet holds go on to the next one."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - lives until the answer is sent
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "dd.mm.yyyy",
        },
    )
    formats = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "percent": book.add_format({"num_format": "0%"}),
        "date": book.add_format({"num_format": "dd.mm.yyyy"}),
        "moment": book.add_format({"num_format": "dd.mm.yyyy hh:mm"}),
    }
    count, sheet = 0, None
    for row in rows:
        at = count % (MOST_ROWS - 1)
        if sheet is None or at == 0:
            sheet = _sheet(book, headings, formats, title, count // (MOST_ROWS - 1))
        for column, value in enumerate(row):
            _write(sheet, at + 1, column, value, formats.get(headings[column].kind), local)
        count += 1
    if sheet is None:
        _sheet(book, headings, formats, title, 0)
    book.close()
    file.seek(0)
    return file, count


def _sheet(book: Any, headings: Sequence[Heading], formats: dict[str, Any], title: str, number: int) -> Any:
    name = re.sub(r"[\[\]:*?/\\']", " ", title)[:25].strip() or "1"
    sheet = book.add_worksheet(f"{name} {number + 1}" if number else name)
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(headings):
        sheet.set_column(column, column, {"text": 28, "moment": 17}.get(heading.kind, 15))
        sheet.write_string(0, column, heading.label, formats["head"])
    return sheet


def _write(sheet: Any, row: int, column: int, value: Any, form: Any, local: Local) -> None:
    match value:
        case None | "":
            return
        case bool():
            sheet.write_string(row, column, local.yes if value else local.no)
        case int() | float() | Decimal():
            sheet.write_number(row, column, float(value), form)
        case datetime():
            sheet.write_datetime(row, column, value.astimezone(local.zone).replace(tzinfo=None), form)
        case date():
            sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), form)  # noqa: DTZ001
        case list() | tuple():
            sheet.write_string(row, column, ", ".join(str(each) for each in value)[:32767])
        case _:
            sheet.write_string(row, column, str(value)[:32767])


Writer = Callable[[Sequence[Heading], Rows, Local, str], tuple[IO[bytes], int]]
WRITERS: dict[str, Writer] = {
    "xlsx": xlsx_file,
    "csv": lambda headings, rows, local, title: csv_file(headings, rows, local),
}


def answer(file: IO[bytes], form: str, name: str) -> FileResponse:
    """Return the file as a download."""
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{name}.{form}",
        content_type=XLSX if form == "xlsx" else "text/csv; charset=utf-8",
    )
