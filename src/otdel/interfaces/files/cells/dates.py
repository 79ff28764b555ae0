"""Dates and moments, in the order of day and month that the column keeps."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone, tzinfo

from otdel.interfaces.files.guess.shapes import EMPTY
from otdel.interfaces.files.problems import Problem
from otdel.interfaces.files.readers.serial import from_serial

CLOCK = r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*([ap]\.?m\.?)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
NUMBERS = re.compile(r"(\d{1,4})[./\-](\d{1,2})[./\-](\d{1,4})(?:\s*г\.?)?" + CLOCK, re.I)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})()" + CLOCK[: -len(r"\s*(Z|[+-]\d{2}:?\d{2})?")], re.I)
DAY_WORD = re.compile(r"(\d{1,2})[\s\-./]+([a-zа-я]{3,9})\.?[\s\-./,]+(\d{2,4})(?:\s*г(?:ода)?\.?)?" + CLOCK, re.I)
WORD_DAY = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})" + CLOCK, re.I)
MONTH_NAMES = "янв jan|фев feb|мар mar|апр apr|май мая may|июн jun|июл jul|авг aug|сен sep|окт oct|ноя nov|дек dec"
MONTHS = {name: number for number, names in enumerate(MONTH_NAMES.split("|"), 1) for name in names.split()}
FIRST_YEAR, LAST_YEAR = 1900, 2100
Moment = datetime | Problem | None


def moments(order: str = "DMY", zone: tzinfo | None = None) -> Callable[[object], Moment]:
    """Parser of moments; `zone` is where a time written without one was meant."""

    def parse(cell: object) -> Moment:
        value = _typed(cell, order)
        if isinstance(value, datetime) and value.tzinfo is None and zone is not None:
            return value.replace(tzinfo=zone)
        return value

    return parse


def days(order: str = "DMY", zone: tzinfo | None = None) -> Callable[[object], date | Problem | None]:
    """Parser of days; a moment with a written offset is first brought into the zone."""

    def parse(cell: object) -> date | Problem | None:
        value = _typed(cell, order)
        if not isinstance(value, datetime):
            return value
        if value.tzinfo is not None and zone is not None:
            value = value.astimezone(zone)
        return value.date()

    return parse


def _typed(cell: object, order: str) -> Moment:
    if isinstance(cell, str):
        return _from_text(cell, order)
    if cell is None or isinstance(cell, Problem):
        return cell
    if isinstance(cell, datetime):
        return _in_years(cell, str(cell))
    if isinstance(cell, date):
        return _in_years(datetime.combine(cell, time()), str(cell))
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_number(cell)
    return Problem("not_a_date", str(cell))


def _from_number(cell: int | float) -> Moment:
    """20101229 or Excel's number of a day."""
    if isinstance(cell, int) and 19_000_101 <= cell <= 21_001_231:
        return _from_text(str(cell), "YMD")
    if 1_000 <= cell <= 73_050:
        value = from_serial(float(cell))
        return value if isinstance(value, datetime) else Problem("not_a_date", str(cell))
    return Problem("not_a_date", str(cell))


def _from_text(text: str, order: str) -> Moment:
    bare = text.strip().removeprefix("'")
    match = NUMBERS.fullmatch(bare)
    if match:
        first, second, third = match.group(1, 2, 3)
        return _build(_ordered(first, second, third, order), match.group(4, 5, 6, 7, 8), text)
    if bare.lower() in EMPTY:
        return None
    if len(bare) > 60:
        return Problem("not_a_date", text[:100])
    return _rarer(bare, text)


def _ordered(first: str, second: str, third: str, order: str) -> tuple[int, int, int]:
    """Year, month, day; a year of four digits says itself where it stands."""
    if len(first) > 2:
        return int(first), int(second), int(third)
    year = int(third)
    if len(third) <= 2:
        if order == "YMD":
            return _century(int(first)), int(second), int(third)
        year = _century(year)
    month, day = (first, second) if order == "MDY" else (second, first)
    return year, int(month), int(day)


def _century(year: int) -> int:
    return year + (2000 if year < 70 else 1900)


def _rarer(bare: str, text: str) -> Moment:
    if match := COMPACT.fullmatch(bare):
        year, month, day = (int(part) for part in match.group(1, 2, 3))
        return _build((year, month, day), (*match.group(5, 6, 7, 8), None), text)
    if match := DAY_WORD.fullmatch(bare):
        return _worded(match.group(1), match.group(2), match.group(3), match, text)
    if match := WORD_DAY.fullmatch(bare):
        return _worded(match.group(2), match.group(1), match.group(3), match, text)
    if bare.isascii() and bare.replace(".", "", 1).isdigit() and len(bare) < 17:
        return _from_number(float(bare))
    return Problem("not_a_date", text[:100])


def _worded(day: str, word: str, year: str, match: re.Match[str], text: str) -> Moment:
    month = MONTHS.get(word[:3].lower())
    if month is None:
        return Problem("not_a_date", text[:100])
    full = int(year) if len(year) > 2 else _century(int(year))
    return _build((full, month, int(day)), match.group(4, 5, 6, 7, 8), text)


def _build(day: tuple[int, int, int], clock: tuple[str | None, ...], text: str) -> Moment:
    hour, minute, second, half, offset = clock
    try:
        value = datetime(*day)  # noqa: DTZ001  # the zone is put on later, where it is known
        if hour is not None:
            value = datetime(*day, _hour(int(hour), half), int(minute or 0), int(second or 0))  # noqa: DTZ001
    except ValueError:
        return Problem("no_such_day", text[:100]) if any(day) else None
    if offset:
        value = value.replace(tzinfo=_offset(offset))
    return _in_years(value, text[:100])


def _hour(hour: int, half: str | None) -> int:
    if not half:
        return hour
    return hour % 12 + (12 if half[0].lower() == "p" else 0)


def _offset(text: str) -> tzinfo:
    if text.upper() == "Z":
        return timezone.utc  # noqa: UP017  # datetime.UTC reads no better beside timezone(...)
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]) % 24, minutes=int(text[-2:]) % 60))


def _in_years(value: datetime, shown: str) -> datetime | Problem:
    return value if FIRST_YEAR <= value.year <= LAST_YEAR else Problem("year_out_of_range", shown)
