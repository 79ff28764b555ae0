"""Who may do what to a task, and in which order things happen to it. No queries, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.core.calendar import Calendar
from otdel.core.errors import Conflict, Invalid, NotAllowed
from otdel.core.worktime import WorkTime

LIVE = ("NEW", "SEEN", "WORK", "RETURNED")
LONGEST_FILE = 25 * 1024 * 1024
MOST_FILES = 50
MOST_PEOPLE = 1000
LONGEST_TEXT = 20_000
WITHDRAWN_WITHIN = timedelta(hours=1)


class WrongState(Conflict):
    """The task is not in the state this needs."""


class NotYours(NotAllowed):
    """You see the task, but this is for others to do."""


class ReasonNeeded(Invalid):
    """A reason must be given."""


class OverLimit(NotAllowed):
    """The deadline may not be moved so far, or so often."""


class Blocked(Conflict):
    """Something the task depends on is not done yet."""


class NoProof(Invalid):
    """What was asked for as the result is not there yet."""


class FileRefused(Invalid):
    """The file is empty or too big."""


@dataclass(frozen=True)
class TaskValues:
    """What is asked for."""

    title: str
    text: str = ""
    deadline: datetime | None = None
    has_time: bool = False
    priority: int = 2
    participants: tuple[int, ...] = ()
    observers: tuple[int, ...] = ()
    is_private: bool = False
    customer_id: int | None = None
    contact_id: int | None = None
    lead_id: int | None = None
    deal_id: int | None = None
    invoice_id: int | None = None
    parent_id: int | None = None
    needs_acceptance: bool = False
    proof: str = ""
    most_moves: int | None = None
    most_days: int | None = None
    reason_needed: bool = True
    answer_by: datetime | None = None
    accept_hours: int | None = None
    template_id: int | None = None
    tags: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()


@dataclass(frozen=True)
class To:
    """Whom it is asked of: people, or a department, alone or with what is under it; one task for all or one each."""

    people: tuple[int, ...] = ()
    unit_id: int | None = None
    deep: bool = False
    each: bool = True


@dataclass(frozen=True)
class Stand:
    """Where a person stands to a task."""

    creates: bool  # gave it
    does: bool  # the work is waited from them
    over_creator: bool  # heads whoever gave it
    over_doer: bool  # heads whoever does it
    deletes: bool
    # whom the person stands in for today: one who does it, one who gave it; 0 for nobody
    does_for: int = 0
    gives_for: int = 0

    @property
    def acts(self) -> bool:
        """Does the work, or stands in for one who does and is away."""
        return self.does or bool(self.does_for)

    @property
    def judges(self) -> bool:
        """Says whether work that was handed in will do; nobody says so of what they do themselves for another."""
        return self.accepts or (bool(self.gives_for) and not self.acts)

    @property
    def said(self) -> dict[str, int]:
        """What the journal adds when it is done in somebody's place."""
        return {"instead": self.does_for} if self.does_for else {}

    @property
    def accepts(self) -> bool:
        """Who gave the task, or a head of theirs, says what is wanted and whether it is done."""
        return self.creates or (self.over_creator and not self.does)

    @property
    def steers(self) -> bool:
        """A head of whoever does it may hand it to another and move the deadline within the limits."""
        return self.accepts or (self.over_doer and not self.does)

    @property
    def works(self) -> bool:
        return self.acts or self.steers


def must(allowed: bool) -> None:
    if not allowed:
        raise NotYours(_("This is for others to do: you may only look and comment."))


def must_be(state: str, *wanted: str) -> None:
    if state not in wanted:
        raise WrongState(_("This can no longer be done with the task. Look at it again."))


def may_withdraw(submitted: datetime | None, done: datetime | None, ungraded: bool, now: datetime) -> bool:
    """Whether finished work may be taken back: within the hour, and only by what finished it, the hand-in."""
    return ungraded and submitted is not None and submitted == done and now - submitted <= WITHDRAWN_WITHIN


def clean_reason(text: str, needed: bool = True) -> str:
    reason = text.strip()[:2000]
    if needed and not reason:
        raise ReasonNeeded(_("Say why."), field="reason")
    return reason


def check(values: TaskValues, now: datetime) -> None:
    if not values.title.strip():
        raise Invalid(_("Say in a few words what is to be done."), field="title")
    if values.priority not in (1, 2, 3):
        raise Invalid(_("There is no such priority."), field="priority")
    if values.proof not in ("", "TEXT", "FILE", "CALL", "MEETING"):
        raise Invalid(_("There is no such kind of result."), field="proof")
    if values.deadline is not None and not now - timedelta(days=366) < values.deadline < now + timedelta(days=3660):
        raise Invalid(_("There is a mistake in the year."), field="deadline")
    if values.answer_by is not None and not now < values.answer_by < now + timedelta(days=366):
        raise Invalid(_("The answer can be asked for by a moment ahead, within a year."), field="answer_by")
    if values.accept_hours is not None and not 0 < values.accept_hours <= 999:
        raise Invalid(_("The acceptance can be asked for within 1 to 999 working hours."), field="accept_hours")


def check_move(
    *,
    before: datetime | None,
    after: datetime | None,
    first: datetime | None,
    moved: int,
    moves: int | None,
    days: int | None,
) -> None:
    """Refuse whoever does the work to move their own deadline beyond what was agreed. Earlier is always allowed."""
    if before is not None and after is not None and after <= before:
        return
    if moves == 0:
        raise OverLimit(_("The deadline may not be moved. Ask whoever gave the task."), field="deadline")
    if moves is not None and moved >= moves:
        words = ngettext(
            "The deadline may be moved %(count)s time, and it was. Ask whoever gave the task.",
            "The deadline may be moved %(count)s times, and it was. Ask whoever gave the task.",
            moves,
        )
        raise OverLimit(words % {"count": moves}, field="deadline")
    if days is None or first is None:
        return
    if after is None or after > first + timedelta(days=days):
        words = ngettext(
            "The deadline may be moved by %(count)s day at most. Ask whoever gave the task.",
            "The deadline may be moved by %(count)s days at most. Ask whoever gave the task.",
            days,
        )
        raise OverLimit(words % {"count": days}, field="deadline")


def judged_by(judged: datetime | None, after: datetime | None, now: datetime) -> datetime | None:
    """Return what the work is judged by after a move: moving what has already passed does not mend it."""
    return judged if judged is not None and judged < now else after


def end_of(day: date, zone: tzinfo | None) -> datetime:
    """Return the last second of the day: until when "by Friday" is kept."""
    return datetime.combine(day, time(23, 59, 59), zone)


QUICK = ("hours", "today", "tomorrow", "three", "friday", "week")


def quick_day(code: str, today: date, calendar: Calendar) -> date:
    """Return the day of a quick choice, in working days; "friday" is the last one of this week, or of the next."""
    match code:
        case "today":
            return today
        case "tomorrow":
            return calendar.add_working_days(today, 1)
        case "three":
            return calendar.add_working_days(today, 3)
        case "week":
            return calendar.add_working_days(today, 5)
        case "friday":
            last = today + timedelta(days=6 - today.weekday())
            found = calendar.add_working_days(last + timedelta(days=1), -1)
            return found if found >= today else calendar.add_working_days(last + timedelta(days=8), -1)
    raise Invalid(_("There is no such choice of a day."), field="deadline")


QUICK_MINUTES = 120


def quick_moment(code: str, now: datetime, work: WorkTime) -> tuple[datetime, bool]:
    """Return the deadline of a quick choice in somebody's working time, and whether its hour counts."""
    if code == "hours":
        return work.add(now, QUICK_MINUTES).replace(second=0, microsecond=0), True
    return end_of(quick_day(code, now.astimezone(work.zone).date(), work.calendar), work.zone), False
