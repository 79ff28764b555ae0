"""Dates of spreadsheets: numbers of days with a format that shows them as dates."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from otdel.interfaces.files.problems import Problem

DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  # spreadsheets know no zones
DAY_ZERO_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
LAST_SERIAL = 2_958_465
NO_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.I)
DATE_LETTERS = re.compile(r"[dmyhs]", re.I)


def is_date_format(code: str) -> bool:
    bare = NO_LETTERS.sub("", code.split(";")[0])
    return "general" not in bare.lower() and bool(DATE_LETTERS.search(bare))


def from_serial(serial: float, from_1904: bool = False) -> datetime | time | Problem:
    """A serial of Excel as a moment to the second; less than one day is a time of day."""
    if not 0 <= serial <= LAST_SERIAL:
        return Problem("not_a_date", str(serial))
    seconds = round(serial * 86_400)
    if serial < 1 and not from_1904:
        return (DAY_ZERO + timedelta(seconds=seconds % 86_400)).time()
    if serial < 60 and not from_1904:
        seconds += 86_400  # Excel believes in 29 February 1900
    return (DAY_ZERO_1904 if from_1904 else DAY_ZERO) + timedelta(seconds=seconds)


def iso_moment(text: str) -> datetime | Problem:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return Problem("not_a_date", text[:100])
