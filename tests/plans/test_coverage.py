"""docs/methods/plan-of-a-period.md, its tables row by row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from otdel.core.calendar import Calendar
from otdel.core.periods import Period
from otdel.plans.coverage import Planned, Stretch, by_segment, level_for, plan_for, total_of
from otdel.plans.rules import LineKey

working = Calendar("RU").working_days_between


def line(text: str, amount: str | int) -> Stretch:
    period = Period.parse(text)
    return Stretch(period.start, period.end, Decimal(str(amount)))


def planned(period: str, *lines: Stretch) -> Planned | None:
    return plan_for(Period.parse(period), lines, working)


def test_a_line_of_the_very_period_wins():
    assert planned("2026-Q1", line("2026-Q1", 300), line("2026-01", 90), line("2026", 900)) == Planned(Decimal(300))


def test_shorter_lines_that_tile_the_period_add_up():
    months = [line("2026-01", 100), line("2026-02", 110), line("2026-03", 120)]
    assert planned("2026-Q1", *months, line("2026", 9999)) == Planned(Decimal("330.00"))


def test_of_two_tilings_the_coarser_stands():
    halves = [line("2026-Q1", 300), line("2026-Q2", 310)]
    months = [line(f"2026-0{number}", 1) for number in range(1, 7)]
    assert planned("2026-H1", *months, *halves) == Planned(Decimal("610.00"))


def test_a_longer_line_gives_its_share_of_working_days():
    # January 2026 has 15 working days of the quarter’s 55
    assert planned("2026-01", line("2026-Q1", 5500)) == Planned(Decimal("1500.00"), derived=True)


def test_a_gap_takes_its_share_and_says_so():
    found = planned("2026-Q1", line("2026-01", 100), line("2026", 24700))
    assert found is not None
    assert (found.derived, found.partial) == (True, False)
    assert found.amount == Decimal("100") + Decimal(40) * 100


def test_a_part_without_any_plan_is_said():
    assert planned("2026-Q1", line("2026-01", 100)) == Planned(Decimal("100.00"), partial=True)
    assert planned("2026-Q1") is None


def test_a_gap_of_days_off_is_no_gap():
    # 31 January and 1 February 2026 are a weekend
    lines = [line("2026-01-01..2026-01-30", 100), line("2026-02-02..2026-02-28", 50)]
    assert planned("2026-01-01..2026-02-28", *lines) == Planned(Decimal("150.00"))


def test_a_level_is_taken_at_the_end_and_never_added():
    months = [line("2026-01", 50), line("2026-02", 55), line("2026-03", 60)]
    assert level_for(Period.parse("2026-Q1"), months) == Planned(Decimal(60))
    assert level_for(Period.parse("2026-W07"), months) == Planned(Decimal(55), derived=True)
    assert level_for(Period.parse("2026-Q2"), months) is None
    assert level_for(Period.parse("2026"), months) == Planned(Decimal(60), derived=True)


def test_two_views_of_the_same_money_are_not_added():
    groups = {LineKey(1, product_group_id=n): Planned(Decimal(100)) for n in (1, 2)}
    regions = {LineKey(1, region_id=n): Planned(Decimal(70)) for n in (1, 2, 3)}
    assert total_of({**groups, **regions}) in (Planned(Decimal(200)), Planned(Decimal(210)))
    assert total_of({**groups, LineKey(1): Planned(Decimal(250))}) == Planned(Decimal(250))
    assert by_segment({**groups, **regions}, "region_id") == {n: Planned(Decimal(70)) for n in (1, 2, 3)}
    assert by_segment(groups, "channel_id") == {}


def test_no_line_is_counted_twice():
    overlapping = [line("2026-01", 100), line("2026-W02", 25), line("2026-02", 90), line("2026-03", 80)]
    assert planned("2026-Q1", *overlapping) == Planned(Decimal("270.00"))
    assert working(date(2026, 1, 1), date(2026, 4, 1)) == 55
