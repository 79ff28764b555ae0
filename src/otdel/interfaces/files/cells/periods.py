"""Periods of plans: `март 2026`, `2026Q1`, `1 кв. 2026`, `2 полугодие 2026`, `2026-W12`, `2026`, or a day."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from otdel.interfaces.files.cells.dates import MONTHS, days
from otdel.interfaces.files.guess.shapes import EMPTY
from otdel.interfaces.files.problems import Problem

YEAR = r"((?:19|20)\d{2})"
TAIL = r"\s*(?:г(?:ода?|\.)?)?"
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
SIZE = {"month": 12, "quarter": 4, "half": 2, "year": 1}
LETTER = {"q": "quarter", "к": "quarter", "h": "half", "п": "half", "w": "week", "н": "week", "m": "month"}
YEAR_FIRST = re.compile(YEAR + r"[\s\-./]*(q|h|w|m|кв|квартал|п|пг|п/г|полугодие|нед|неделя)[\s\-.]*(\d{1,2})", re.I)
LETTER_FIRST = re.compile(
    r"(q|h|w|m|кв|квартал|полугодие|неделя)[\s\-.]*(\d{1,2}|iv|i{1,3})[\s\-./,]*" + YEAR + TAIL, re.I
)
NUMBER_FIRST = re.compile(
    r"(\d{1,2}|iv|i{1,3})[\s\-]*(?:(?:й|ый|ой|ое|я|ая|st|nd|rd|th)\s+)?(кв|квартал|q|quarter|п|пг|п/г|полугодие|h|half|нед|неделя|week)\.?[\s\-,./]*"
    + YEAR + TAIL, re.I,
)  # fmt: skip
WORD_FIRST = re.compile(r"([a-zа-я]{3,9})\.?[\s\-,./'’]*((?:19|20)?\d{2})" + TAIL, re.I)
YEAR_WORD = re.compile(YEAR + r"[\s\-,./]+([a-zа-я]{3,9})\.?", re.I)
YEAR_MONTH = re.compile(YEAR + r"[\-./](\d{1,2})")
MONTH_YEAR = re.compile(r"(\d{1,2})[\-./]" + YEAR + TAIL)
ONLY_YEAR = re.compile(YEAR + TAIL, re.I)
ONLY_PART = re.compile(
    r"(?:q|кв\.?|квартал)?[\s\-]*(\d{1,2}|iv|i{1,3})[\s\-]*(?:-?(?:й|ый|ой|ий)\s+)?(?:кв|квартал|q|quarter|месяц|мес)?\.?",
    re.I,
)


class Period(NamedTuple):
    """A period by its grain (year, half, quarter, month, week, day), year and number; a day has its date."""

    grain: str
    year: int
    number: int = 1
    day: date | None = None

    def start(self) -> date:
        if self.day is not None:
            return self.day
        if self.grain == "week":
            return date.fromisocalendar(self.year, self.number, 1)
        return date(self.year, (self.number - 1) * (12 // SIZE[self.grain]) + 1, 1)

    def end(self) -> date:
        """The last day."""
        if self.day is not None:
            return self.day
        if self.grain == "week":
            return self.start() + timedelta(days=6)
        month = self.number * (12 // SIZE[self.grain])
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    def next(self) -> Period:
        if self.grain in ("week", "day"):
            after = self.end() + timedelta(days=1)
            return of_day(after, self.grain)
        last = self.number == SIZE[self.grain]
        return Period(self.grain, self.year + last, 1 if last else self.number + 1)


class Part(NamedTuple):
    """A quarter or month named without its year; the year is in another column."""

    number: int
    grain: str = ""


def of_day(day: date, grain: str) -> Period:
    """The period of this grain that the day lies in."""
    if grain == "day":
        return Period("day", day.year, 1, day)
    if grain == "week":
        year, week, _ = day.isocalendar()
        return Period("week", year, week)
    return Period(grain, day.year, (day.month - 1) * SIZE[grain] // 12 + 1)


def in_order(dates: Iterable[date], first: Period) -> dict[date, Period]:
    """Distinct dates, sorted, stand for consecutive periods: for calendars shifted by their publisher."""
    found: dict[date, Period] = {}
    period = first
    for day in sorted(set(dates)):
        found[day] = period
        period = period.next()
    return found


def periods(order: str = "DMY") -> Callable[[object], Period | Part | Problem | None]:
    day = days(order)

    def parse(cell: object) -> Period | Part | Problem | None:
        if cell is None or isinstance(cell, Problem):
            return cell
        if isinstance(cell, str):
            return _from_text(cell.strip(), day)
        if isinstance(cell, int) and not isinstance(cell, bool) and cell < 10_000:
            return _from_text(str(cell), day)
        return _of(day(cell), str(cell))

    return parse


def _of(value: date | Problem | None, shown: str) -> Period | Problem | None:
    if value is None:
        return None
    if isinstance(value, Problem):
        return Problem("not_a_period", shown[:100])
    return of_day(value.date() if isinstance(value, datetime) else value, "day")


def _from_text(text: str, day: Callable[[object], date | Problem | None]) -> Period | Part | Problem | None:
    if text.lower() in EMPTY:
        return None
    if len(text) > 40:
        return Problem("not_a_period", text[:100])
    found = _lettered(text) or _monthly(text)
    if found is not None:
        return found
    if match := ONLY_YEAR.fullmatch(text):
        return Period("year", int(match.group(1)))
    value = day(text)
    if isinstance(value, Problem):
        return value if value.code == "no_such_day" else _part(text)
    return _of(value, text)


def _lettered(text: str) -> Period | Problem | None:
    if match := YEAR_FIRST.fullmatch(text):
        year, letter, number = match.group(1, 2, 3)
    elif match := LETTER_FIRST.fullmatch(text):
        letter, number, year = match.group(1, 2, 3)
    elif match := NUMBER_FIRST.fullmatch(text):
        number, letter, year = match.group(1, 2, 3)
    else:
        return None
    return _checked(LETTER[letter[0].lower()], int(year), _number(number), text)


def _monthly(text: str) -> Period | Problem | None:
    if match := WORD_FIRST.fullmatch(text):
        month, year = MONTHS.get(match.group(1)[:3].lower()), int(match.group(2))
    elif match := YEAR_WORD.fullmatch(text):
        month, year = MONTHS.get(match.group(2)[:3].lower()), int(match.group(1))
    elif match := YEAR_MONTH.fullmatch(text):
        month, year = int(match.group(2)), int(match.group(1))
    elif match := MONTH_YEAR.fullmatch(text):
        month, year = int(match.group(1)), int(match.group(2))
    else:
        return None
    if month is None:
        return None
    return _checked("month", year if year > 99 else 2000 + year, month, text)


def _checked(grain: str, year: int, number: int, text: str) -> Period | Problem:
    weeks = date(year, 12, 28).isocalendar().week if grain == "week" else 0
    if not 1 <= number <= (weeks or SIZE[grain]):
        return Problem("not_a_period", text[:100])
    return Period(grain, year, number)


def _number(text: str) -> int:
    return ROMAN.get(text.lower()) or int(text)


def _part(text: str) -> Part | Problem:
    if month := MONTHS.get(text[:3].lower()):
        return Part(month, "month") if text.isalpha() else Problem("not_a_period", text[:100])
    if match := ONLY_PART.fullmatch(text):
        low = text.lower()
        grain = "quarter" if "q" in low or "к" in low else "month" if "мес" in low else ""
        return Part(_number(match.group(1)), grain)
    return Problem("not_a_period", text[:100])
