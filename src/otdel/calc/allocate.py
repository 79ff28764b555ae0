"""Splitting a plan downwards: exact shares, and weights from seasonality. In prose: top-down-split.md."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np

from otdel.calc.arrays import Floats

CENT = Decimal("0.01")
# A part is rounded by no more than this share of the smallest of them.
ROUGHNESS = Decimal("0.01")
# Years of a season that weigh as much as the assumption of no season.
HALF_TRUST = 1.0
_ROUNDS = 50


def split(total: Decimal, weights: Sequence[Decimal | float], *, step: Decimal = CENT) -> list[Decimal]:
    """Return parts of `total` proportional to `weights`, whole steps each, whose sum is exactly `total`.

    Largest remainder: every part is rounded down, the steps left over go one each to the largest
    fractions, the earlier first among equals. So no part is a whole step away from its exact share, and a
    weight of 0 gets 0.

    Args:
        total: a whole number of steps, of either sign.
        weights: not below 0, at least one above 0.
        step: the smallest part of the unit; 1 for counts.

    Raises:
        ValueError: weights are empty, all 0, below 0 or not finite; total is no whole number of steps.

    Source:
        Hamilton's method: Balinski, Young (1982), Fair Representation, Yale University Press, chapter 2.
    """
    units = Fraction(total) / Fraction(step)
    if units.denominator != 1:
        raise ValueError(f"{total} is not a whole number of {step}")
    parts = _largest_remainder(abs(units.numerator), _exact(weights))
    sign = -1 if units < 0 else 1
    return [sign * part * step for part in parts]


def split_round(total: Decimal, weights: Sequence[Decimal | float], *, step: Decimal = CENT) -> list[Decimal]:
    """Return parts of `total` in numbers people write by hand: 31,600 and not 31,566.67; their sum is exactly `total`.

    The parts are whole hundreds, thousands and so on: the largest power of ten that is at most a hundredth of
    the smallest part. What the total has beyond whole steps goes to the largest part, the first among equals.
    Parts too small for that are whole `step`s, as of `split`.

    Args:
        total: a whole number of steps, of either sign.
        weights: as of `split`.
        step: the smallest part of the unit; 1 for counts.

    Raises:
        ValueError: as `split`.

    Source:
        Ours; the parts themselves by Hamilton's method, see `split`.
    """
    exact = split(total, weights, step=step)
    coarse = _round_step(min((abs(part) for part in exact if part), default=Decimal(0)))
    if coarse <= step:
        return exact
    rest = total % coarse  # of the sign of the total
    parts = split(total - rest, weights, step=coarse)
    parts[max(range(len(parts)), key=lambda number: (abs(parts[number]), -number))] += rest
    return parts


def _round_step(smallest: Decimal) -> Decimal:
    """Return the power of ten that rounds so small a part by no more than ROUGHNESS; 0 where there is none."""
    room = smallest * ROUGHNESS
    return Decimal(10) ** room.adjusted() if room >= 1 else Decimal(0)


def seasonal_weights(history: Floats, *, half_trust: float = HALF_TRUST) -> Floats:
    """Return the share of a year's total for each of its parts, shape (parts,), summing to 1.

    Fits level of year × index of part to the cells known, so that growth from year to year and years
    begun late or unfinished do not pass for a season; then draws each index towards 1 by how few years
    show it: trust = y / (y + half_trust) for y years.

    Args:
        history: shape (years, parts), totals by year and part of year, NaN where unknown; below 0 counts
            as 0. Years that sold nothing are left out.
        half_trust: above 0; the number of years at which history and evenness weigh the same.

    Raises:
        ValueError: not a matrix with at least one part, an infinite value, or half_trust not above 0.

    Source:
        Multiplicative fit of an incomplete table by its margins: Mack (1991), A Simple Parametric Model
        for Rating Automobile Insurance or Estimating IBNR Claims Reserves, ASTIN Bulletin 21(1), 93-109.
        With complete years it is the plain ratio to the mean. Shrinkage: Bühlmann (1967).
    """
    if history.ndim != 2 or history.shape[1] == 0 or np.isinf(history).any():
        raise ValueError(f"need a finite matrix of years and parts, got {history.shape}")
    if not half_trust > 0:
        raise ValueError(f"half_trust must be above 0, got {half_trust}")
    sold = history[np.nansum(np.maximum(history, 0.0), axis=1) > 0]  # (years, parts)
    known = ~np.isnan(sold)
    years = known.sum(axis=0)  # (parts,)
    trust = years / (years + half_trust)
    index = trust * _seasonal_index(np.maximum(np.where(known, sold, 0.0), 0.0), known) + (1 - trust)
    return np.asarray(index / index.sum(), dtype=np.float64)


def _seasonal_index(sold: Floats, known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    """Return the index of each part, 1 on average over the parts known, 1 where none is known."""
    index = np.ones(sold.shape[1])
    seen = known.any(axis=0)
    for _ in range(_ROUNDS if seen.any() else 0):
        reach = known @ index
        level = sold.sum(axis=1) / np.where(reach > 0, reach, 1.0)  # (years,)
        base = level @ known
        index = np.where(seen & (base > 0), sold.sum(axis=0) / np.where(base > 0, base, 1.0), 1.0)
        index[seen] /= index[seen].mean()
    return index


def _exact(weights: Sequence[Decimal | float]) -> list[Fraction]:
    try:
        exact = [Fraction(weight) for weight in weights]
    except (ValueError, OverflowError) as error:
        raise ValueError("weights must be finite") from error
    if any(weight < 0 for weight in exact) or not sum(exact) > 0:
        raise ValueError("weights must not be below 0, and one must be above 0")
    return exact


def _largest_remainder(units: int, weights: list[Fraction]) -> list[int]:
    whole = sum(weights)
    shares = [units * weight / whole for weight in weights]
    parts = [int(share) for share in shares]
    by_fraction = sorted(range(len(shares)), key=lambda number: parts[number] - shares[number])
    for number in by_fraction[: units - sum(parts)]:
        parts[number] += 1
    return parts
