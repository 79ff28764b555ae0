"""How a period's sales spread over its working days, and where plan and fact stand on the way.

The method in prose, with a worked table: docs/methods/expected-to-date.md and deviation.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from otdel.calc.arrays import Bools, Floats, check_finite

# Periods of history that weigh as much as the assumption of even working days.
HALF_TRUST = 3.0
# From here on the assumption of even days is a small correction (12 periods with HALF_TRUST).
LEARNT_FROM = 0.8


class Source(StrEnum):
    UNIFORM = "uniform"
    BLENDED = "blended"
    LEARNT = "learnt"


@dataclass(frozen=True, eq=False)
class PastPeriod:
    """One finished period: which days were worked and what each day brought, both shape (days,)."""

    working: Bools
    actual: Floats


@dataclass(frozen=True, eq=False)
class Profile:
    """Share of a period's total reached at each share of its working time.

    `position` and `cumulative` are the corners of one broken line from (0, 0) to (1, 1), shape (corners,).
    """

    position: Floats
    cumulative: Floats
    periods: int
    trust: float

    @property
    def source(self) -> Source:
        if not self.periods:
            return Source.UNIFORM
        return Source.LEARNT if self.trust >= LEARNT_FROM else Source.BLENDED

    def by_day(self, working: Bools) -> Floats:
        """Return the share of the total expected by the end of each day, shape (days,).

        Never falls, is flat over days not worked, and the last value is exactly 1. A period without
        working days is spread over its calendar days.

        Args:
            working: shape (days,), whether each day of the period is worked.

        Raises:
            ValueError: no days.
        """
        worked = _worked_or_all(working)
        passed = np.cumsum(worked)
        share = np.interp(passed / passed[-1], self.position, self.cumulative)
        return np.asarray(share, dtype=np.float64)


def learn_profile(history: Sequence[PastPeriod], *, half_trust: float = HALF_TRUST) -> Profile:
    """Return the selling profile of past periods, drawn towards even working days by how few they are.

    Each period becomes its curve of cumulative share over relative working time k/n; the curves are
    averaged with equal weight, and the mean is mixed with the straight line:
    trust × mean + (1 − trust) × k/n, where trust = m / (m + half_trust) for m periods.
    Sales of a day not worked count on the next working day (after the last one, on the last). Days below
    zero (returns) count as nothing: they repeat no rhythm. Periods that sold nothing are left out.

    Args:
        history: finished periods of one kind, any order, money or counts per day.
        half_trust: above 0; the number of periods at which history and evenness weigh the same.

    Raises:
        ValueError: shapes differ within a period, a value is not finite, or half_trust is not above 0.

    Source:
        Shrinkage n / (n + k): Bühlmann (1967), Experience Rating and Credibility, ASTIN Bulletin 4(3),
        199-207. The choice of k and of equal weights was checked on data: docs/methods/expected-to-date.md.
    """
    if not half_trust > 0:
        raise ValueError(f"half_trust must be above 0, got {half_trust}")
    curves = [curve for past in history if (curve := _cumulative_shares(past)) is not None]
    if not curves:
        return Profile(np.array([0.0, 1.0]), np.array([0.0, 1.0]), periods=0, trust=0.0)
    position = np.unique(np.concatenate([_positions(curve) for curve in curves]))
    mean = np.mean([np.interp(position, _positions(curve), curve) for curve in curves], axis=0)
    trust = len(curves) / (len(curves) + half_trust)
    # Rounding may lower a sum by its last bit; a share must not.
    cumulative = np.maximum.accumulate(trust * mean + (1 - trust) * position)
    cumulative = np.minimum(cumulative, 1.0)
    cumulative[-1] = 1.0
    return Profile(position, cumulative, periods=len(curves), trust=trust)


def weight_passed(cumulative: Floats, days_passed: int) -> float:
    """Return the share of the selling weight of the first `days_passed` days: 0 before them, 1 at the end."""
    if days_passed <= 0:
        return 0.0
    return float(cumulative[min(days_passed, cumulative.size) - 1])


def expected_to_date(plan: Floats, weight: Floats | float) -> Floats:
    """Return plan × weight, the part of the plan that should have come by now. Unit of `plan`.

    Raises ValueError: a weight is outside [0, 1] or a value is not finite.
    """
    share = np.asarray(weight, dtype=np.float64)
    check_finite(plan)
    if not ((share >= 0) & (share <= 1)).all():
        raise ValueError("weights must lie in [0, 1]")
    return np.asarray(plan * share, dtype=np.float64)


def attainment(actual: Floats, plan: Floats) -> Floats:
    """Return actual ÷ plan, shape of the two broadcast; NaN where the plan is not above 0.

    Raises ValueError: a value is not finite.
    """
    check_finite(actual)
    check_finite(plan)
    base = np.where(plan > 0, plan, np.nan)
    return np.asarray(actual / base, dtype=np.float64)


def deviation(actual: Floats, plan: Floats) -> Floats:
    """Return (actual − plan) ÷ plan: signed, never capped; NaN where the plan is not above 0.

    Against a whole plan it judges a closed period, against `expected_to_date` one that is under way.

    Raises ValueError: a value is not finite.
    """
    check_finite(actual)
    check_finite(plan)
    base = np.where(plan > 0, plan, np.nan)
    return np.asarray((actual - plan) / base, dtype=np.float64)


def needed_per_working_day(plan: Floats, actual: Floats, days_left: int) -> Floats:
    """Return what each working day left must bring to make the plan; 0 where it is made.

    NaN where it is not made and no day is left. Days left include today: it can still be sold on.

    Raises ValueError: days_left is negative or a value is not finite.
    """
    if days_left < 0:
        raise ValueError(f"days_left must not be negative, got {days_left}")
    check_finite(plan)
    check_finite(actual)
    gap = np.asarray(np.maximum(plan - actual, 0.0), dtype=np.float64)
    if days_left:
        return gap / days_left
    return np.where(gap > 0, np.nan, 0.0)


def run_rate(actual: Floats, weight: Floats | float) -> Floats:
    """Return actual ÷ weight, where the period ends at this pace; NaN while no weight has passed.

    Raises ValueError: a weight is outside [0, 1] or a value is not finite.
    """
    share = np.asarray(weight, dtype=np.float64)
    check_finite(actual)
    if not ((share >= 0) & (share <= 1)).all():
        raise ValueError("weights must lie in [0, 1]")
    return np.asarray(actual / np.where(share > 0, share, np.nan), dtype=np.float64)


def _cumulative_shares(past: PastPeriod) -> Floats | None:
    """Return the share reached by the end of working day 0…n, shape (n + 1,); None if nothing was sold."""
    if past.working.shape != past.actual.shape:
        raise ValueError(f"need equal shapes, got {past.working.shape}, {past.actual.shape}")
    check_finite(past.actual)
    worked = np.flatnonzero(_worked_or_all(past.working))
    # The working day each calendar day counts on: the next one, or the last.
    counted_on = np.minimum(np.searchsorted(worked, np.arange(past.actual.size)), worked.size - 1)
    sold = np.bincount(counted_on, weights=np.maximum(past.actual, 0.0), minlength=worked.size)
    reached = np.concatenate([[0.0], np.cumsum(sold)])
    return reached / reached[-1] if reached[-1] > 0 else None


def _positions(curve: Floats) -> Floats:
    return np.arange(curve.size) / (curve.size - 1)


def _worked_or_all(working: Bools) -> Bools:
    if working.ndim != 1 or working.size == 0:
        raise ValueError(f"need a non-empty vector of days, got {working.shape}")
    return working if working.any() else np.ones_like(working)
