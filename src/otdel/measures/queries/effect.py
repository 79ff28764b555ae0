"""Whether manual control helped: before, during and after, by the same weekdays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from otdel.calc.arrays import Floats
from otdel.calc.same_weekdays import Comparison, Ints, compare
from otdel.core.calendar import Calendar
from otdel.core.periods import Period
from otdel.measures.models import ManualControl
from otdel.org.rules import Tree
from otdel.plans import metrics
from otdel.plans.models import Metric
from otdel.plans.queries import facts as reading
from otdel.plans.queries.facts import Whose

# four weeks: every weekday four times
BESIDE = timedelta(days=28)
ACTIVITY = (Metric.CALLS, Metric.MEETINGS, Metric.PROPOSALS)


@dataclass(frozen=True)
class Effect:
    """One metric: days during against before, and days after against before."""

    metric: str
    during: Comparison | None
    after: Comparison | None

    @property
    def is_money(self) -> bool:
        return self.metric in metrics.MONEY


def effects(control: ManualControl, tree: Tree, calendar: Calendar, today: date) -> list[Effect]:
    """Compare finished days. One query."""
    last = min(control.ended_on or today, today, control.until + timedelta(days=1))
    spans = (
        Period.between(control.since - BESIDE, control.since),
        _span(control.since, last),
        _span(control.ended_on, min(control.ended_on + BESIDE, today)) if control.ended_on else None,
    )
    wanted = [control.metric, *(each for each in ACTIVITY if each != control.metric)]
    whose = Whose(tree.under(control.unit_id), control.person_id)
    wanted = [metric for metric in wanted if metric not in metrics.LEVELS]
    whole = Period.between(min(each.start for each in spans if each), max(each.end for each in spans if each))
    found = reading.read_days(wanted, whose, whole)
    return [_effect(metric, found[metric], spans, calendar) for metric in wanted]


def _span(start: date, end: date) -> Period | None:
    return Period.between(start, end) if start < end else None


def _effect(
    metric: str, by_day: Mapping[date, Decimal], spans: tuple[Period | None, ...], calendar: Calendar
) -> Effect:
    before, during, after = (_days(span, by_day, calendar) for span in spans)
    return Effect(metric, compare(*before, *during), compare(*before, *after))


def _days(span: Period | None, by_day: Mapping[date, Decimal], calendar: Calendar) -> tuple[Ints, Floats]:
    days = calendar.working_days(span) if span else []
    values = [float(by_day.get(day, 0)) for day in days]
    return np.array([day.weekday() for day in days], dtype=np.int64), np.array(values, dtype=np.float64)
