"""docs/methods/planning-quality.md, checked."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from calc.worked_tables import tables
from hypothesis import given
from hypothesis import strategies as st
from shared_data import DATA, needs

from otdel.calc.planning_quality import planning_quality

lines = st.lists(
    st.tuples(st.floats(-1e6, 1e6, allow_subnormal=False), st.just(0.0) | st.floats(0.01, 1e6)),
    min_size=1,
    max_size=40,
)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_worked_table(language: str) -> None:
    rows, totals, *_of_a_level = tables("planning-quality.md", language)
    plan, fact, deviated, within = np.array(rows).T
    judged, share, met, over, under, wape, bias, total = totals[0]

    quality = planning_quality(fact, plan)

    np.testing.assert_allclose(quality.deviation, deviated)
    np.testing.assert_array_equal(quality.within, within == 1)
    assert (quality.judged, quality.met, quality.over, quality.under) == (judged, met, over, under)
    assert quality.share_within == share
    assert [quality.wape, quality.bias, quality.total_deviation] == pytest.approx([wape, bias, total], abs=5e-5)


@needs("adventureworks")
def test_adventureworks() -> None:
    with (DATA / "adventureworks/reference_plan_fact_163.csv").open() as file:
        pairs = list(csv.DictReader(file))
    closed = [pair for pair in pairs if int(pair["qi"]) <= 11]
    fact = np.array([float(pair["actual"]) for pair in closed])
    plan = np.array([float(pair["quota"]) for pair in closed])

    quality = planning_quality(fact, plan)

    assert len(pairs) == 163
    assert quality.judged == 146
    assert quality.over + quality.under == 42
    assert quality.met == 8
    assert fact.sum() == pytest.approx(72_005_871.91)
    assert plan.sum() == 85_355_000
    assert 1 + quality.total_deviation == pytest.approx(0.8436, abs=5e-5)
    assert quality.share_within == pytest.approx(104 / 146)
    np.testing.assert_allclose(quality.deviation, [float(pair["deviation"]) for pair in closed], rtol=0, atol=5.01e-7)


@given(lines)
def test_bias_never_exceeds_wape(pairs: list[tuple[float, float]]) -> None:
    fact, plan = np.array(pairs).T

    quality = planning_quality(fact, plan)

    if not np.isnan(quality.wape):
        assert abs(quality.bias) <= quality.wape * (1 + 1e-9)


@given(lines)
def test_every_judged_line_is_within_over_or_under(pairs: list[tuple[float, float]]) -> None:
    fact, plan = np.array(pairs).T

    quality = planning_quality(fact, plan)

    assert quality.judged == (plan > 0).sum()
    assert quality.judged == quality.within.sum() + quality.over + quality.under


@given(lines)
def test_order_of_lines_does_not_matter(pairs: list[tuple[float, float]]) -> None:
    fact, plan = np.array(pairs).T
    again = planning_quality(fact[::-1], plan[::-1])

    once = planning_quality(fact, plan)

    assert once.share_within == pytest.approx(again.share_within, nan_ok=True)
    assert once.wape == pytest.approx(again.wape, nan_ok=True)
    assert once.bias == pytest.approx(again.bias, nan_ok=True, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("percent", range(1, 60))
def test_exactly_the_tolerance_is_within_both_ways(percent: int) -> None:
    plan = np.array([100.0, 70.0, 0.3])
    share = percent / 100

    assert planning_quality(plan * (1 + share), plan, tolerance=share).within.all()
    assert planning_quality(plan * (1 - share), plan, tolerance=share).within.all()
    assert not planning_quality(plan * (1 + share + 1e-6), plan, tolerance=share).within.any()


def test_nothing_sold_and_nothing_planned_have_no_ratio() -> None:
    nothing_sold = planning_quality(np.array([0.0]), np.array([10.0]))
    nothing_planned = planning_quality(np.array([10.0]), np.array([0.0]))

    assert np.isnan(nothing_sold.wape)
    assert nothing_sold.total_deviation == -1
    assert np.isnan(nothing_planned.share_within)
    assert np.isnan(nothing_planned.total_deviation)
    assert nothing_planned.wape == 1


@pytest.mark.parametrize(
    ("fact", "plan"),
    [
        ([], []),
        ([1.0], [1.0, 2.0]),
        ([[1.0]], [[1.0]]),
        ([np.nan], [1.0]),
        ([1.0], [np.inf]),
        ([1.0], [-1.0]),
    ],
)
def test_lines_that_cannot_be_judged_are_refused(fact: list[float], plan: list[float]) -> None:
    with pytest.raises(ValueError, match=r"need|must"):
        planning_quality(np.array(fact), np.array(plan))


@pytest.mark.parametrize("tolerance", [-0.1, np.nan, np.inf])
def test_impossible_tolerance_is_refused(tolerance: float) -> None:
    with pytest.raises(ValueError, match="tolerance"):
        planning_quality(np.array([1.0]), np.array([1.0]), tolerance=tolerance)
