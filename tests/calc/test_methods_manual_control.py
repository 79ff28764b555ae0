"""docs/methods/manual-control.md, checked."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from calc.worked_tables import tables
from hypothesis import given
from hypothesis import strategies as st

from otdel.calc import day_plan
from otdel.calc.same_weekdays import compare

LANGUAGES = pytest.mark.parametrize("language", ["en", "ru"])
values = st.lists(st.tuples(st.integers(0, 6), st.floats(0, 1e6)), min_size=1, max_size=40)


def arrays(rows):
    return np.array([day for day, _v in rows]), np.array([value for _d, value in rows], dtype=np.float64)


@LANGUAGES
def test_silent_customers(language: str) -> None:
    for average, gap, since, silent, money in tables("manual-control.md", language)[0]:
        assert day_plan.is_silent(Decimal(gap), int(since)) == bool(silent)
        assert day_plan.silent_value(Decimal(average), Decimal(gap), int(since)) == Decimal(money)


@LANGUAGES
def test_deals(language: str) -> None:
    for amount, chance, days, money, standing in tables("manual-control.md", language)[1]:
        expected = day_plan.expected_money(Decimal(amount), int(chance))
        assert expected == Decimal(money)
        assert day_plan.money_days(expected, int(days)) == Decimal(standing)


@LANGUAGES
def test_same_weekdays(language: str) -> None:
    ((days, base, level, difference, share, error),) = tables("manual-control.md", language)[2]
    found = compare(*arrays([(0, 10), (0, 20), (1, 30), (1, 50)]), *arrays([(0, 25), (1, 55), (1, 45)]))
    assert found is not None
    assert found.days == days
    np.testing.assert_allclose([found.base, found.level, found.difference], [base, level, difference], atol=1e-4)
    np.testing.assert_allclose([found.share, found.error], [share, error], atol=1e-4)
    assert not found.is_sure


def test_weekdays_nobody_worked_before_are_left_out() -> None:
    found = compare(*arrays([(0, 10), (0, 12)]), *arrays([(0, 20), (5, 900)]))
    assert found is not None
    assert (found.days, found.base, found.level) == (1, 11, 20)
    assert compare(*arrays([(0, 10)]), *arrays([(5, 900)])) is None
    assert compare(*arrays([(0, 10)]), np.array([], dtype=int), np.array([])) is None


def test_nothing_to_tell_chance_from() -> None:
    found = compare(*arrays([(0, 10), (1, 10)]), *arrays([(0, 99), (1, 99)]))
    assert found is not None
    assert np.isnan(found.error)
    assert not found.is_sure


@given(values)
def test_a_stretch_compared_with_itself_has_not_changed(rows) -> None:
    found = compare(*arrays(rows), *arrays(rows))
    assert found is not None
    np.testing.assert_allclose(found.difference, 0, atol=1e-6 * (1 + found.base))
    assert not found.is_sure


@given(values, values, st.floats(0.01, 1000))
def test_difference_does_not_depend_on_the_currency(before, during, rate) -> None:
    one, two = (
        compare(*arrays(before), *arrays(during)),
        compare(
            *arrays([(day, value * rate) for day, value in before]),
            *arrays([(day, value * rate) for day, value in during]),
        ),
    )
    assert (one is None) == (two is None)
    if one and two:
        np.testing.assert_allclose(two.difference, one.difference * rate, rtol=1e-6, atol=1e-3)


@given(st.lists(st.one_of(st.none(), st.decimals(0, 2, places=2)), max_size=30))
def test_streak_counts_from_the_end(days) -> None:
    count = day_plan.streak(days, Decimal(1))
    assert all(each is not None and each >= 1 for each in days[len(days) - count :])
    if count < len(days):
        last = days[-count - 1]
        assert last is None or last < 1
