"""Working time over days off, a moved working Saturday, shortened days, two time zones and a shifted clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otdel.core.calendar import Calendar
from otdel.core.worktime import Hours, WorkTime, add_working, working_between

MOSCOW, OMSK, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Omsk"), ZoneInfo("Europe/Berlin")
RUSSIA, WEEKS = Calendar("RU"), Calendar("")
WORK = WorkTime(RUSSIA, MOSCOW)


def msk(day: str, hour: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        (msk("2026-11-23", "10:00"), 120, msk("2026-11-23", "12:00")),
        (msk("2026-11-23", "17:00"), 60, msk("2026-11-23", "18:00")),
        (msk("2026-11-23", "17:00"), 120, msk("2026-11-24", "10:00")),
        (msk("2026-11-23", "07:00"), 120, msk("2026-11-23", "11:00")),
        (msk("2026-11-23", "23:00"), 1, msk("2026-11-24", "09:01")),
        (msk("2026-11-20", "17:00"), 120, msk("2026-11-23", "10:00")),
        # 3 November 2026 is the eve of a holiday and an hour shorter; the 4th is off
        (msk("2026-11-03", "16:30"), 60, msk("2026-11-05", "09:30")),
        # Saturday 1 November 2025 was worked instead of Monday the 3rd, and shortened; the 4th a holiday
        (msk("2025-10-31", "17:00"), 120, msk("2025-11-01", "10:00")),
        (msk("2025-11-01", "16:30"), 60, msk("2025-11-05", "09:30")),
        # a whole January of holidays
        (msk("2025-12-30", "17:30"), 60, msk("2026-01-12", "09:30")),
    ],
)
def test_add(start: datetime, minutes: int, end: datetime) -> None:
    assert WORK.add(start, minutes) == end
    assert WORK.between(start, end) == minutes


def test_the_same_moment_in_two_time_zones() -> None:
    at = msk("2026-11-23", "14:00")  # 17:00 in Omsk
    there = WorkTime(RUSSIA, OMSK).add(at, 120)
    assert there == datetime(2026, 11, 24, 10, tzinfo=OMSK)
    assert there.tzinfo is OMSK
    assert WORK.add(at, 120) == msk("2026-11-23", "16:00")
    assert WORK.is_working(msk("2026-11-23", "15:00"))
    assert not WorkTime(RUSSIA, OMSK).is_working(msk("2026-11-23", "15:00"))


def test_part_of_a_day() -> None:
    mornings = WorkTime(RUSSIA, MOSCOW, Hours(time(9), time(13)))
    assert mornings.add(msk("2026-11-23", "12:00"), 120) == msk("2026-11-24", "10:00")
    assert mornings.between(msk("2026-11-23", "00:00"), msk("2026-11-30", "00:00")) == 5 * 4 * 60


def test_half_way() -> None:
    friday, tuesday = msk("2026-11-20", "14:00"), msk("2026-11-24", "18:00")
    assert WORK.half_way(friday, tuesday) == msk("2026-11-23", "16:00")
    night = msk("2026-11-21", "10:00"), msk("2026-11-21", "12:00")
    assert WORK.half_way(*night) == msk("2026-11-21", "11:00")


def test_next_and_ends_of_days() -> None:
    assert WORK.next(msk("2026-11-21", "10:00")) == msk("2026-11-23", "09:00")
    assert WORK.next(msk("2026-11-23", "10:00")) == msk("2026-11-23", "10:00")
    assert WORK.after_days(msk("2026-11-20", "10:00"), 3) == msk("2026-11-25", "18:00")
    assert WORK.last_of(date(2026, 11, 3)) == msk("2026-11-03", "17:00")


def test_a_shifted_clock_loses_no_hour() -> None:
    nights = WorkTime(WEEKS, BERLIN, Hours(time(0), time(23, 59)))
    saturday = WorkTime(Calendar("", {date(2026, 3, 29): True}), BERLIN, Hours(time(0), time(12)))
    assert saturday.between(datetime(2026, 3, 29, 0, tzinfo=BERLIN), datetime(2026, 3, 29, 12, tzinfo=BERLIN)) == 660
    assert nights.add(datetime(2026, 3, 27, 10, tzinfo=UTC), 60) == datetime(2026, 3, 27, 11, tzinfo=UTC)


def test_a_calendar_without_work_still_answers() -> None:
    off = Calendar("", {date(2026, 1, 1): False})
    nobody = WorkTime(off, MOSCOW, Hours(time(9), time(9, 1)))
    assert nobody.add(msk("2026-01-01", "10:00"), 10**7) > msk("2026-01-01", "10:00")


def test_hours_that_end_before_they_start_are_refused() -> None:
    with pytest.raises(ValueError, match="ends before"):
        Hours(time(18), time(9))


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))


@given(MOMENTS, st.integers(0, 20_000))
def test_what_is_added_lies_between(at: datetime, minutes: int) -> None:
    end = add_working(at, minutes, calendar=RUSSIA, zone=MOSCOW)
    assert end >= at
    assert working_between(at, end, calendar=RUSSIA, zone=MOSCOW) == pytest.approx(minutes)
    assert minutes == 0 or WORK.is_working(end) or end.time() in (time(18), time(17))
