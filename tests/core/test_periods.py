"""Periods: half-open, aligned, written in addresses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otdel.core.periods import Kind, Period

NATURAL = [kind for kind in Kind if kind is not Kind.RANGE]

days = st.dates(date(1950, 1, 1), date(2150, 12, 31))
natural = st.builds(Period.of, st.sampled_from(NATURAL), days)
ranges = st.builds(
    lambda start, length: Period.between(start, start + timedelta(days=length)), days, st.integers(1, 800)
)
periods = natural | ranges


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-H1", date(2026, 1, 1), date(2026, 7, 1)),
        ("2026-H2", date(2026, 7, 1), date(2027, 1, 1)),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("2024-02", date(2024, 2, 1), date(2024, 3, 1)),
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 23)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 5)),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 4)),
        ("2026-11-01..2026-11-15", date(2026, 11, 1), date(2026, 11, 16)),
    ],
)
def test_period_is_read_and_written_in_one_form(text: str, start: date, end: date) -> None:
    period = Period.parse(text)

    assert (period.start, period.end) == (start, end)
    assert str(period) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-13",
        "2026-00",
        "2026-Q5",
        "2026-Q0",
        "2026-H3",
        "2026-W00",
        "2025-W53",
        "2026-W54",
        "2026-1",
        "26",
        "0001",
        "9999",
        "2026-W47 ",
        " 2026",
        "2026\n",
        "٢٠٢٦",
        "2026-q4",
        "2026-11-01",
        "2026-11-15..2026-11-01",
        "2026-02-30..2026-03-01",
        "1950-01-01..2026-01-01",
        "2190-01-01..9999-12-31",
        "2026-11-01..",
        "now",
        "2026-11-01..2026-11-15..2026-11-20",
    ],
)
def test_bad_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the kind of sentence differs by what is wrong
        Period.parse(text)


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_refused(text: str) -> None:
    try:
        period = Period.parse(text)
    except ValueError:
        return
    assert str(period) == text


@given(periods)
def test_text_round_trip(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(natural, st.integers(-30, 30))
def test_steps_forth_and_back_return(period: Period, number: int) -> None:
    assert period.plus(number).plus(-number) == period
    assert period.plus(number).kind == period.kind


@given(periods)
def test_neighbours_touch(period: Period) -> None:
    assert period.next.start == period.end
    assert period.previous.end == period.start
    assert period.previous < period < period.next


@given(periods)
def test_days_are_exactly_those_contained(period: Period) -> None:
    listed = period.days

    assert listed[0] == period.start
    assert listed[-1] == period.last
    assert len(listed) == len(period) == len(set(listed))
    assert all(day in period for day in listed)
    assert period.end not in period
    assert period.start - timedelta(days=1) not in period


@given(st.sampled_from(NATURAL), days)
def test_period_of_a_day_contains_it(kind: Kind, day: date) -> None:
    assert Period.of(kind, day).contains(day)


@given(periods, st.sampled_from(NATURAL))
def test_split_covers_exactly(period: Period, kind: Kind) -> None:
    pieces = period.split(kind)

    assert [day for piece in pieces for day in piece] == period.days
    assert all(period.contains(piece) for piece in pieces)
    assert all(piece.kind in {kind, Kind.RANGE, period.kind} for piece in pieces)


def test_split_by_smaller_kind() -> None:
    assert [str(piece) for piece in Period.parse("2026-Q4").split(Kind.MONTH)] == [
        "2026-10",
        "2026-11",
        "2026-12",
    ]
    assert [str(piece) for piece in Period.parse("2026").split(Kind.HALF)] == ["2026-H1", "2026-H2"]
    assert [str(piece) for piece in Period.parse("2026-11").split(Kind.WEEK)] == [
        "2026-11-01..2026-11-01",
        "2026-W45",
        "2026-W46",
        "2026-W47",
        "2026-W48",
        "2026-11-30..2026-11-30",
    ]


def test_split_by_larger_kind_is_the_period_itself() -> None:
    month = Period.parse("2026-11")

    assert month.split(Kind.YEAR) == [month]


@pytest.mark.parametrize(
    ("text", "earlier"),
    [
        ("2026-11", "2025-11"),
        ("2024-02", "2023-02"),
        ("2026-Q1", "2025-Q1"),
        ("2026-W47", "2025-W47"),
        ("2026-W53", "2025-W52"),
        ("2024-02-01..2024-02-29", "2023-02-01..2023-02-28"),
        ("2025-02-01..2025-02-28", "2024-02-01..2024-02-29"),
        ("2024-02-29..2024-02-29", "2023-02-28..2023-02-28"),
    ],
)
def test_same_period_last_year(text: str, earlier: str) -> None:
    assert str(Period.parse(text).same_last_year) == earlier


def test_misaligned_start_is_refused() -> None:
    with pytest.raises(ValueError, match="does not start"):
        Period(Kind.MONTH, date(2026, 11, 2))


def test_natural_period_with_a_stop_is_refused() -> None:
    with pytest.raises(ValueError, match="its own end"):
        Period(Kind.MONTH, date(2026, 11, 1), date(2026, 12, 1))


@pytest.mark.parametrize("number", [10_000, -10_000, 10**9])
def test_step_out_of_the_calendar_is_refused(number: int) -> None:
    for text in ("2026-11", "2026-W47", "2026", "2026-11-01..2026-11-15"):
        with pytest.raises(ValueError):  # noqa: PT011 - every sentence will do
            Period.parse(text).plus(number)
