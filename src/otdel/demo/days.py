"""The days the invented company lived through: working days, seasons, and where today cuts the story."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import exp, log
from random import Random
from zoneinfo import ZoneInfo

from otdel.core.calendar import Calendar
from otdel.core.periods import Kind, Period

MONTHS = 18
# Sales begin earlier than plans, so that the first planned month has money from deals already on their way.
LEAD_IN = 2
# Pumps and boilers sell before and in the heating season.
SEASON = (0.80, 0.86, 0.95, 0.97, 0.98, 1.0, 1.02, 1.1, 1.2, 1.22, 1.08, 0.92)


def lognormal(rng: Random, median: float, spread: float) -> float:
    return exp(rng.gauss(log(median), spread))


@dataclass
class Days:
    """Everything before `today` has happened; what is drawn for later days stays unwritten, but plans know it."""

    today: date
    zone: ZoneInfo
    calendar: Calendar = field(default_factory=lambda: Calendar("RU"))

    def __post_init__(self) -> None:
        self.current = Period.of(Kind.MONTH, self.today)
        self.start = self.current.plus(-MONTHS).start
        self.months = [self.current.plus(number) for number in range(-self.current_month, 7)]
        self.quarters = self._quarters()
        # Room before the story for what old clients bought, and after it for payments that come late.
        self._first = self.months[0].start - timedelta(days=150)
        self._mask = self.calendar.mask(self._first, self.months[-1].end + timedelta(days=200))
        self._worked = [self._first + timedelta(days=n) for n, worked in enumerate(self._mask) if worked]
        self._places = self._count()

    def _quarters(self) -> list[tuple[date, date]]:
        """Return quarters from the first day of the story to the end of the next one; the first may be cut."""
        found, period = [], Period.of(Kind.QUARTER, self.start)
        while period.start <= Period.of(Kind.QUARTER, self.today).next.start:
            found.append((max(period.start, self.start), period.end))
            period = period.next
        return found

    def _count(self) -> list[int]:
        """Return for each day the number of the first working day on or after it."""
        places, passed = [], 0
        for worked in self._mask:
            places.append(passed)
            passed += bool(worked)
        return places

    @property
    def current_month(self) -> int:
        """The number of today's month in `months`."""
        return MONTHS + LEAD_IN

    def has_passed(self, day: date) -> bool:
        return day < self.today

    def month_of(self, day: date) -> int:
        """Return the number of the day's month in `months`; may lie outside of them."""
        first = self.months[0].start
        return (day.year - first.year) * 12 + day.month - first.month

    def worked(self, day: date, later: int = 0) -> date:
        """Return the working day `later` working days after the first one on or after `day`."""
        place = min((day - self._first).days, len(self._places) - 1)
        return self._worked[min(self._places[place] + later, len(self._worked) - 1)]

    def worked_before(self, day: date, earlier: int = 1) -> date:
        """Return the working day so many working days before the day."""
        return self._worked[max(self._places[(day - self._first).days] - earlier, 0)]

    def working_days(self, month: int) -> list[date]:
        period = self.months[month]
        first, end = self._places[(period.start - self._first).days], self._places[(period.end - self._first).days]
        return self._worked[first:end]

    def at(self, day: date, rng: Random, after: datetime | None = None) -> datetime:
        """Return a moment of the working hours of the day, later than `after` when that is the same day."""
        moment = datetime(day.year, day.month, day.day, 9, tzinfo=self.zone) + timedelta(minutes=rng.randrange(520))
        if after is not None and moment <= after:
            return after + timedelta(minutes=rng.randrange(5, 40))
        return moment

    def season(self, month: int) -> float:
        return SEASON[self.months[month].start.month - 1]
