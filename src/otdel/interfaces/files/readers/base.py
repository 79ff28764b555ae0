"""What every reader of a format gives: numbered rows of cells, read as a stream and as often as wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

from otdel.interfaces.files.problems import Problem, UnreadableFile

Cell = str | int | float | bool | datetime | date | time | timedelta | Problem | None
Row = tuple[int, list[Cell]]
"""Number of the row as Excel shows it (from 1, empty rows counted) and its cells."""

Merge = tuple[int, int, int, int]
"""Merged cells: first row, first column, last row, last column, all from 1."""


@dataclass(frozen=True)
class Limits:
    """How much of a file we are ready to read; past it the file is refused, not cut."""

    file_bytes: int = 500 * 1024**2
    unpacked_bytes: int = 3 * 1024**3
    ratio: int = 300
    ratio_after: int = 20 * 1024**2
    entries: int = 5_000
    rows: int = 2_000_000
    columns: int = 2_000
    line_chars: int = 4 * 1024**2
    cell_chars: int = 128 * 1024
    old_excel_bytes: int = 100 * 1024**2


@dataclass(frozen=True)
class ReadOptions:
    """What the user said about the file; None means "guess it"."""

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    backslash: bool | None = None
    has_header: bool | None = None
    header_row: int | None = None
    limits: Limits = field(default_factory=Limits)
    keep: Path | None = None
    """Where to keep what had to be unpacked."""


class Source(Protocol):
    """One sheet of a file."""

    @property
    def kind(self) -> str: ...
    @property
    def encoding(self) -> str | None: ...
    @property
    def delimiter(self) -> str | None: ...
    @property
    def sheet(self) -> str | None: ...
    @property
    def sheets(self) -> tuple[str, ...]: ...
    @property
    def merges(self) -> tuple[Merge, ...]: ...

    def raw_rows(self) -> Iterator[Row]: ...


def place_of_sheet(sheets: tuple[str, ...], wanted: str | None) -> int | None:
    """Return where the sheet asked for is, None where none was asked for; a book without it is refused."""
    if wanted is None:
        return None
    if wanted not in sheets:
        raise UnreadableFile("no_sheet", sheet=wanted)
    return sheets.index(wanted)


def is_empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
