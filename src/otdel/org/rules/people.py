"""People and their accounts: days, hours, signing in."""

from __future__ import annotations

from datetime import date, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from otdel.core.errors import Conflict, Invalid

if TYPE_CHECKING:
    from otdel.org.models import Person


INVITATION_LASTS = timedelta(days=7)


class InvitationDead(Conflict):
    """The link was used, called back, or is too old."""


class AlreadyStarted(Conflict):
    """There is a company already."""


def may_sign_in(person: Person, today: date) -> bool:
    """Tell whether the account is open: not switched off, and its owner still works here."""
    return person.is_active and (person.employed_to is None or person.employed_to > today)


def check_days(employed_from: date | None, employed_to: date | None) -> None:
    if employed_from and employed_to and employed_from >= employed_to:
        raise Invalid(_("The first day of work must come before the last."), field="employed_to")


def day_after(day: date) -> date:
    """Return the next day; a year nobody works in is a slip of the finger."""
    if not 1900 <= day.year <= 2200:
        raise Invalid(_("There is a mistake in the year."), field="last_day")
    return day + timedelta(days=1)


def check_zone(name: str) -> None:
    if name not in available_timezones():
        raise Invalid(_("There is no such time zone."), field="time_zone")


def check_hours(starts: time, ends: time) -> None:
    if ends <= starts:
        raise Invalid(_("The working day ends before it starts."), field="work_ends")


def key_digest(secret: str) -> str:
    """Return what is kept of an API key: 256 random bits need no slow hash."""
    return sha256(secret.encode()).hexdigest()
