"""Production calendars against the official one, and their arithmetic."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared_data import DATA, needs

from otdel.core.calendar import Calendar
from otdel.core.periods import Period

official = needs("ru_calendar")

RUSSIA = Calendar("RU")
days = st.dates(date(2015, 1, 1), date(2030, 12, 31))


def reference() -> Mapping[str, Mapping[str, Any]]:
    table: Mapping[str, Mapping[str, Any]] = json.loads((DATA / "ru_calendar/working_days_reference.json").read_text())
    return table


@official
@pytest.mark.parametrize("year", range(2018, 2027))
def test_every_month_agrees_with_the_official_calendar(year: int) -> None:
    months = [Period.parse(f"{year}-{month:02}") for month in range(1, 13)]

    assert [len(RUSSIA.working_days(month)) for month in months] == reference()[str(year)]["workdays"]


@official
@pytest.mark.parametrize("year", range(2018, 2027))
def test_shortened_days_agree_with_the_official_calendar(year: int) -> None:
    shortened = [str(day) for day in Period.parse(str(year)) if RUSSIA.is_shortened(day)]

    assert shortened == reference()[str(year)]["short_days"]


@pytest.mark.parametrize(("year", "total"), [(2023, 247), (2024, 248), (2025, 247), (2026, 247)])
def test_working_days_of_the_year(year: int, total: int) -> None:
    assert RUSSIA.working_days_between(date(year, 1, 1), date(year + 1, 1, 1)) == total


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2024, 4, 27), True),  # Saturday worked instead of 29 April
        (date(2024, 4, 29), False),
        (date(2024, 12, 28), True),
        (date(2026, 1, 9), False),
        (date(2026, 11, 4), False),
        (date(2026, 11, 3), True),
    ],
)
def test_moved_days_of_russia(day: date, *, worked: bool) -> None:
    assert RUSSIA.is_working_day(day) is worked


def test_exceptions_of_the_company_win() -> None:
    saturday, monday = date(2026, 11, 21), date(2026, 11, 23)
    own = Calendar("RU", {saturday: True, monday: False})

    assert own.is_working_day(saturday)
    assert not own.is_working_day(monday)
    assert not RUSSIA.is_working_day(saturday)
    assert own == Calendar("ru", {monday: False, saturday: True})
    assert hash(own) == hash(Calendar("RU", {monday: False, saturday: True}))
    assert own != RUSSIA


def test_other_countries_and_plain_weekdays() -> None:
    assert not Calendar("DE").is_working_day(date(2026, 10, 3))
    assert not Calendar("DE-BY").is_working_day(date(2026, 1, 6))
    assert Calendar("DE").is_working_day(date(2026, 1, 6))
    assert not Calendar("US").is_working_day(date(2026, 11, 26))
    assert Calendar("").is_working_day(date(2026, 1, 1))
    assert not Calendar("").is_working_day(date(2026, 1, 3))


@pytest.mark.parametrize("country", ["ZZ", "RU-NOWHERE", "X" * 200, "../etc"])
def test_unknown_country_is_refused(country: str) -> None:
    with pytest.raises(ValueError, match="no production calendar"):
        Calendar(country)


def test_years_beyond_the_published_ones_are_not_sure(caplog: pytest.LogCaptureFixture) -> None:
    known = RUSSIA.known_through
    assert known is not None
    assert known >= 2026
    assert RUSSIA.is_sure(2018)
    assert RUSSIA.is_sure(known)
    assert not RUSSIA.is_sure(known + 1)
    assert not RUSSIA.is_sure(2017)
    assert RUSSIA.unsure_years(Period.between(date(known, 12, 1), date(known + 1, 2, 1))) == [known + 1]

    with caplog.at_level(logging.WARNING, "otdel.core.calendar"):
        # An exception of its own makes this calendar's year a new one to compute.
        Calendar("RU", {date(known + 7, 3, 4): False}).is_working_day(date(known + 7, 3, 3))
    assert "not published" in caplog.text


def test_countries_decided_by_rules_and_plain_weekdays_have_no_such_limit() -> None:
    assert Calendar("DE").is_sure(2060)
    assert Calendar("").known_through is None
    assert Calendar("").is_sure(1900)


@given(days, days)
def test_counts_agree_with_day_by_day(one: date, other: date) -> None:
    start, end = min(one, other), max(one, other)
    number = RUSSIA.working_days_between(start, end)

    assert number == np.count_nonzero(RUSSIA.mask(start, end))
    if (end - start).days < 400:
        listed = [start + timedelta(days=step) for step in range((end - start).days)]
        assert number == sum(RUSSIA.is_working_day(day) for day in listed)


@given(days, days, days)
def test_counts_add_up(one: date, two: date, three: date) -> None:
    start, middle, end = sorted([one, two, three])

    assert RUSSIA.working_days_between(start, end) == RUSSIA.working_days_between(
        start, middle
    ) + RUSSIA.working_days_between(middle, end)


@given(days, st.integers(1, 60))
def test_added_working_days_are_counted_between(day: date, number: int) -> None:
    later = RUSSIA.add_working_days(day, number)
    earlier = RUSSIA.add_working_days(day, -number)
    tomorrow = day + timedelta(days=1)

    assert RUSSIA.is_working_day(later)
    assert RUSSIA.working_days_between(tomorrow, later + timedelta(days=1)) == number
    assert RUSSIA.is_working_day(earlier)
    assert RUSSIA.working_days_between(earlier, day) == number


def test_adding_no_working_days_waits_for_the_next_worked_day() -> None:
    assert RUSSIA.add_working_days(date(2026, 11, 20), 0) == date(2026, 11, 20)
    assert RUSSIA.add_working_days(date(2026, 11, 21), 0) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("today", "share"),
    [
        (date(2026, 10, 20), 0.0),
        (date(2026, 11, 1), 0.0),
        (date(2026, 11, 2), 0.0),
        (date(2026, 11, 3), 1 / 20),  # 2 November is worked
        (date(2026, 11, 5), 2 / 20),  # 4 November is the Unity Day
        (date(2026, 11, 30), 19 / 20),
        (date(2026, 12, 1), 1.0),
        (date(2027, 5, 1), 1.0),
    ],
)
def test_share_passed_counts_finished_days_only(today: date, share: float) -> None:
    assert RUSSIA.share_passed(Period.parse("2026-11"), today) == pytest.approx(share)


def test_month_without_working_days_passes_by_calendar_days() -> None:
    april = Period.parse("2020-04")

    assert RUSSIA.working_days(april) == []
    assert RUSSIA.share_passed(april, date(2020, 4, 16)) == pytest.approx(0.5)


def test_masks_cannot_be_spoilt() -> None:
    year = RUSSIA.mask(date(2026, 1, 1), date(2027, 1, 1))
    year[:] = False

    assert RUSSIA.working_days_between(date(2026, 1, 1), date(2027, 1, 1)) == 247


@pytest.mark.parametrize("year", [1800, 2500])
def test_year_outside_every_calendar_is_refused(year: int) -> None:
    with pytest.raises(ValueError, match="no calendar"):
        RUSSIA.is_working_day(date(year, 1, 1))
