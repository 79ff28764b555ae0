"""When a task comes again. Rules are RRULE of RFC 5545, built from a few answers and read back from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _

from otdel.core.calendar import Calendar
from otdel.core.errors import Invalid

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# no rule is looked at further ahead than this
FARTHEST_DAYS = 366 * 12
# birthdays are looked for again so many days back when nothing ran
BIRTHDAYS_BACK = 7


@dataclass(frozen=True)
class Rhythm:
    """How often: every `interval`-th day, week, month or year, until a day or so many times."""

    frequency: str = "WEEKLY"
    interval: int = 1
    weekdays: tuple[str, ...] = ()
    month_day: int | None = None  # -1 is the last day
    until: date | None = None
    count: int | None = None

    def rule(self) -> str:
        """Return it as an RRULE. Refuses what means nothing."""
        if self.frequency not in FREQUENCIES or set(self.weekdays) - set(WEEKDAYS):
            raise Invalid(_("There is no such rhythm."), field="frequency")
        if not 1 <= self.interval <= 366:
            raise Invalid(_("Every first to every 366th."), field="interval")
        if self.month_day is not None and self.month_day != -1 and not 1 <= self.month_day <= 31:
            raise Invalid(_("There is no such day of a month."), field="month_day")
        if self.count is not None and not 1 <= self.count <= 1000:
            raise Invalid(_("1 to 1000 times."), field="count")
        return ";".join(self._parts())

    def _parts(self) -> Iterator[str]:
        yield f"FREQ={self.frequency}"
        if self.interval > 1:
            yield f"INTERVAL={self.interval}"
        if self.frequency == "WEEKLY" and self.weekdays:
            yield "BYDAY=" + ",".join(day for day in WEEKDAYS if day in self.weekdays)
        if self.frequency == "MONTHLY" and self.month_day:
            # a month without a 31st has its last day instead
            few = self.month_day > 28
            yield (
                f"BYMONTHDAY={','.join(map(str, range(28, self.month_day + 1)))};BYSETPOS=-1"
                if few
                else (f"BYMONTHDAY={self.month_day}")
            )
        if self.count:
            yield f"COUNT={self.count}"
        elif self.until:
            yield f"UNTIL={self.until:%Y%m%d}T235959"

    @classmethod
    def read(cls, rule: str) -> Rhythm:
        """Read a rule this made."""
        parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
        until, days = parts.get("UNTIL", ""), parts.get("BYMONTHDAY", "").split(",")
        return cls(
            frequency=parts.get("FREQ", "WEEKLY"),
            interval=int(parts.get("INTERVAL", 1)),
            weekdays=tuple(day for day in parts.get("BYDAY", "").split(",") if day),
            month_day=int(days[-1]) if days[-1] else None,
            until=date(int(until[:4]), int(until[4:6]), int(until[6:8])) if until else None,
            count=int(parts["COUNT"]) if "COUNT" in parts else None,
        )


def days(rule: str, starts_on: date, off_days: str, calendar: Calendar) -> Iterator[tuple[date, date]]:
    """Yield (day of the rule, day it is given on); times that fall on a skipped day off do not count."""
    count = Rhythm.read(rule).count
    plain = ";".join(part for part in rule.split(";") if not part.startswith("COUNT="))
    found: Any = rrulestr(plain, dtstart=datetime.combine(starts_on, time.min))
    end = starts_on + timedelta(days=FARTHEST_DAYS)
    made = 0
    for each in found:
        day = each.date()
        if day > end or (count is not None and made >= count):
            return
        given = day if off_days == "KEEP" else calendar.add_working_days(day, 0)
        if off_days == "SKIP" and given != day:
            continue
        made += 1
        yield day, given


def following(
    rule: str, starts_on: date, off_days: str, calendar: Calendar, after: date | None
) -> tuple[date, date] | None:
    """Return the first time after the day of the rule, or the first of all."""
    times = days(rule, starts_on, off_days, calendar)
    return next((each for each in times if after is None or each[0] > after), None)


def shifted(day: date, number: int, calendar: Calendar) -> date:
    """Return the day so many working days after a day, before it if negative; 0 is the day or the next worked one."""
    return calendar.add_working_days(day, number)


def birthdays_due(day: date, number: int, calendar: Calendar) -> list[tuple[int, int, int]]:
    """Return (year, month, day) of the birthdays whose task is given on the day. 29 February is kept on the 28th."""
    found = []
    span = 40 + abs(number) * 3
    for step in range(-span, span + 1):
        birthday = day + timedelta(days=step)
        if shifted(birthday, number, calendar) == day:
            found.append((birthday.year, birthday.month, birthday.day))
            if (birthday.month, birthday.day) == (2, 28) and not _leap(birthday.year):
                found.append((birthday.year, 2, 29))
    return found


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def check_after(number: int, on: str) -> None:
    if not -60 <= number <= 250 or (number < 0 and on != "BIRTHDAY"):
        raise Invalid(_("0 to 250 working days after; before a birthday, at most 60."), field="after_days")
