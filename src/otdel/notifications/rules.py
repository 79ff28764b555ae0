"""Which way a notice takes and when, and when a reminder is due. No queries, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.utils.translation import gettext as _

from otdel.core.errors import Conflict, Invalid, NotFound
from otdel.core.worktime import WorkTime

LONGEST_TITLE = 250
MEASURES = ("DAYS", "MINUTES", "CLOCK")  # as models.ReminderRule.Measure has them
MOST_AMOUNT, MOST_DAYS = 100_000, 365
MOST_ADDRESSES = 20
MOST_REMINDERS = 200  # pending, set by hand, of one person
# after a refusal that may pass; then the person's next channel
PAUSES = tuple(timedelta(minutes=each) for each in (1, 2, 5, 15, 60, 180))
# longer than anything a channel may take for one person
LEASE = timedelta(minutes=3)
MOST_IN_LETTER = 40
# attempts of one channel before another one of the person's is taken instead, where there is one
PATIENCE = 2


class NoSuchAddress(NotFound):
    """There is no such address, or it is not yours."""


class NoSuchChannel(Invalid):
    """There is no such channel here."""


class NoSuchNotice(NotFound):
    """There is no such notice, or it is not yours."""


class NoSuchRule(NotFound):
    """There is no such rule."""


class TooMany(Conflict):
    """That is more than one person needs."""


def check_rule(amount: int, measure: str) -> None:
    """Refuse what no rule can be counted by."""
    if not 0 <= amount <= MOST_AMOUNT or measure not in MEASURES:
        raise Invalid(_("Enter a whole number of days or minutes."), field="amount")
    if measure == "DAYS" and amount > MOST_DAYS:
        raise Invalid(_("A year ahead is enough."), field="amount")


def pause_after(attempts: int) -> timedelta | None:
    """Return how long to wait before the next attempt, or None when it is time to give the channel up."""
    return PAUSES[attempts - 1] if 0 < attempts <= len(PAUSES) else None


@dataclass(frozen=True)
class Peace:
    """When a person is left alone."""

    starts: time | None = None
    ends: time | None = None
    in_working_time_only: bool = False


def allowed_from(peace: Peace, work: WorkTime, at: datetime) -> datetime:
    """Return the first moment from `at` on when the person may be disturbed."""
    for _turn in range(8):
        moment = work.next(at) if peace.in_working_time_only else at
        moment = _after_quiet(peace, work, moment)
        if moment == at:
            return at.astimezone(UTC)
        at = moment
    return at.astimezone(UTC)


def _after_quiet(peace: Peace, work: WorkTime, at: datetime) -> datetime:
    if peace.starts is None or peace.ends is None or peace.starts == peace.ends:
        return at
    local = at.astimezone(work.zone)
    clock, over_night = local.time(), peace.starts > peace.ends
    is_quiet = clock >= peace.starts or clock < peace.ends if over_night else peace.starts <= clock < peace.ends
    if not is_quiet:
        return at
    day = local.date() + timedelta(days=1 if over_night and clock >= peace.starts else 0)
    return datetime.combine(day, peace.ends, work.zone)


@dataclass(frozen=True)
class Plan:
    """What a rule says of the minute."""

    trigger: str
    amount: int
    measure: str


def due_at(
    plan: Plan, *, anchor: datetime | None, has_time: bool, started: datetime | None, work: WorkTime
) -> datetime | None:
    """Return when to remind, or None when there is nothing to count from. A whole day lasts as long as its work."""
    if plan.trigger == "UNREAD":
        return work.add(started, plan.amount).astimezone(UTC) if started else None
    if anchor is None:
        return None
    found = {"BEFORE": _before, "HALF": _half, "AT": _at, "AFTER": _after}[plan.trigger](
        plan, anchor, has_time, started, work
    )
    return found.astimezone(UTC) if found else None


def _end(anchor: datetime, has_time: bool, work: WorkTime) -> datetime:
    return anchor if has_time else work.last_of(anchor.astimezone(work.zone).date())


def _before(plan: Plan, anchor: datetime, has_time: bool, started: datetime | None, work: WorkTime) -> datetime:
    if plan.measure == "CLOCK":
        return anchor - timedelta(minutes=plan.amount)
    if plan.measure == "MINUTES":
        return work.back(_end(anchor, has_time, work), plan.amount)
    local = anchor.astimezone(work.zone)
    day = work.calendar.add_working_days(local.date() + timedelta(days=1), -1 - plan.amount)
    if not work.calendar.is_working_day(local.date()):  # the working days before a day off
        day = work.calendar.add_working_days(local.date(), -max(plan.amount, 1))
    return work.at_time(day, local.time() if has_time else time.min)


def _half(plan: Plan, anchor: datetime, has_time: bool, started: datetime | None, work: WorkTime) -> datetime | None:
    end = _end(anchor, has_time, work)
    return work.half_way(started, end) if started and started < end else None


def _at(plan: Plan, anchor: datetime, has_time: bool, started: datetime | None, work: WorkTime) -> datetime:
    """At the time itself, or when work starts after it; on the day itself when the whole day counts."""
    if has_time:
        return anchor if plan.measure == "CLOCK" else work.next(anchor)
    day = anchor.astimezone(work.zone).date()
    last = work.calendar.add_working_days(day + timedelta(days=1), -1)
    return work.at_time(last, time.min)


def _after(plan: Plan, anchor: datetime, has_time: bool, started: datetime | None, work: WorkTime) -> datetime:
    if plan.measure == "CLOCK":
        return anchor + timedelta(minutes=plan.amount)
    if plan.measure == "MINUTES":
        return work.add(anchor, plan.amount)
    local = anchor.astimezone(work.zone)
    day = work.calendar.add_working_days(local.date(), plan.amount)
    return work.at_time(day, local.time() if has_time else time.min)


def day_moment(trigger: str, amount: int, work: WorkTime, after: datetime) -> datetime:
    """Return the next start of a working day, or the moment so long before the end of one, later than `after`."""
    day = after.astimezone(work.zone).date()
    for number in range(400):
        span = work.day(day + timedelta(days=number))
        if span:
            at = span[0] if trigger == "MORNING" else max(span[0], span[1] - timedelta(minutes=amount))
            if at > after:
                return at.astimezone(UTC)
    return (after + timedelta(days=1)).astimezone(UTC)


BY_HAND = ("hour", "tomorrow", "monday", "before")


def quick_reminder(
    code: str, now: datetime, work: WorkTime, *, deadline: datetime | None = None, has_time: bool = False
) -> datetime | None:
    """Return the moment of a quick choice in somebody's working time; None where it makes no sense any more."""
    day = now.astimezone(work.zone).date()
    match code:
        case "hour":
            found = work.add(now, 60)
        case "tomorrow":
            found = work.at_time(work.calendar.add_working_days(day, 1), time.min)
        case "monday":
            sunday = day + timedelta(days=6 - day.weekday())
            found = work.at_time(work.calendar.add_working_days(sunday, 1), time.min)
        case "before" if deadline is not None:
            found = _before(Plan("BEFORE", 1, "DAYS"), deadline, has_time, None, work)
        case _:
            return None
    return found.astimezone(UTC).replace(second=0, microsecond=0) if found > now else None


def route(
    wanted: Sequence[str], works: Sequence[str], has_address: frozenset[str], needs_address: frozenset[str]
) -> list[str]:
    """Return the channels out of the app a notice goes by: those wanted; if none of them works, the first that does."""
    open_ones = [name for name in works if name not in needs_address or name in has_address]
    outer = [name for name in wanted if name != "app"]
    found = [name for name in open_ones if name in outer]
    return found or (open_ones[:1] if outer else [])


def usual(
    wanted: Sequence[str], works: Sequence[str], has_address: frozenset[str], needs_address: frozenset[str]
) -> list[str]:
    """Return the one way out of the app for whoever chose none: the same words by four ways at once annoy."""
    return route(wanted, works, has_address, needs_address)[:1]


def next_channel(
    tried: frozenset[str], works: Sequence[str], has_address: frozenset[str], needs_address: frozenset[str]
) -> str:
    """Return the channel to try when others have failed, or ""."""
    open_ones = (name for name in works if name not in needs_address or name in has_address)
    return next((name for name in open_ones if name not in tried), "")
