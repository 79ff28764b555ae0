"""Delimiter and quoting of a text table."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass

DELIMITERS = (";", "\t", "|", ",")
SAID = re.compile(r'"?sep=(.)"?\s*$', re.I)


@dataclass(frozen=True)
class Dialect:
    delimiter: str
    backslash: bool
    said: bool = False
    """The first line is Excel's `sep=;` and no row of the table."""


@dataclass(frozen=True)
class _Trial:
    delimiter: str
    width: int
    steady: float
    header_fits: bool


def guess_dialect(sample: str, delimiter: str | None = None, backslash: bool | None = None) -> Dialect:
    lines = sample.lstrip("\ufeff").splitlines(keepends=True)
    said = SAID.match(lines[0]) if lines else None
    if said:
        lines = lines[1:]
    delimiter = delimiter or (said.group(1) if said else _best(lines).delimiter)
    if backslash is None:
        backslash = _needs_backslash(lines, delimiter)
    return Dialect(delimiter, backslash, bool(said))


def _best(lines: list[str]) -> _Trial:
    """Steady width with a header of the same width; then anything before a comma (1,5;2,5 is two numbers)."""
    trials = [_try(lines, delimiter) for delimiter in DELIMITERS]
    wide = [trial for trial in trials if trial.width > 1]
    if not wide:
        return next((t for t in trials if t.delimiter == ","), trials[0])
    return max(wide, key=_rank)


def _rank(trial: _Trial) -> tuple[bool, float, bool, int]:
    good = trial.steady >= 0.8 and trial.header_fits
    return good, round(trial.steady * 5), trial.delimiter != "," or not good, trial.width


def _try(lines: list[str], delimiter: str, backslash: bool = False) -> _Trial:
    widths = [len(row) for row in _rows(lines, delimiter, backslash) if any(cell.strip() for cell in row)]
    if not widths:
        return _Trial(delimiter, 0, 0.0, False)
    width, times = Counter(widths).most_common(1)[0]
    return _Trial(delimiter, width, times / len(widths), any(w == width for w in widths[:3]))


def _rows(lines: list[str], delimiter: str, backslash: bool) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter, escapechar="\\" if backslash else None))
    except csv.Error:
        return []


def _needs_backslash(lines: list[str], delimiter: str) -> bool:
    """Only where `\\"` is met, and reading it as an escaped quote makes the rows steadier or fewer torn."""
    if not any('\\"' in line for line in lines):
        return False
    plain, escaped = _try(lines, delimiter), _try(lines, delimiter, backslash=True)
    if escaped.steady != plain.steady:
        return escaped.steady > plain.steady
    torn = re.compile(r'\\"(?!\s*(?:' + re.escape(delimiter) + r"|$))", re.M)
    return any(torn.search(line) for line in lines)
