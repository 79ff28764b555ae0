"""Which plan stands for a period, when plans are made by other periods. In prose: docs/methods/plan-of-a-period.md.

Plain decisions: no queries, no clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from otdel.core.periods import Period
from otdel.plans.rules import LineKey

CENT = Decimal("0.01")
DIMENSIONS = LineKey._fields[2:]
# Working days in `start <= day < end`.
Counting = Callable[[date, date], int]


class Stretch(NamedTuple):
    """The amount of one plan line over `start <= day < end`."""

    start: date
    end: date
    amount: Decimal


@dataclass(frozen=True)
class Planned:
    """What is planned for a period."""

    amount: Decimal
    # part of it is a share of a longer line
    derived: bool = False
    # some working days of the period have no plan at all
    partial: bool = False

    def __add__(self, other: Planned) -> Planned:
        return Planned(self.amount + other.amount, self.derived or other.derived, self.partial or other.partial)


def plan_for(period: Period, lines: Sequence[Stretch], working: Counting) -> Planned | None:
    """Return the plan of the period made of the lines of one unit and segment, or None without any.

    1. The line of exactly this period. 2. Lines inside it that do not overlap, covering the most days and, for
    as many days, the fewest. 3. Where none lies inside: the share, by working days, of the shortest line around.
    """
    exactly = (period.start, period.end)
    for line in lines:
        if line[:2] == exactly:
            return Planned(line.amount)
    inside = _best_inside([line for line in lines if period.start <= line.start and line.end <= period.end])
    total = sum((line.amount for line in inside), Decimal(0))
    found, derived, partial = bool(inside), False, False
    for start, end in _gaps(period, inside):
        share, whole = _share_around(start, end, lines, working)
        partial = partial or not whole
        if share is not None:
            total, found, derived = total + share, True, True
    return Planned(total.quantize(CENT, ROUND_HALF_UP), derived, partial) if found else None


def level_for(period: Period, lines: Sequence[Stretch]) -> Planned | None:
    """Return the plan of a level, such as clients active at the end: the line that ends with the period,
    else the last inside it, else the shortest around its end."""
    last = period.last
    around = [line for line in lines if line.start <= last < line.end]
    closing = [line for line in around if line.end == period.end] or around
    if closing:
        best = min(closing, key=lambda line: (line.start != period.start, (line.end - line.start).days))
        return Planned(best.amount, derived=best.end != period.end)
    earlier = [line for line in lines if period.start < line.end <= last]
    return Planned(max(earlier, key=lambda line: line.end).amount, derived=True) if earlier else None


def _best_inside(lines: list[Stretch]) -> list[Stretch]:
    """Return the lines that together cover the most days without overlapping, the fewest among equals."""
    ordered = sorted(lines, key=lambda line: line.end)
    ends = [line.end for line in ordered]
    best: list[tuple[int, int, tuple[Stretch, ...]]] = [(0, 0, ())]
    for number, line in enumerate(ordered):
        days, count, chosen = best[bisect_right(ends, line.start, 0, number)]
        taken = (days + (line.end - line.start).days, count - 1, (*chosen, line))
        best.append(max(best[-1], taken, key=lambda option: option[:2]))
    return list(best[-1][2])


def _gaps(period: Period, lines: list[Stretch]) -> list[tuple[date, date]]:
    gaps, start = [], period.start
    for line in lines:
        if start < line.start:
            gaps.append((start, line.start))
        start = line.end
    return [*gaps, (start, period.end)] if start < period.end else gaps


def _share_around(start: date, end: date, lines: Sequence[Stretch], working: Counting) -> tuple[Decimal | None, bool]:
    """Return the share of the shortest line that touches the gap, and whether it covers the gap's working days."""
    touching = [line for line in lines if line.start < end and start < line.end]
    whole = [line for line in touching if line.start <= start and end <= line.end]
    if not touching:
        return None, not working(start, end)
    line = min(whole or touching, key=lambda line: (line.end - line.start).days)
    first, after = max(start, line.start), min(end, line.end)
    part, all_days = working(first, after), working(line.start, line.end)
    if not all_days:
        part, all_days = (after - first).days, (line.end - line.start).days
    return line.amount * part / all_days, working(first, after) == working(start, end)


def families(keys: Iterable[LineKey]) -> dict[tuple[str, ...], list[LineKey]]:
    """Group the lines of one unit by which segments they are cut by, the least cut first.

    Lines by product group and lines by region are two views of the same money: only one family may be summed.
    """
    groups: dict[tuple[str, ...], list[LineKey]] = {}
    for key in keys:
        groups.setdefault(tuple(name for name in DIMENSIONS if getattr(key, name) is not None), []).append(key)
    return dict(sorted(groups.items(), key=lambda group: len(group[0])))


def total_of(planned: Mapping[LineKey, Planned]) -> Planned | None:
    """Return the plan of one unit or person over all segments: its uncut line, else the sum of the least cut family."""
    if len(planned) == 1:
        return next(iter(planned.values()))
    for keys in families(planned).values():
        return sum((planned[key] for key in keys[1:]), planned[keys[0]])
    return None


def by_segment(planned: Mapping[LineKey, Planned], dimension: str) -> dict[int, Planned]:
    """Return the plan of one unit or person by the values of one dimension, from the least cut family that has it."""
    for dims, keys in families(planned).items():
        if dimension in dims:
            found: dict[int, Planned] = {}
            for key in keys:
                value = int(getattr(key, dimension))
                found[value] = found[value] + planned[key] if value in found else planned[key]
            return found
    return {}
