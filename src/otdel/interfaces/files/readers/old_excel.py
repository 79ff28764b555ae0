"""XLS through calamine: the format is small by nature, so a sheet may stand in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import python_calamine as calamine

from otdel.interfaces.files.problems import Problem, UnreadableFile
from otdel.interfaces.files.readers.base import Cell, Merge, ReadOptions, Row, place_of_sheet
from otdel.interfaces.files.readers.biff import check_reach

HEAD_ROWS = 30
ERRORS = frozenset({"#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"})


class OldExcelSource:
    kind = "xls"
    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path, self.limits = path, options.limits
        self._check_size()
        with _quiet(), calamine.CalamineWorkbook.from_path(str(path)) as book:
            self.sheets = tuple(book.sheet_names)
            self.sheet: str | None = self._chosen(book, options.sheet)
            ranges = book.get_sheet_by_name(self.sheet).merged_cell_ranges or []
        self.merges: tuple[Merge, ...] = tuple(
            (top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in ranges if top < HEAD_ROWS
        )

    def _check_size(self) -> None:
        if self.path.stat().st_size > self.limits.old_excel_bytes:
            raise UnreadableFile("too_big", megabytes=self.limits.old_excel_bytes // 1024**2)
        check_reach(self.path)

    def _chosen(self, book: calamine.CalamineWorkbook, name: str | None) -> str:
        if (place := place_of_sheet(self.sheets, name)) is not None:
            return self.sheets[place]
        visible = [
            sheet.name for sheet in book.sheets_metadata if sheet.visible == calamine.SheetVisibleEnum.Visible
        ] or list(self.sheets)
        if not visible:
            raise UnreadableFile("no_table")
        return next((sheet for sheet in visible if book.get_sheet_by_name(sheet).height), visible[0])

    def raw_rows(self) -> Iterator[Row]:
        with _quiet(), calamine.CalamineWorkbook.from_path(str(self.path)) as book:
            sheet = book.get_sheet_by_name(str(self.sheet))
            if sheet.start is None:
                return
            (top, left), width = sheet.start, sheet.total_width
            if left + width > self.limits.columns:
                raise UnreadableFile("too_many_columns", columns=self.limits.columns)
            for number, row in enumerate(sheet.iter_rows(), top + 1):
                cells: list[Cell] = [None] * left
                cells.extend(_cell(value) for value in row)
                if any(value is not None for value in cells):
                    yield number, cells


def _cell(value: Cell) -> Cell:
    if isinstance(value, str):
        return Problem("formula_error", value) if value in ERRORS else value or None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


@contextmanager
def _quiet() -> Iterator[None]:
    """Whatever calamine dies of in a malformed file (its panics are no Exceptions) is a broken file."""
    try:
        yield
    except calamine.PasswordError as locked:
        raise UnreadableFile("password") from locked
    except (UnreadableFile, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as broken:
        raise UnreadableFile("broken_file") from broken
