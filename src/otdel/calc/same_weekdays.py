"""Did something help: days while it lasted against the same weekdays before it or after it.

The method in prose, with a worked table: docs/methods/manual-control.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otdel.calc.arrays import Floats, check_equal_vectors

Ints = NDArray[np.int64]
# a difference larger than so many standard errors is not taken for chance
BEYOND = 2.0


@dataclass(frozen=True)
class Comparison:
    """Per working day, over the days that have a match; `error` is NaN where there are too few days to tell."""

    days: int
    base: float
    level: float
    error: float

    @property
    def difference(self) -> float:
        return self.level - self.base

    @property
    def share(self) -> float:
        """The difference as a share of the base; NaN without a base above 0."""
        return self.difference / self.base if self.base > 0 else float("nan")

    @property
    def is_sure(self) -> bool:
        """Whether the difference is larger than chance explains; never with too few days."""
        noise = 1e-9 * (abs(self.base) + abs(self.level))
        return bool(np.isfinite(self.error) and abs(self.difference) > BEYOND * self.error + noise)


def compare(base_days: Ints, base: Floats, days: Ints, values: Floats) -> Comparison | None:
    """Compare each day with the mean of the base's days of the same weekday; None without a weekday in common.

    base = Σ_w n_w·mean_w(base) ÷ n,  level = Σ values ÷ n, over the n days whose weekday w the base has;
    error² = s²(values)÷n + Σ_w (n_w ÷ n)²·s²(base)÷m_w, s² being the spread within a weekday, pooled.

    Args:
        base_days: weekdays of the base, 0 is Monday, shape (base days,).
        base: what came on each, same shape.
        days: weekdays of the days judged, shape (days,).
        values: what came on each, same shape.
    """
    if not len(base) or not len(values):
        return None
    check_equal_vectors(base_days.astype(np.float64), base)
    check_equal_vectors(days.astype(np.float64), values)
    matched = np.isin(days, base_days)
    if not matched.any():
        return None
    days, values = days[matched], values[matched]
    found, counts = np.unique(days, return_counts=True)
    means = np.array([base[base_days == day].mean() for day in found])
    shares = counts / len(days)
    return Comparison(
        days=len(days),
        base=float(shares @ means),
        level=float(values.mean()),
        error=_error(base_days, base, days, values, found, shares),
    )


def _error(base_days: Ints, base: Floats, days: Ints, values: Floats, found: Ints, shares: Floats) -> float:
    spread_base, spread = _within(base_days, base), _within(days, values)
    sizes = np.array([(base_days == day).sum() for day in found])
    return float(np.sqrt(spread / len(values) + (shares**2 / sizes).sum() * spread_base))


def _within(days: Ints, values: Floats) -> float:
    """Return the pooled spread of values around the mean of their weekday; NaN when every weekday came once."""
    found = np.unique(days)
    if len(values) <= len(found):
        return float("nan")
    residuals = np.concatenate([values[days == day] - values[days == day].mean() for day in found])
    return float((residuals**2).sum() / (len(values) - len(found)))
