"""What is said of one plan and its fact, and how it is judged. Plain computation: no queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Literal, NamedTuple

from otdel.calc.pace import Source
from otdel.core.periods import Period
from otdel.plans.coverage import CENT, Planned

Mark = Literal["", "under", "over"]
State = Literal["ahead", "open", "closed"]
ZERO = Decimal(0)


@dataclass(frozen=True)
class Course:
    """Where the period stands: how much of it has passed, and how that is known."""

    period: Period
    today: date
    # share of the period's selling weight that finished days have, 0 to 1
    weight: Decimal
    working_days: int
    working_days_passed: int
    working_days_left: int
    source: Source
    periods_learnt: int
    tolerance: Decimal
    is_level: bool = False

    @cached_property
    def state(self) -> State:
        if self.today < self.period.start:
            return "ahead"
        return "closed" if self.today >= self.period.end else "open"


class Figures(NamedTuple):
    """One line of the board. None is "no answer", never zero."""

    plan: Planned | None
    fact: Decimal | None
    expected: Decimal | None
    # to date while the period is open, at the end when it is closed
    deviation: Decimal | None
    mark: Mark
    attainment: Decimal | None
    share: Decimal | None
    needed: Decimal | None
    landing: Decimal | None

    @property
    def amount(self) -> Decimal | None:
        return None if self.plan is None else self.plan.amount

    @property
    def base(self) -> Decimal | None:
        """What the fact is compared with."""
        return self.expected

    @property
    def gap(self) -> Decimal | None:
        return None if self.expected is None or self.fact is None else self.fact - self.expected


def figures(course: Course, plan: Planned | None, fact: Decimal, whole: Decimal | None = None) -> Figures:
    """Judge a fact against its plan; `whole` is the fact the share is taken of.

    A plan for a part of the period only is shown but not judged: the fact covers days the plan does not.
    """
    if plan is None:
        come = None if course.state == "ahead" else fact
        share = None if come is None else ratio(come, whole)
        return Figures(None, come, None, None, "", None, share, None, _landing(course, come))
    amount = None if plan.partial else plan.amount
    expected = None if amount is None else _expected(course, amount)
    come = None if course.state == "ahead" else fact
    return Figures(
        plan=plan,
        fact=come,
        expected=expected,
        deviation=None if come is None else ratio(come - (expected or ZERO), expected),
        mark="" if come is None else mark(come, expected, course.tolerance),
        attainment=None if come is None else ratio(come, amount),
        share=None if come is None else ratio(come, whole),
        needed=_needed(course, amount, fact),
        landing=_landing(course, come),
    )


def mark(fact: Decimal, base: Decimal | None, tolerance: Decimal) -> Mark:
    """Say on which side of the tolerance the fact lies; exactly the tolerance is within."""
    if base is None or base <= 0 or abs(fact - base) <= tolerance * base:
        return ""
    return "under" if fact < base else "over"


def ratio(part: Decimal, whole: Decimal | None) -> Decimal | None:
    return part / whole if whole is not None and whole > 0 else None


def _expected(course: Course, amount: Decimal) -> Decimal:
    if course.is_level or course.state == "closed":
        return amount
    return cents(amount * course.weight)


def _needed(course: Course, amount: Decimal | None, fact: Decimal) -> Decimal | None:
    """What every working day left, today included, must bring."""
    if amount is None or course.is_level or course.state == "closed":
        return None
    gap = max(amount - fact, ZERO)
    return cents(gap / course.working_days_left) if course.working_days_left else (None if gap else ZERO)


def _landing(course: Course, fact: Decimal | None) -> Decimal | None:
    """Where the period ends at this pace: an extrapolation, not a forecast."""
    if fact is None or course.is_level or course.state != "open" or not course.weight:
        return None
    return cents(fact / course.weight)


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
