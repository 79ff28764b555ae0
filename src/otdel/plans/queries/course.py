"""How far the period has come, and the rhythm it is judged by."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

import numpy as np

from otdel.calc import pace
from otdel.calc.arrays import Floats
from otdel.core.calendar import Calendar
from otdel.core.periods import Kind, Period
from otdel.plans import metrics
from otdel.plans.queries import facts as reading
from otdel.plans.queries.facts import Facts
from otdel.plans.queries.figures import Course
from otdel.plans.queries.place import CUTS, BoardQuery, Place

ZERO = Decimal(0)
# Enough for a rhythm; longer periods would read years of days for a handful of curves.
HISTORY = {Kind.WEEK: 12, Kind.MONTH: 12, Kind.QUARTER: 12, Kind.HALF: 6, Kind.YEAR: 3}


def facts_for(place: Place, query: BoardQuery, today: date, active_days: int, *, people: bool = True) -> Facts:
    cut = CUTS.get(query.cut)
    if query.metric in metrics.LEVELS:
        if today < query.period.start:
            return Facts()
        return reading.read_level(query.metric, place.whose, min(today, query.period.last), active_days, cut)
    history = history_of(query.period, today)
    return reading.read(
        query.metric,
        place.whose,
        query.period,
        history=history,
        past=_last_year(query.period),
        cut=cut,
        people=people,
        # a row for each department below, and for each person of the department itself
        together=place.unit_ids - {place.unit_id} if query.by == "unit" else (),
    )


def history_of(period: Period, today: date) -> Period | None:
    """Return the stretch of finished periods before this one that its profile is learnt from."""
    number = HISTORY.get(period.kind)
    if not number:
        return None
    try:
        last = period.previous
        while last.end > today:
            last = last.previous
        return Period.between(last.plus(1 - number).start, last.end)
    except ValueError:
        return None


def _last_year(period: Period) -> Period | None:
    try:
        return period.same_last_year
    except ValueError:
        return None


def course_of(
    query: BoardQuery, days: Calendar, facts: Facts, today: date, tolerance: Decimal
) -> tuple[Course, Floats]:
    period = query.period
    profile, weights = _rhythm(period, history_of(period, today) if facts.history else None, days, facts.history)
    passed = min(max((today - period.start).days, 0), len(period))
    weight = pace.weight_passed(weights, passed)
    now = min(max(today, period.start), period.end)
    course = Course(
        period=period,
        today=today,
        weight=Decimal(f"{weight:.12f}"),
        working_days=days.working_days_between(period.start, period.end),
        working_days_passed=days.working_days_between(period.start, now),
        working_days_left=days.working_days_between(now, period.end),
        source=profile.source,
        periods_learnt=profile.periods,
        tolerance=tolerance,
        is_level=query.metric in metrics.LEVELS,
    )
    return course, weights


@lru_cache(maxsize=2048)
def _rhythm(period: Period, stretch: Period | None, days: Calendar, history: str) -> tuple[pace.Profile, Floats]:
    """Learn the profile of the stretch's days. The same days teach the same: it is asked anew for every page."""
    profile = pace.learn_profile(_past_periods(period, stretch, days, history))
    weights = profile.by_day(days.mask(period.start, period.end))
    weights.setflags(write=False)
    return profile, weights


def _past_periods(period: Period, stretch: Period | None, days: Calendar, history: str) -> list[pace.PastPeriod]:
    if stretch is None:
        return []
    by_day = {day: float(amount) for day, amount in reading.unpacked(history).items()}
    return [
        pace.PastPeriod(
            days.mask(past.start, past.end), np.array([by_day.get(day, 0.0) for day in past], dtype=np.float64)
        )
        for past in stretch.split(period.kind)
    ]
