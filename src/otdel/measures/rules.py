"""Who is under manual control, what a day asks for, in which order a day goes. No queries, no clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from otdel.core.errors import Conflict, Invalid, NotAllowed
from otdel.core.periods import Kind, Period
from otdel.core.worktime import WorkTime

# laborious and met with resistance, so never for ever
LONGEST = timedelta(days=92)
# the morning's plan is there an hour before work begins
BEFORE_WORK = timedelta(hours=1)
# days nobody's machine was on are made up for, but not further back than this
CATCH_UP = 10
MOST_ACTIONS = 60
MOST_NORM = 500
# how many of each the morning names
MOST: Mapping[str, int] = {"MEETING": 12, "STEP": 12, "DEBT": 5, "DEAL": 5, "CALL": 8}
# a deal stands when it has been so many days in its stage
STANDS = 5
# whoever was spoken to so many days ago or less is not called again by the plan
SPOKEN = 3


class WrongState(Conflict):
    """The day is not where this can be done to it."""


class AlreadyControlled(Conflict):
    """This person or department is under manual control already."""


class NotYours(NotAllowed):
    """You see the day, but this is for others to do."""


@dataclass(frozen=True)
class ControlValues:
    """What is declared."""

    unit_id: int
    person_id: int | None
    metric: str
    period: Period
    until: date
    exit_share: Decimal
    exit_days: int
    reviewer_id: int
    reason: str = ""


@dataclass(frozen=True)
class ActionValues:
    """One thing to do, as a head writes it."""

    text: str = ""
    kind: str = "OTHER"
    customer_id: int | None = None
    deal_id: int | None = None
    expected: Decimal | None = None


@dataclass(frozen=True)
class NormRow:
    """A norm of a department on the way up from somebody's own."""

    unit_id: int
    role_id: int | None
    pipeline_id: int | None
    weekday: int | None
    kind: str
    amount: int
    starts_on: date


def check_control(values: ControlValues, today: date) -> None:
    if not today <= values.until <= today + LONGEST:
        raise Invalid(
            _("Manual control is never for ever: three months at most, and not into the past."), field="until"
        )
    if not Decimal("0.05") <= values.exit_share <= Decimal(5):
        raise Invalid(_("Attainment is between 5 and 500 per cent."), field="exit_share")
    if not 1 <= values.exit_days <= 60:
        raise Invalid(_("Between 1 and 60 working days."), field="exit_days")


def check_action(values: ActionValues) -> None:
    if not values.text.strip() and not values.customer_id and not values.deal_id:
        raise Invalid(_("Say what is to be done, or with which customer or deal."), field="text")
    if values.expected is not None and not 0 <= values.expected < 10**13:
        raise Invalid(_("This is not an amount."), field="expected")


def check_norm(amount: int, weekday: int | None) -> None:
    if not 0 <= amount <= MOST_NORM:
        raise Invalid(_("Between 0 and 500 a day."), field="amount")
    if weekday is not None and not 0 <= weekday <= 6:
        raise Invalid(_("There is no such day of the week."), field="weekday")


def clean_note(text: str, needed: bool = False, longest: int = 2000) -> str:
    note = text.strip()[:longest]
    if needed and not note:
        raise Invalid(_("Say why."), field="comment")
    return note


def must_be(state: str, *wanted: str) -> None:
    if state not in wanted:
        raise WrongState(_("This can no longer be done on this day. Look at it again."))


def must(allowed: bool) -> None:
    if not allowed:
        raise NotYours(_("This is for others to do: you may only look."))


def norms_for(
    rows: Iterable[NormRow],
    units: Sequence[int],
    role_id: int,
    day: date,
    pipelines: Collection[int],
) -> dict[tuple[str, int | None], int]:
    """Return the norms of a day by (kind, pipeline): the nearest department's, then the most exact, then the latest.

    `units` go from one's own department up. A norm of 0 takes away what a department above asks for.
    """
    best: dict[tuple[str, int | None], tuple[tuple[int, int, int, int], int]] = {}
    for row in rows:
        if row.unit_id not in units or row.starts_on > day or row.role_id not in (None, role_id):
            continue
        if row.weekday not in (None, day.weekday()) or (row.pipeline_id and row.pipeline_id not in pipelines):
            continue
        rank = (
            -units.index(row.unit_id),
            row.role_id is not None,
            row.weekday is not None,
            row.starts_on.toordinal(),
        )
        key = (row.kind, row.pipeline_id)
        if key not in best or rank > best[key][0]:
            best[key] = (rank, row.amount)
    return {key: amount for key, (_rank, amount) in best.items() if amount}


def period_on(period: Period, day: date) -> Period:
    """Return the period judged on a day: the line's own, later the one of its kind around the day."""
    if period.kind is Kind.RANGE or day in period or day < period.start:
        return period
    return Period.of(period.kind, day)


def morning(worktime: WorkTime, day: date) -> datetime | None:
    """Return when the plan of a working day is made."""
    found = worktime.day(day)
    return found[0] - BEFORE_WORK if found else None


def evening(worktime: WorkTime, day: date) -> datetime:
    """Return when the report of a day is filled."""
    found = worktime.day(day)
    return found[1] if found else datetime.combine(day + timedelta(days=1), datetime.min.time(), worktime.zone)


def days_due(worktime: WorkTime, since: date, until: date, now: datetime) -> list[date]:
    """Return the working days whose morning has come, the last ones first to be made up for, oldest first."""
    today = now.astimezone(worktime.zone).date()
    first = max(since, today - timedelta(days=CATCH_UP))
    days = [first + timedelta(days=number) for number in range((min(until, today) - first).days + 1)]
    return [day for day in days if (at := morning(worktime, day)) is not None and at <= now]
