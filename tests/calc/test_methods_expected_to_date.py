"""docs/methods/expected-to-date.md, checked."""

from __future__ import annotations

import numpy as np
import pytest
from calc.worked_tables import tables
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from otdel.calc.arrays import Bools, Floats
from otdel.calc.pace import (
    PastPeriod,
    Profile,
    Source,
    expected_to_date,
    learn_profile,
    weight_passed,
)

FOUR_DAYS = np.ones(4, dtype=np.bool_)
HISTORY = [
    PastPeriod(FOUR_DAYS, np.array(sold, dtype=np.float64))
    for sold in ([10, 20, 30, 40], [10, 10, 30, 50], [10, 30, 30, 30])
]


def past(working: str, actual: list[float]) -> PastPeriod:
    """A period drawn as text: w is a day worked, anything else is not."""
    return PastPeriod(np.array([letter == "w" for letter in working]), np.array(actual, dtype=np.float64))


@st.composite
def past_periods(draw: st.DrawFn) -> PastPeriod:
    length = draw(st.integers(1, 40))
    working: Bools = draw(arrays.arrays(np.bool_, length))
    actual: Floats = draw(arrays.arrays(np.float64, length, elements=st.floats(-1e6, 1e9, allow_subnormal=False)))
    return PastPeriod(working, actual)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_worked_table(language: str) -> None:
    page = np.array(tables("expected-to-date.md", language)[0])

    weight = learn_profile(HISTORY).by_day(FOUR_DAYS)

    for number, one in enumerate(HISTORY):
        np.testing.assert_allclose(np.cumsum(one.actual) / one.actual.sum(), page[:, number + 1])
    np.testing.assert_allclose(page[:, 1:4].mean(axis=1), page[:, 4])
    np.testing.assert_allclose(learn_profile([]).by_day(FOUR_DAYS), page[:, 5])
    np.testing.assert_allclose(weight, page[:, 6])
    np.testing.assert_allclose(expected_to_date(np.array(1_000_000.0), weight), page[:, 7])


def test_no_history_means_even_working_days() -> None:
    profile = learn_profile([])

    assert profile.source is Source.UNIFORM
    assert profile.periods == 0
    np.testing.assert_allclose(
        profile.by_day(np.array([True, True, False, False, True, True])), [0.25, 0.5, 0.5, 0.5, 0.75, 1]
    )


@pytest.mark.parametrize(
    ("number", "source", "trust"),
    [
        (1, Source.BLENDED, 0.25),
        (3, Source.BLENDED, 0.5),
        (11, Source.BLENDED, 11 / 14),
        (12, Source.LEARNT, 0.8),
    ],
)
def test_trust_grows_with_history_and_is_told(number: int, source: Source, trust: float) -> None:
    profile = learn_profile(HISTORY[:1] * number)

    assert profile.source is source
    assert profile.periods == number
    assert profile.trust == pytest.approx(trust)


def test_sales_of_a_day_off_count_on_the_next_working_day() -> None:
    weekend = learn_profile([past("w..w", [50, 20, 20, 10])], half_trust=1e-12)

    np.testing.assert_allclose(weekend.by_day(np.array([True, False, False, True])), [0.5, 0.5, 0.5, 1])


def test_sales_after_the_last_working_day_count_on_it() -> None:
    ends_on_weekend = learn_profile([past("ww..", [50, 20, 20, 10])], half_trust=1e-12)

    np.testing.assert_allclose(ends_on_weekend.by_day(np.array([True, True])), [0.5, 1])


def test_months_of_different_length_meet_at_the_same_share_of_working_time() -> None:
    late = learn_profile([past("wwww", [0, 0, 0, 100])], half_trust=1e-12)

    np.testing.assert_allclose(late.by_day(np.ones(8, dtype=np.bool_)), [0, 0, 0, 0, 0, 0, 0.5, 1], atol=1e-9)


def test_returns_repeat_no_rhythm_and_empty_periods_teach_nothing() -> None:
    with_return = learn_profile([past("wwww", [10, -500, 30, 60]), past("ww", [0, 0]), past("w", [-5])])
    without = learn_profile([past("wwww", [10, 0, 30, 60])])

    assert with_return.periods == 1
    np.testing.assert_allclose(with_return.by_day(FOUR_DAYS), without.by_day(FOUR_DAYS))


def test_one_record_month_does_not_decide() -> None:
    small, huge = past("ww", [1, 1]), past("ww", [1e9, 0])

    profile = learn_profile([small, huge], half_trust=1e-12)

    np.testing.assert_allclose(profile.by_day(np.array([True, True])), [0.75, 1])


def test_period_without_working_days_is_spread_over_calendar_days() -> None:
    np.testing.assert_allclose(learn_profile([]).by_day(np.zeros(5, dtype=np.bool_)), [0.2, 0.4, 0.6, 0.8, 1.0])


@given(st.lists(past_periods(), max_size=6), arrays.arrays(np.bool_, st.integers(1, 60)))
def test_weight_never_falls_rests_on_days_off_and_ends_at_one(history: list[PastPeriod], working: Bools) -> None:
    cumulative = learn_profile(history).by_day(working)

    steps = np.diff(cumulative, prepend=0.0)
    assert cumulative.shape == working.shape
    assert (steps >= 0).all()
    assert cumulative[-1] == 1.0
    if working.any():
        assert (steps[~working] == 0).all()


@given(past_periods(), st.floats(0.01, 1000))
def test_profile_does_not_depend_on_the_currency(one: PastPeriod, rate: float) -> None:
    in_other_money = PastPeriod(one.working, one.actual * rate)

    np.testing.assert_allclose(
        learn_profile([in_other_money]).by_day(one.working),
        learn_profile([one]).by_day(one.working),
        atol=1e-9,
    )


def test_order_of_history_does_not_matter() -> None:
    np.testing.assert_allclose(learn_profile(HISTORY).by_day(FOUR_DAYS), learn_profile(HISTORY[::-1]).by_day(FOUR_DAYS))


def test_only_finished_days_weigh() -> None:
    cumulative = learn_profile([]).by_day(FOUR_DAYS)

    assert [weight_passed(cumulative, days) for days in (-3, 0, 1, 3, 4, 90)] == [0, 0, 0.25, 0.75, 1, 1]


@pytest.mark.parametrize("bad", [-0.1, 1.1, np.nan])
def test_weight_outside_zero_to_one_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="weights"):
        expected_to_date(np.array([1.0]), bad)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_not_finite_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        learn_profile([past("ww", [1.0, bad])])
    with pytest.raises(ValueError, match="finite"):
        expected_to_date(np.array([bad]), 0.5)


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="equal shapes"):
        learn_profile([PastPeriod(FOUR_DAYS, np.ones(3))])
    with pytest.raises(ValueError, match="non-empty"):
        Profile(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 0, 0.0).by_day(np.zeros(0, dtype=np.bool_))


@pytest.mark.parametrize("half_trust", [0.0, -1.0, np.nan])
def test_trust_without_a_constant_is_refused(half_trust: float) -> None:
    with pytest.raises(ValueError, match="half_trust"):
        learn_profile(HISTORY, half_trust=half_trust)
