"""Production calendars: which days are worked, in any country, with a company's own exceptions."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import holidays
import numpy as np
from numpy.typing import NDArray

from otdel.core.periods import FIRST_YEAR, LAST_YEAR, Period

Bools = NDArray[np.bool_]
log = logging.getLogger(__name__)

# The whole table of `holidays` was compared with the official calendar for 2018 and later.
RUSSIA_CHECKED_FROM = 2018

# Non-working days with pay kept, declared by decrees 206, 239, 294, 345, 354 of 2020 and 242, 595 of 2021.
# They are not public holidays, so `holidays` leaves them out; the official production calendar counts them.
_RUSSIA_DECREED = (
    (date(2020, 3, 30), date(2020, 5, 9)),
    (date(2020, 6, 24), date(2020, 6, 25)),
    (date(2020, 7, 1), date(2020, 7, 2)),
    (date(2021, 5, 4), date(2021, 5, 8)),
    (date(2021, 11, 1), date(2021, 11, 4)),
)

# Labour Code of Russia, article 112; article 95 makes the working day just before one an hour shorter.
_RUSSIA_PUBLIC = frozenset(
    {*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)},
)


@dataclass(frozen=True, init=False)
class Calendar:
    """The working days of a country, corrected by the company's own exceptions.

    `country` is an ISO code ("RU", "KZ", "DE-BY" with a subdivision), or "" for plain Monday to Friday.
    Immutable and hashable; masks are computed once per year and shared.
    """

    country: str
    exceptions: tuple[tuple[date, bool], ...]

    def __init__(self, country: str = "RU", exceptions: Mapping[date, bool] | None = None) -> None:
        """Raises ValueError for a country nobody has a calendar of."""
        code = country.strip().upper()
        _country_days(code, FIRST_YEAR)
        object.__setattr__(self, "country", code)
        object.__setattr__(self, "exceptions", tuple(sorted((exceptions or {}).items())))

    @property
    def known_through(self) -> int | None:
        """Last year whose moved days are published, or None where rules alone decide every year."""
        return _published_years(self.country)[1]

    def is_sure(self, year: int) -> bool:
        """Tell whether the data of `year` is official rather than the best guess from the rules."""
        first, last = _published_years(self.country)
        return (first is None or year >= first) and (last is None or year <= last)

    def unsure_years(self, period: Period) -> list[int]:
        """Return the years of the period to warn about: their moved days are not published yet."""
        return [year for year in range(period.start.year, period.last.year + 1) if not self.is_sure(year)]

    def is_working_day(self, day: date) -> bool:
        return bool(self._year(day.year)[day.timetuple().tm_yday - 1])

    def is_shortened(self, day: date) -> bool:
        """Tell whether the working day is an hour shorter by law (known for Russia only)."""
        if self.country != "RU" or not self.is_working_day(day):
            return False
        return _before_public_holiday(day) or any(_before_public_holiday(off) for off in _worked_instead_of(day))

    def mask(self, start: date, end: date) -> Bools:
        """Return for each day of `start <= day < end` whether it is worked, shape (days,)."""
        if end <= start:
            return np.zeros(0, dtype=np.bool_)
        last = end - timedelta(days=1)
        years = [self._year(year) for year in range(start.year, last.year + 1)]
        offset = start.timetuple().tm_yday - 1
        return np.concatenate(years)[offset : offset + (end - start).days]

    def working_days(self, period: Period) -> list[date]:
        worked = np.flatnonzero(self.mask(period.start, period.end))
        return [period.start + timedelta(days=int(number)) for number in worked]

    def working_days_between(self, start: date, end: date) -> int:
        """Return the number of working days in `start <= day < end`."""
        return int(np.count_nonzero(self.mask(start, end)))

    def add_working_days(self, day: date, number: int) -> date:
        """Return the `number`-th working day after `day`, before it if negative; 0 gives `day` itself
        if it is worked, else the next working day."""
        if number == 0:
            return day if self.is_working_day(day) else self.add_working_days(day, 1)
        step = timedelta(days=1 if number > 0 else -1)
        left = abs(number)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def share_passed(self, period: Period, today: date) -> float:
        """Return the share of the period's working days that lie before `today`, 0 to 1.

        A period without working days passes by calendar days.
        """
        before = min(max(today, period.start), period.end)
        total = self.working_days_between(period.start, period.end)
        if not total:
            return (before - period.start).days / len(period)
        return self.working_days_between(period.start, before) / total

    def _year(self, year: int) -> Bools:
        own = tuple((day, worked) for day, worked in self.exceptions if day.year == year)
        return _year_mask(self.country, year, own)


@lru_cache(maxsize=1024)
def _year_mask(country: str, year: int, exceptions: tuple[tuple[date, bool], ...]) -> Bools:
    if not FIRST_YEAR - 1 <= year <= LAST_YEAR + 1:
        raise ValueError(f"no calendar for the year {year}")
    published = _published_years(country)[1]
    if published is not None and year > published:
        log.warning("Calendar %s: moved days of %s are not published, known through %s", country, year, published)
    mask = _country_days(country, year).copy()
    for day, worked in exceptions:
        mask[day.timetuple().tm_yday - 1] = worked
    mask.setflags(write=False)
    return mask


@lru_cache(maxsize=1024)
def _country_days(country: str, year: int) -> Bools:
    days = list(_days_of(year))
    if not country:
        return np.array([day.weekday() < 5 for day in days])
    # Neighbours too: a day moved across New Year is written in the other year's table.
    library = _library(country, year - 1, year, year + 1)
    worked = np.array([library.is_working_day(day) for day in days])
    for first, end in _RUSSIA_DECREED if country == "RU" else ():
        if first.year == year:
            worked[first.timetuple().tm_yday - 1 : end.timetuple().tm_yday - 1] = False
    return worked


def _days_of(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))


def _library(country: str, *years: int) -> Any:
    code, _, subdivision = country.partition("-")
    try:
        return holidays.country_holidays(code, subdiv=subdivision or None, years=years)
    except NotImplementedError as error:
        raise ValueError(f"no production calendar for {country!r}") from error


@lru_cache(maxsize=64)
def _published_years(country: str) -> tuple[int | None, int | None]:
    """Return the first and last year the data is official for; None has no limit.

    Where a government moves days off every year, the years with such moves in the table are the known ones.
    """
    if not country:
        return None, None
    library = _library(country)
    first = RUSSIA_CHECKED_FROM if country == "RU" else library.start_year
    if not library.has_substituted_holidays:
        return first, library.end_year
    return first, max(getattr(library, "special_public_holidays", {}), default=library.end_year)


def _before_public_holiday(day: date) -> bool:
    following = day + timedelta(days=1)
    return (following.month, following.day) in _RUSSIA_PUBLIC


@lru_cache(maxsize=64)
def _swapped_days(year: int) -> tuple[tuple[date, date], ...]:
    """Return pairs (day off, weekend day worked instead) of Russia's table for the year."""
    rows = getattr(_library("RU"), "special_public_holidays", {}).get(year, ())
    rows = rows if rows and isinstance(rows[0], tuple) else (rows,)
    moved = (row for row in rows if len(row) >= 4)
    return tuple((date(year, row[0], row[1]), date(row[4] if len(row) > 4 else year, row[2], row[3])) for row in moved)


def _worked_instead_of(day: date) -> list[date]:
    return [off for off, worked in _swapped_days(day.year) if worked == day]
