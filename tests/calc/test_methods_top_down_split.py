"""docs/methods/top-down-split.md, checked."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from calc.worked_tables import tables
from hypothesis import assume, given
from hypothesis import strategies as st

from otdel.calc.allocate import seasonal_weights, split, split_round

money = st.decimals(-(10**12), 10**12, places=2)
weights = st.lists(st.floats(0, 1e9) | st.decimals(0, 10**9, places=4), min_size=1, max_size=60)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_worked_table(language: str) -> None:
    rows = tables("top-down-split.md", language)[0]

    parts = split(Decimal("1000.00"), [Decimal(row[0]) for row in rows])

    assert [float(part) for part in parts] == [row[3] for row in rows]
    for weight, exact, floor, _ in rows:
        assert 1000 * weight / 7 == pytest.approx(exact, abs=5e-5)
        assert math.floor(exact * 100) / 100 == floor


@pytest.mark.parametrize("language", ["en", "ru"])
def test_worked_table_of_round_numbers(language: str) -> None:
    rows = tables("top-down-split.md", language)[1]

    parts = split_round(Decimal("100000.50"), [Decimal(row[0]) for row in rows])

    assert [float(part) for part in parts] == [row[2] for row in rows]
    for weight, exact, _ in rows:
        assert 100000.50 * weight / 6 == pytest.approx(exact, abs=5e-3)


@given(money, weights)
def test_round_parts_add_up_and_stay_near(total: Decimal, shares: list[float | Decimal]) -> None:
    whole = sum(Fraction(share) for share in shares)
    assume(whole > 0)
    exact = split(total, shares)

    parts = split_round(total, shares)

    assert sum(parts) == total
    smallest = min((abs(part) for part in exact if part), default=Decimal(0))
    for part, share in zip(parts, shares, strict=True):
        true = Fraction(total) * Fraction(share) / whole
        assert abs(Fraction(part) - true) <= max(2 * Fraction(smallest) / 100, Fraction(1, 100))


def test_what_is_counted_is_given_out_whole() -> None:
    assert split_round(Decimal(10), [1, 1, 1], step=Decimal(1)) == [4, 3, 3]
    assert split_round(Decimal(1_000_000), [1, 1, 1]) == [334_000, 333_000, 333_000]
    assert split_round(Decimal(90_000), [1, 1]) == [45_000, 45_000]
    assert split_round(Decimal("50.00"), [1, 1, 1]) == [Decimal("16.67"), Decimal("16.67"), Decimal("16.66")]
    assert split_round(Decimal(-1_000_000), [1, 1, 1]) == [-334_000, -333_000, -333_000]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_worked_table_of_seasonality(language: str) -> None:
    page = np.array(tables("top-down-split.md", language)[2])

    share = seasonal_weights(page[:, 1:3].T)

    np.testing.assert_allclose(page[:, 1] / page[:, 1].mean(), page[:, 3])
    np.testing.assert_allclose(share * 4, page[:, 4], atol=5e-5)
    np.testing.assert_allclose(share, page[:, 5], atol=5e-5)
    np.testing.assert_allclose([float(part) for part in split(Decimal(1_200_000), list(share))], page[:, 6])


@given(money, weights)
def test_parts_add_up_to_the_cent(total: Decimal, shares: list[float | Decimal]) -> None:
    assume(sum(Fraction(share) for share in shares) > 0)

    parts = split(total, shares)

    assert sum(parts) == total
    assert all(part == round(part, 2) for part in parts)


@given(money, weights)
def test_no_part_is_a_whole_cent_away_from_its_share(total: Decimal, shares: list[float | Decimal]) -> None:
    whole = sum(Fraction(share) for share in shares)
    assume(whole > 0)

    parts = split(total, shares)

    for part, share in zip(parts, shares, strict=True):
        assert abs(Fraction(part) - Fraction(total) * Fraction(share) / whole) < Fraction(1, 100)
        assert part == 0 or share > 0


def test_cents_left_over_go_to_the_earlier_among_equals() -> None:
    assert split(Decimal("100.00"), [1, 1, 1]) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert split(Decimal("-100.00"), [1, 1, 1]) == [Decimal("-33.34"), Decimal("-33.33"), Decimal("-33.33")]


def test_counts_are_split_by_whole_ones() -> None:
    assert split(Decimal(10), [1, 1, 1], step=Decimal(1)) == [4, 3, 3]


@pytest.mark.parametrize("bad", [[], [0, 0], [1, -1], [1, math.nan], [math.inf], [Decimal("NaN"), 1]])
def test_impossible_weights_are_refused(bad: list[float | Decimal]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(Decimal("1.00"), bad)


def test_part_of_a_cent_is_refused() -> None:
    with pytest.raises(ValueError, match="whole number"):
        split(Decimal("1.005"), [1, 1])


def test_growth_between_years_and_missing_months_do_not_pass_for_a_season() -> None:
    season = np.array([0.5, 1.5, 1.0, 1.0])
    history = np.outer([100, 300, 900], season)
    history[0, :2] = np.nan  # began in the middle of the year
    history[2, 3:] = np.nan  # is not finished

    index = seasonal_weights(history, half_trust=1e-12) * 4

    np.testing.assert_allclose(index, season, rtol=1e-6)


def test_no_history_means_equal_parts() -> None:
    for nothing in (np.zeros((0, 12)), np.zeros((3, 12)), np.full((2, 12), np.nan)):
        np.testing.assert_allclose(seasonal_weights(nothing), np.full(12, 1 / 12))


def test_part_never_seen_gets_an_average_share() -> None:
    share = seasonal_weights(np.array([[100.0, 300.0, np.nan, np.nan]]))

    np.testing.assert_allclose(share, [0.1875, 0.3125, 0.25, 0.25])


@given(
    st.lists(
        st.lists(st.floats(0, 1e9, allow_subnormal=False) | st.just(math.nan), min_size=12, max_size=12),
        min_size=1,
        max_size=5,
    )
)
def test_weights_are_shares_whatever_the_history(years: list[list[float]]) -> None:
    share = seasonal_weights(np.array(years))

    assert share.sum() == pytest.approx(1)
    assert (share > 0).all()


@pytest.mark.parametrize("bad", [np.ones(3), np.ones((2, 0)), np.array([[1.0, np.inf]])])
def test_history_that_is_no_table_is_refused(bad: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
    with pytest.raises(ValueError, match="matrix"):
        seasonal_weights(bad)


@pytest.mark.parametrize("half_trust", [0.0, -1.0, math.nan])
def test_trust_without_a_constant_is_refused(half_trust: float) -> None:
    with pytest.raises(ValueError, match="half_trust"):
        seasonal_weights(np.ones((1, 4)), half_trust=half_trust)
