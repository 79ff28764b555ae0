"""CSV and its relatives: any delimiter, encoding and quoting, read line by line."""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any

from otdel.interfaces.files.guess.dialect import Dialect, guess_dialect
from otdel.interfaces.files.guess.encoding import guess_encoding, said_in_utf8
from otdel.interfaces.files.problems import Problem, UnreadableFile
from otdel.interfaces.files.readers.base import Cell, Limits, Merge, ReadOptions, Row

SAMPLE = 256 * 1024
LONGEST_RECORD = 500
"""Lines in one quoted cell; more means a quote was never closed."""


class TextSource:
    kind = "csv"
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    merges: tuple[Merge, ...] = ()

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path, self.limits = path, options.limits
        self.encoding = _checked(options.encoding) if options.encoding else guess_encoding(path)
        self.dialect = self._dialect(options)
        self._is_sure = self.encoding != "cp1251"  # others cannot read what was pasted in UTF-8 as letters

    @property
    def delimiter(self) -> str:
        return self.dialect.delimiter

    def _dialect(self, options: ReadOptions) -> Dialect:
        with self._open() as file:
            sample = file.read(SAMPLE)
        if not sample.strip("\0 \t\r\n\ufeff"):
            raise UnreadableFile("empty_file")
        if _looks_binary(sample):
            raise UnreadableFile("not_a_table", format="?")
        cut = max(sample.rfind("\n"), sample.rfind("\r")) if len(sample) == SAMPLE else -1
        sample = sample[: cut + 1] if cut > 0 else sample
        return guess_dialect(sample.replace("\0", ""), options.delimiter, options.backslash)

    def _open(self) -> IO[str]:
        return self.path.open(encoding=self.encoding, errors="replace", newline="")

    def raw_rows(self) -> Iterator[Row]:
        with self._open() as file:
            records = Records(Lines(file, self.limits), self.dialect)
            number = 0
            for number, cells in enumerate(records, 1):
                if any(cells):
                    yield number, cells if self._is_sure else [_told(cell) for cell in cells]
                if number > self.limits.rows:
                    raise UnreadableFile("too_many_rows", rows=self.limits.rows)


class Lines:
    """Lines of bounded length without zero bytes; keeps those of the current record, to read it again."""

    def __init__(self, file: IO[str], limits: Limits) -> None:
        self._read = partial(file.readline, limits.line_chars + 1)
        self._limit = limits.line_chars
        self._again: deque[str] = deque()
        self.held: list[str] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        if not line:
            self.ended = True
            raise StopIteration
        if len(line) > self._limit:
            raise UnreadableFile("line_too_long", characters=self._limit)
        if "\0" in line:
            line = line.replace("\0", "")
        self.held.append(line)
        return line

    def give_back(self, lines: list[str]) -> None:
        self._again.extendleft(reversed(lines))
        self.ended = False


class Records:
    """Rows of cells. A quote never closed spoils its own row only: the lines after it are read again."""

    def __init__(self, lines: Lines, dialect: Dialect) -> None:
        self._lines, self._dialect = lines, dialect
        self._reader = self._new_reader()
        if dialect.said:
            next(lines, None)
            lines.held.clear()

    def _new_reader(self) -> Iterator[list[Cell]]:
        escape = "\\" if self._dialect.backslash else None
        reader: Any = csv.reader(self._capped(), delimiter=self._dialect.delimiter, escapechar=escape)
        return iter(reader)

    def _capped(self) -> Iterator[str]:
        for line in self._lines:
            if len(self._lines.held) > LONGEST_RECORD:
                raise _Torn
            yield line

    def __iter__(self) -> Iterator[list[Cell]]:
        held = self._lines.held
        while True:
            try:
                row = next(self._reader)
                if len(held) > 1 and self._is_torn(held):
                    row = self._mend()
            except StopIteration:
                return
            except (csv.Error, _Torn):
                row = self._mend()
            held.clear()
            yield row

    def _is_torn(self, held: list[str]) -> bool:
        text = "".join(held)
        if self._dialect.backslash:
            text = text.replace("\\\\", "").replace('\\"', "")
        return text.count('"') % 2 == 1

    def _mend(self) -> list[Cell]:
        first, *rest = self._lines.held
        self._lines.give_back(rest)
        self._reader = self._new_reader()
        return [_bounded(cell) for cell in first.rstrip("\r\n").split(self._dialect.delimiter)]


def _bounded(cell: str) -> Cell:
    """No table has a cell as long as that; csv would refuse the whole file for it."""
    return cell if len(cell) <= csv.field_size_limit() else Problem("too_long", cell[:100])


def _told(cell: Cell) -> Cell:
    """A cell pasted in another encoding than the file's is named, not kept as «РЎРѕС‡Рё»."""
    said = said_in_utf8(cell) if isinstance(cell, str) and not cell.isascii() else ""
    return Problem("other_encoding", said) if said else cell


class _Torn(Exception):
    pass


def _checked(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as unknown:
        raise UnreadableFile("unknown_encoding", encoding=encoding) from unknown


def _looks_binary(sample: str) -> bool:
    """Control characters no text has; zero bytes are met in broken exports and survived."""
    odd = sum(1 for char in sample[:8192] if char < " " and char not in "\t\r\n\f\v\0\x1a\x1c\x1d\x1e\x1f")
    zeros = sample[:8192].count("\0")
    size = min(len(sample), 8192)
    return odd > size * 0.02 or zeros > size * 0.3
