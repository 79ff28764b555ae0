"""A plan as an Excel workbook and back: written with keys, read by keys, so that rows may be sorted or left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otdel.core.amounts import parse_amount
from otdel.core.errors import Invalid
from otdel.core.periods import Period
from otdel.core.titles import period_title
from otdel.interfaces.files import sentences
from otdel.interfaces.files.problems import UnreadableFile
from otdel.interfaces.files.readers import open_table
from otdel.interfaces.files.readers.base import Limits, ReadOptions
from otdel.plans.actions import CellChange
from otdel.plans.queries.grid import Grid, Row
from otdel.plans.rules import LineKey

# Row 1 carries the machine's words (hidden), row 2 the people's.
MARK = "otdel-plan"
LABELS = 3  # key, who, segment
LARGEST_FILE = 20 * 1024 * 1024
LARGEST_ROWS = 50_000


def write(shown: Grid, title: str) -> bytes:
    """Return the workbook of a plan: one row a line, periods across, sums as formulas."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_("Plan"))
    bold, money = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "#,##0.00"})
    total = book.add_format({"num_format": "#,##0.00", "bold": True})
    _write_heads(sheet, shown, bold)
    last = LABELS + len(shown.columns) - 1
    for number, row in enumerate(shown.rows, start=2):
        sheet.write_string(number, 0, str(row.key))
        sheet.write_string(number, 1, "    " * row.depth + row.label)
        sheet.write_string(number, 2, _cut_text(row))
        for column, amount in enumerate(row.amounts, start=LABELS):
            if amount is not None:
                sheet.write_number(number, column, float(amount), money)
            else:
                sheet.write_blank(number, column, None, money)
        cells = xlsxwriter.utility.xl_range(number, LABELS, number, last)
        sheet.write_formula(number, last + 1, f"=SUM({cells})", total, float(row.total))
    _arrange(book, sheet, len(shown.columns), title)
    book.close()
    return target.getvalue()


def _write_heads(sheet: Any, shown: Grid, bold: Any) -> None:
    machine = [f"{MARK} {shown.plan.pk}", "", "", *(str(column) for column in shown.columns)]
    people = ["", _("Department, employee"), _("Segment"), *(period_title(column) for column in shown.columns)]
    for column, text in enumerate(machine):
        sheet.write_string(0, column, text)
    for column, text in enumerate([*people, _("Total")]):
        sheet.write_string(1, column, text, bold)


def _arrange(book: Any, sheet: Any, columns: int, title: str) -> None:
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.set_column(0, 0, None, None, {"hidden": True})
    sheet.set_column(1, 1, 34)
    sheet.set_column(2, 2, 22)
    sheet.set_column(LABELS, LABELS + columns, 15)
    sheet.freeze_panes(2, LABELS)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.set_properties({"title": title})


def _cut_text(row: Row) -> str:
    cut = row.cut
    parts = [part for part in (cut.product_group, cut.client_segment, cut.region, cut.channel) if part]
    if cut.is_new_client is not None:
        parts.append(_("new clients") if cut.is_new_client else _("regular clients"))
    return " · ".join(parts)


@dataclass(frozen=True)
class Difference:
    """One number that is not what the plan has."""

    label: str
    segment: str
    period: Period
    change: CellChange


@dataclass(frozen=True)
class Reading:
    differences: list[Difference]
    # sentences about cells that were not understood
    problems: list[str]


def read(path: Path, shown: Grid) -> Reading:
    """Compare an uploaded workbook with the plan. Raises Invalid when it is not this plan's workbook.

    Lines left out of the file stay as they are; an emptied cell removes its number.
    """
    rows = _sheet_rows(path)
    spans = _check_heads(rows, shown)
    lines = {row.key: row for row in shown.rows}
    problems: list[str] = []
    differences: list[Difference] = []
    for number, cells in enumerate(rows[2:], start=3):
        key = _key_of(cells, number, problems)
        if key is None:
            continue
        if key not in lines:
            problems.append(_("Row %(row)d: this line is not in the plan. Add it on the page first.") % {"row": number})
            continue
        differences += _differences(lines[key], shown, spans, cells, number, problems)
    return Reading(differences, problems)


def _sheet_rows(path: Path) -> list[list[Any]]:
    """Return every row, empty ones too, so that numbers are those Excel shows."""
    limits = Limits(file_bytes=LARGEST_FILE, unpacked_bytes=20 * LARGEST_FILE, rows=LARGEST_ROWS)
    rows: list[list[Any]] = []
    try:
        with open_table(path, ReadOptions(has_header=False, limits=limits)) as table:
            for number, cells in table.source.raw_rows():
                rows.extend([] for _gap in range(number - len(rows) - 1))
                rows.append(list(cells))
    except UnreadableFile as error:
        raise Invalid(sentences.of_file(error), field="file") from error
    return rows


def _check_heads(rows: list[list[Any]], shown: Grid) -> dict[int, tuple[date, date]]:
    """Return which file column is which period of the plan."""
    head = [_text(cell) for cell in rows[0]] if rows else []
    if not head or not head[0].startswith(MARK):
        raise Invalid(
            _("This workbook was not downloaded from a plan. Download the plan, change it there and upload it."),
            field="file",
        )
    if head[0] != f"{MARK} {shown.plan.pk}":
        raise Invalid(_("This workbook belongs to another plan or version. Upload it there."), field="file")
    known = {str(column): (column.start, column.end) for column in shown.columns}
    return {at: known[text] for at, text in enumerate(head) if text in known}


def _key_of(cells: list[Any], number: int, problems: list[str]) -> LineKey | None:
    text = _text(cells[0]) if cells else ""
    if not text:
        if any(map(_text, cells[1:])):
            problems.append(_("Row %(row)d has no key: it was not in the download.") % {"row": number})
        return None
    try:
        return LineKey.parse(text)
    except ValueError:
        problems.append(_("Row %(row)d: the hidden key in column A is damaged.") % {"row": number})
        return None


def _differences(
    line: Row, shown: Grid, spans: dict[int, tuple[date, date]], cells: list[Any], number: int, problems: list[str]
) -> Iterator[Difference]:
    standing = {
        (column.start, column.end): (column, amount) for column, amount in zip(shown.columns, line.amounts, strict=True)
    }
    for at, span in spans.items():
        period, seen = standing[span]
        try:
            amount = _amount(cells[at] if at < len(cells) else "")
        except ValueError:
            problems.append(
                _("Row %(row)d, %(period)s: «%(text)s» is not a sum.")
                % {"row": number, "period": period_title(period), "text": str(cells[at])[:40]}
            )
            continue
        if amount != seen:
            yield Difference(line.label, _cut_text(line), period, CellChange(line.key, *span, seen, amount))


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _amount(cell: Any) -> Decimal | None:
    """Return a cell as a sum with kopecks. Raises ValueError."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        raise ValueError(cell)
    if isinstance(cell, int | float):
        try:
            return Decimal(repr(cell)).quantize(Decimal("0.01"))
        except InvalidOperation as error:
            raise ValueError(cell) from error
    if isinstance(cell, str):
        return parse_amount(cell, get_language() or "en")
    raise ValueError(cell)


def file_name(title: str) -> str:
    return Path(title.replace("/", "-").replace(":", "")).name[:120] + ".xlsx"


def change_of(text: str) -> CellChange:
    """Return the change written into the page of differences. Raises Invalid."""
    try:
        key, period_text, seen, amount = text.split("|")
        period = Period.parse(period_text)
        return CellChange(LineKey.parse(key), period.start, period.end, _decimal(seen), _decimal(amount))
    except (ValueError, ArithmeticError) as error:
        raise Invalid(_("This page is out of date. Upload the workbook again.")) from error


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None
