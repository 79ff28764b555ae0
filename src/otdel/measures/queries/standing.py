"""Where the line of a department or a person stands on a day, whoever asks: what the criterion is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from otdel.core.calendar import Calendar
from otdel.core.periods import Period
from otdel.org import access as org
from otdel.org.queries import CompanySettings
from otdel.plans import metrics
from otdel.plans.queries.course import course_of, facts_for
from otdel.plans.queries.figures import figures
from otdel.plans.queries.place import BoardQuery, Place
from otdel.plans.queries.planned import Plans, plan_lines

ZERO = Decimal(0)


@dataclass(frozen=True)
class Standing:
    """Plan of the period, expected by the end of a day, fact by then; None where there is no answer."""

    plan: Decimal | None
    expected: Decimal | None
    fact: Decimal

    @property
    def attainment(self) -> Decimal | None:
        """Attainment to date: fact ÷ expected to date."""
        if not self.expected or self.expected <= 0:
            return None
        return round(self.fact / self.expected, 4)


def standing(
    *,
    unit_id: int,
    person_id: int | None,
    metric: str,
    period: Period,
    day: date,
    company: CompanySettings,
    calendar: Calendar,
) -> Standing:
    """Return where the line stood at the end of the day. Three queries."""
    tree = org.tree()
    place = Place(tree, unit_id, tree.under(unit_id), person_id, False, ())
    query = BoardQuery(period, metric, unit_id, person_id)
    after = day + timedelta(days=1)
    upto = after if metric not in metrics.LEVELS else day
    facts = facts_for(place, query, upto, company.active_days, people=False)
    course, _weights = course_of(query, calendar, facts, after, company.tolerance)
    plans = Plans(tree, query, plan_lines(place, query), calendar.working_days_between, is_level=course.is_level)
    if course.is_level:
        fact = sum(facts.by_person.values(), ZERO)
    else:
        # the days of a year ago are there too: the curve of the board wants them
        fact = sum((amount for at, amount in facts.by_day.items() if period.start <= at <= day), ZERO)
    found = figures(course, plans.of_place(place), fact)
    return Standing(found.amount, found.expected, fact)
