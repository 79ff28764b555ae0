"""The rhythm a period is judged by, in steps people can check: by which day how much of the plan should have come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from otdel.calc.arrays import Floats
from otdel.core.calendar import Calendar
from otdel.core.periods import Kind, Period

# Periods up to so many days go by day, longer ones by week, the longest by month.
BY_DAY, BY_WEEK = 10, 100


class Step(NamedTuple):
    """What is expected by the end of a day."""

    day: date
    # working days from the start of the period
    passed: int
    # share of the plan if every working day brought the same
    even: Decimal
    # share of the plan by the rhythm learnt
    share: Decimal
    # is this where the period stands today, its last finished day?
    now: bool


def steps(period: Period, days: Calendar, weights: Floats, today: date) -> tuple[Step, ...]:
    """Return the ends of the period's days, weeks or months, and yesterday among them while it goes on."""
    worked = np.cumsum(days.mask(period.start, period.end))
    calendar = np.arange(1, len(period) + 1)
    passed = worked if worked[-1] else calendar
    yesterday = today - timedelta(days=1)
    marked = {yesterday} if yesterday in period and today in period else set()
    return tuple(
        Step(
            day=day,
            passed=int(worked[at]),
            even=Decimal(int(passed[at])) / int(passed[-1]),
            share=Decimal(f"{weights[at]:.12f}"),
            now=day in marked,
        )
        for day in sorted({*_ends(period), *marked})
        for at in ((day - period.start).days,)
    )


def _ends(period: Period) -> Iterator[date]:
    if len(period) <= BY_DAY:
        yield from period
    else:
        for piece in period.split(Kind.WEEK if len(period) <= BY_WEEK else Kind.MONTH):
            yield piece.last
