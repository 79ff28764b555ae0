"""How good the plans were, judged by what came. In prose: docs/methods/planning-quality.md."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from otdel.calc.arrays import Bools, Floats, check_equal_vectors
from otdel.calc.pace import deviation

TOLERANCE = 0.2


@dataclass(frozen=True, eq=False)
class PlanningQuality:
    """The judgement of a set of closed plan lines.

    Shares, `wape`, `bias` and `total_deviation` are fractions (0.2 is 20 %), NaN where undefined.
    """

    deviation: Floats  # (lines,)
    within: Bools  # (lines,)
    judged: int
    met: int
    over: int
    under: int
    share_within: float
    wape: float
    bias: float
    total_deviation: float


def planning_quality(actual: Floats, plan: Floats, *, tolerance: float = TOLERANCE) -> PlanningQuality:
    """Return how well plans foresaw facts; both over- and under-fulfilment count against them.

    A line is within tolerance if |actual − plan| ≤ tolerance × plan. A line without a plan above 0 has no
    deviation and is not judged, but what came on it counts in `wape` and `bias`.

    wape = Σ|actual − plan| ÷ Σ|actual|; bias = Σ(actual − plan) ÷ Σ|actual|, below 0 when plans were too
    high, so |bias| ≤ wape always; total_deviation = Σactual ÷ Σplan − 1.

    Args:
        actual: shape (lines,), one unit of measure for all lines.
        plan: shape (lines,), same unit, not below 0.
        tolerance: at least 0.

    Raises:
        ValueError: shapes differ, no lines, a value is not finite, a plan or the tolerance is below 0.

    Source:
        Kolassa, Schütz (2007), Advantages of the MAD/Mean Ratio over the MAPE, Foresight 6, 40-43.
        Bias as the signed form of the same ratio: Hyndman, Koehler (2006), Another Look at Measures of
        Forecast Accuracy, International Journal of Forecasting 22(4), 679-688.
    """
    check_equal_vectors(actual, plan)
    if tolerance < 0 or not np.isfinite(tolerance) or (plan < 0).any():
        raise ValueError("plans and the tolerance must not be below 0")
    error = actual - plan
    # Twelve digits: a fact of exactly 120 % is within 20 % whatever binary fractions make of it.
    allowed = tolerance * plan * (1 + 1e-12)
    planned = plan > 0
    within = planned & (np.abs(error) <= allowed)
    judged = int(planned.sum())
    return PlanningQuality(
        deviation=deviation(actual, plan),
        within=within,
        judged=judged,
        met=int((planned & (error >= 0)).sum()),
        over=int((planned & (error > allowed)).sum()),
        under=int((planned & (-error > allowed)).sum()),
        share_within=_ratio(float(within.sum()), judged),
        wape=_ratio(float(np.abs(error).sum()), float(np.abs(actual).sum())),
        bias=_ratio(float(error.sum()), float(np.abs(actual).sum())),
        total_deviation=_ratio(float(error.sum()), float(plan.sum())),
    )


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
