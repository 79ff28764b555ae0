"""Weeks, months, quarters, half-years, years and free ranges as half-open day ranges."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

# Outside these years production calendars say nothing and date arithmetic begins to overflow.
FIRST_YEAR, LAST_YEAR = 1900, 2199
# Ten years: every page that takes a range from its address stays cheap.
LONGEST_RANGE = 3653


class Kind(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    RANGE = "range"


_MONTHS = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.HALF: 6, Kind.YEAR: 12}


@dataclass(frozen=True)
class Period:
    """The days `start <= day < end`; weeks are ISO weeks and begin on Monday.

    `stop` is given for a RANGE only: every other kind knows its own end.
    """

    kind: Kind
    start: date
    stop: date | None = None

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.start.year <= LAST_YEAR:
            raise ValueError(f"a period lies between {FIRST_YEAR} and {LAST_YEAR}, got {self.start}")
        if self.kind is Kind.RANGE:
            _check_range(self.start, self.stop)
        elif self.stop is not None:
            raise ValueError(f"a {self.kind} knows its own end")
        elif self.start != _first_day(self.kind, self.start):
            raise ValueError(f"a {self.kind} does not start on {self.start}")

    @classmethod
    def of(cls, kind: Kind, day: date) -> Period:
        """Return the period of `kind` that `day` lies in."""
        return cls(kind, _first_day(kind, day))

    @classmethod
    def between(cls, start: date, end: date) -> Period:
        """Return the free range `start <= day < end`."""
        return cls(Kind.RANGE, start, end)

    @classmethod
    def parse(cls, text: str) -> Period:
        """Return the period written as `str()` writes it: 2026, 2026-H2, 2026-Q4, 2026-11, 2026-W47,
        2026-11-01..2026-11-15 (last day included). Raises ValueError for anything else."""
        for pattern, build in _FORMS:
            if match := pattern.fullmatch(text):
                return build(*(int(number) for number in match.groups()))
        raise ValueError(f"not a period: {text[:40]!r}")

    def __str__(self) -> str:
        year, month = self.start.year, self.start.month
        match self.kind:
            case Kind.WEEK:
                iso = self.start.isocalendar()
                return f"{iso.year:04}-W{iso.week:02}"
            case Kind.MONTH:
                return f"{year:04}-{month:02}"
            case Kind.QUARTER:
                return f"{year:04}-Q{(month + 2) // 3}"
            case Kind.HALF:
                return f"{year:04}-H{(month + 5) // 6}"
            case Kind.YEAR:
                return f"{year:04}"
            case Kind.RANGE:
                return f"{self.start}..{self.last}"

    @cached_property
    def end(self) -> date:
        """First day after the period."""
        if self.stop is not None:
            return self.stop
        if self.kind is Kind.WEEK:
            return self.start + timedelta(days=7)
        return _plus_months(self.start, _MONTHS[self.kind])

    @property
    def last(self) -> date:
        """Last day of the period."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> list[date]:
        return list(self)

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=number) for number in range(len(self)))

    def __len__(self) -> int:
        return (self.end - self.start).days

    def __lt__(self, other: Period) -> bool:
        return (self.start, self.end) < (other.start, other.end)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def contains(self, other: Period | date) -> bool:
        if isinstance(other, Period):
            return self.start <= other.start and other.end <= self.end
        return other in self

    def plus(self, number: int) -> Period:
        """Return the period `number` steps later (earlier if negative); a range steps by its own length.

        Raises ValueError outside the years a period may lie in.
        """
        try:
            if self.kind in _MONTHS:
                return Period(self.kind, _plus_months(self.start, _MONTHS[self.kind] * number))
            step = timedelta(days=len(self) * number)
            return Period(self.kind, self.start + step, self.stop and self.stop + step)
        except OverflowError as error:
            raise ValueError(f"{number} steps from {self} is out of the calendar") from error

    @property
    def next(self) -> Period:
        return self.plus(1)

    @property
    def previous(self) -> Period:
        return self.plus(-1)

    @property
    def same_last_year(self) -> Period:
        """The same period a year earlier: by number for a week (53 becomes the last), by date otherwise."""
        if self.kind is Kind.WEEK:
            iso = self.start.isocalendar()
            week = min(iso.week, _weeks_in(iso.year - 1))
            return Period(Kind.WEEK, date.fromisocalendar(iso.year - 1, week, 1))
        if self.kind is Kind.RANGE:
            start, end = _year_earlier(self.start), _year_earlier(self.end)
            return Period.between(min(start, end - timedelta(days=1)), end)
        return Period(self.kind, self.start.replace(year=self.start.year - 1))

    def split(self, kind: Kind) -> list[Period]:
        """Return consecutive pieces that cover the period exactly: whole periods of `kind`, and ranges
        at the edges where a whole one does not fit."""
        if kind is Kind.RANGE:
            raise ValueError("a period is not split into ranges")
        pieces, start = [], self.start
        while start < self.end:
            piece = self._piece(kind, start)
            pieces.append(piece)
            start = piece.end
        return pieces

    def _piece(self, kind: Kind, start: date) -> Period:
        end = min(_end_of(kind, start), self.end)
        if (start, end) == (self.start, self.end):
            return self
        first = _first_day(kind, start)
        return Period(kind, first) if (first, _end_of(kind, start)) == (start, end) else Period.between(start, end)


def _check_range(start: date, stop: date | None) -> None:
    if stop is None or stop <= start:
        raise ValueError(f"a range ends after it starts, got {start}..{stop}")
    if (stop - start).days > LONGEST_RANGE or stop.year > LAST_YEAR + 1:
        raise ValueError("a range is no longer than ten years")


def _first_day(kind: Kind, day: date) -> date:
    if kind is Kind.RANGE:
        raise ValueError("a range has no natural first day")
    if kind is Kind.WEEK:
        return day - timedelta(days=day.weekday())
    size = _MONTHS[kind]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


def _end_of(kind: Kind, day: date) -> date:
    first = _first_day(kind, day)
    return first + timedelta(days=7) if kind is Kind.WEEK else _plus_months(first, _MONTHS[kind])


def _plus_months(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _weeks_in(year: int) -> int:
    # 28 December always lies in the last ISO week of its year.
    return date(year, 12, 28).isocalendar().week


def _year_earlier(day: date) -> date:
    # 29 February maps to 1 March, so that ranges that touched still touch.
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 3, 1)
    return day.replace(year=day.year - 1)


def _range_of(*numbers: int) -> Period:
    start, last = date(*numbers[:3]), date(*numbers[3:])
    _check_range(start, last + timedelta(days=1) if last < date.max else None)
    return Period.between(start, last + timedelta(days=1))


_DAY = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_FORMS: list[tuple[re.Pattern[str], Callable[..., Period]]] = [
    (re.compile(r"([0-9]{4})"), lambda year: Period(Kind.YEAR, date(year, 1, 1))),
    (re.compile(r"([0-9]{4})-H([12])"), lambda year, half: Period(Kind.HALF, date(year, half * 6 - 5, 1))),
    (
        re.compile(r"([0-9]{4})-Q([1-4])"),
        lambda year, part: Period(Kind.QUARTER, date(year, part * 3 - 2, 1)),
    ),
    (re.compile(r"([0-9]{4})-([0-9]{2})"), lambda year, month: Period(Kind.MONTH, date(year, month, 1))),
    (
        re.compile(r"([0-9]{4})-W([0-9]{2})"),
        lambda year, week: Period(Kind.WEEK, date.fromisocalendar(year, week, 1)),
    ),
    (re.compile(_DAY + r"\.\." + _DAY), _range_of),
]
