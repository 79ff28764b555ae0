"""docs/methods/deviation.md, checked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from calc.worked_tables import tables
from hypothesis import given
from hypothesis import strategies as st

from otdel.calc.arrays import Floats
from otdel.calc.pace import attainment, deviation, expected_to_date, needed_per_working_day, run_rate

amounts = st.floats(-1e9, 1e9, allow_subnormal=False)
plans = st.floats(0.01, 1e9)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_worked_table(language: str) -> None:
    plan, fact, attained, deviated = np.array(tables("deviation.md", language)[0]).T

    np.testing.assert_allclose(attainment(fact, plan), attained)
    np.testing.assert_allclose(deviation(fact, plan), deviated)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_worked_table_under_way(language: str) -> None:
    for row in tables("deviation.md", language)[1]:
        plan, weight, expected, fact, to_date, left, needed, pace = map(np.float64, row)

        reached = expected_to_date(np.asarray(plan), weight)

        np.testing.assert_allclose(reached, expected)
        np.testing.assert_allclose(deviation(np.asarray(fact), reached), to_date)
        np.testing.assert_allclose(needed_per_working_day(np.asarray(plan), np.asarray(fact), int(left)), needed)
        np.testing.assert_allclose(run_rate(np.asarray(fact), weight), pace)


@given(amounts, plans)
def test_attainment_is_one_more_than_deviation(fact: float, plan: float) -> None:
    one = np.array([fact]), np.array([plan])

    np.testing.assert_allclose(attainment(*one), deviation(*one) + 1, rtol=1e-6, atol=1e-6)


@given(amounts, plans, st.floats(0.01, 100))
def test_deviation_does_not_depend_on_the_currency(fact: float, plan: float, rate: float) -> None:
    np.testing.assert_allclose(
        deviation(np.array([fact * rate]), np.array([plan * rate])),
        deviation(np.array([fact]), np.array([plan])),
        rtol=1e-6,
        atol=1e-9,
    )


@given(amounts, plans, st.integers(1, 260))
def test_what_is_needed_makes_the_plan(fact: float, plan: float, left: int) -> None:
    needed = needed_per_working_day(np.array([plan]), np.array([fact]), left)

    assert needed >= 0
    np.testing.assert_allclose(max(fact, plan), fact + needed * left, rtol=1e-6, atol=1e-3)


@pytest.mark.parametrize("measure", [attainment, deviation])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_not_finite_are_refused(measure: Callable[[Floats, Floats], Floats], bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        measure(np.array([bad]), np.array([1.0]))
    with pytest.raises(ValueError, match="finite"):
        measure(np.array([1.0]), np.array([bad]))


def test_days_left_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="days_left"):
        needed_per_working_day(np.array([1.0]), np.array([0.0]), -1)


@pytest.mark.parametrize("weight", [-0.01, 1.01, np.nan])
def test_pace_of_an_impossible_weight_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="weights"):
        run_rate(np.array([1.0]), weight)
