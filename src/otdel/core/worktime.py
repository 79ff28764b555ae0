"""Working time: how much of it lies between two moments, and when so much of it will have passed.

Counted from the production calendar and somebody's hours on a working day, in their own time zone. A day before a
public holiday is shorter where the law makes it so; a moved working Saturday is a working day like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from otdel.core.calendar import Calendar

# nobody waits longer for a day to be worked: an own calendar may close every day
FARTHEST = timedelta(days=800)


@dataclass(frozen=True)
class Hours:
    """When one works on a working day. A break at noon is counted as work: a deadline is not that exact."""

    starts: time = time(9)
    ends: time = time(18)

    def __post_init__(self) -> None:
        if self.ends <= self.starts:
            raise ValueError("the working day ends before it starts")


USUAL = Hours()


@dataclass(frozen=True)
class WorkTime:
    """Somebody's working time. Every moment given and returned is aware; returned ones are in `zone`."""

    calendar: Calendar
    zone: ZoneInfo
    hours: Hours = USUAL

    def day(self, day: date) -> tuple[datetime, datetime] | None:
        """Return when the day's work starts and ends, or None for a day off."""
        if not self.calendar.is_working_day(day):
            return None
        starts = datetime.combine(day, self.hours.starts, self.zone)
        ends = datetime.combine(day, self.hours.ends, self.zone)
        if self.calendar.is_shortened(day):
            ends = max(starts, ends - timedelta(hours=1))
        return starts, ends

    def is_working(self, at: datetime) -> bool:
        found = self.day(at.astimezone(self.zone).date())
        return found is not None and found[0] <= at < found[1]

    def next(self, at: datetime) -> datetime:
        """Return the moment itself when it is worked, else when work starts again."""
        return next((max(starts, at) for starts, _end in self._spans(at)), at).astimezone(self.zone)

    def add(self, at: datetime, minutes: float) -> datetime:
        """Return when so many working minutes after `at` will have passed; the end of a day is in time."""
        left = timedelta(minutes=minutes)
        for starts, ends in self._spans(at):
            begins = max(starts, at.astimezone(UTC))
            if begins + left <= ends:
                return (begins + left).astimezone(self.zone)
            left -= ends - begins
        return (at + timedelta(minutes=minutes)).astimezone(self.zone)

    def back(self, at: datetime, minutes: float) -> datetime:
        """Return the moment from which so many working minutes pass until `at`; never outside working time."""
        left = timedelta(minutes=minutes)
        until = at.astimezone(UTC)
        day = at.astimezone(self.zone).date()
        for _day in range(FARTHEST.days):
            found = self.day(day)
            if found and found[0] < at:
                starts, ends = found[0].astimezone(UTC), min(found[1].astimezone(UTC), until)
                if ends - left >= starts:
                    return (ends - left).astimezone(self.zone)
                left -= ends - starts
            day -= timedelta(days=1)
        return (at - timedelta(minutes=minutes)).astimezone(self.zone)

    def at_time(self, day: date, wanted: time) -> datetime:
        """Return the moment of a working day nearest to the wanted time of day."""
        starts, ends = self.day(day) or (
            datetime.combine(day, self.hours.starts, self.zone),
            datetime.combine(day, self.hours.ends, self.zone),
        )
        return min(max(datetime.combine(day, wanted, self.zone), starts), ends)

    def between(self, start: datetime, end: datetime) -> float:
        """Return the working minutes from `start` to `end`; never negative."""
        total = timedelta()
        for starts, ends in self._spans(start, end):
            total += max(timedelta(), min(ends, end) - max(starts, start))
        return total.total_seconds() / 60

    def half_way(self, start: datetime, end: datetime) -> datetime:
        """Return when half of the working time between them will have passed; by the clock if none lies there."""
        minutes = self.between(start, end)
        return self.add(start, minutes / 2) if minutes else (start + (end - start) / 2).astimezone(self.zone)

    def last_of(self, day: date) -> datetime:
        """Return when the work of the day ends; on a day off, when it would."""
        found = self.day(day)
        return found[1] if found else datetime.combine(day, self.hours.ends, self.zone)

    def after_days(self, at: datetime, days: int) -> datetime:
        """Return the end of the `days`-th working day after the day of `at`, before it if negative."""
        return self.last_of(self.calendar.add_working_days(at.astimezone(self.zone).date(), days))

    def _spans(self, start: datetime, end: datetime | None = None) -> Iterator[tuple[datetime, datetime]]:
        """Go over the worked stretches that are not over by `start`, in UTC: a shifted clock loses no hour."""
        until = end or start + FARTHEST
        day = start.astimezone(self.zone).date()
        while day <= until.astimezone(self.zone).date():
            found = self.day(day)
            if found and found[1] > start:
                yield found[0].astimezone(UTC), found[1].astimezone(UTC)
            day += timedelta(days=1)


def add_working(at: datetime, minutes: float, *, calendar: Calendar, zone: ZoneInfo, hours: Hours = USUAL) -> datetime:
    """Return when so many working minutes after `at` will have passed."""
    return WorkTime(calendar, zone, hours).add(at, minutes)


def working_between(
    start: datetime, end: datetime, *, calendar: Calendar, zone: ZoneInfo, hours: Hours = USUAL
) -> float:
    """Return the working minutes between two moments."""
    return WorkTime(calendar, zone, hours).between(start, end)
