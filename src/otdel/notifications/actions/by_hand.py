"""Reminders people set themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Invalid, NotFound
from otdel.notifications import kinds, rules
from otdel.notifications.models import Reminder
from otdel.org.models import Person


@dataclass(frozen=True)
class About:
    """What a reminder is about. Whoever calls has looked whether the person may see it."""

    kind: str
    id: int
    title: str
    url: str


@action
def remind_me(*, by: Person, at: datetime, text: str = "", about: About | None = None, now: datetime) -> Reminder:
    """Remind me at this very minute, whatever my working hours."""
    words = " ".join(text.split())[:500]
    if about is None and not words:
        raise Invalid(_("Say what you want to be reminded of."), field="text")
    if not now < at < now + timedelta(days=3660):
        raise Invalid(_("Choose a time in the future."), field="at")
    mine = Reminder.objects.filter(person=by, rule=None, state=Reminder.State.PENDING)
    if mine.count() >= rules.MOST_REMINDERS:
        raise rules.TooMany(_("Two hundred reminders are already waiting: remove some first."))
    reminder = Reminder.objects.create(
        kind=kinds.OWN, person=by, made_by=by, made_at=now, due_at=at,
        subject_kind=about.kind if about else "", subject_id=about.id if about else None,
        title=(about.title if about else words)[: rules.LONGEST_TITLE], url=about.url if about else "",
        params={"text": words if about else ""},
    )  # fmt: skip
    journal.record("reminder.set", reminder, by=by, at=now, due=at)
    return reminder


@action
def forget_reminder(*, by: Person, reminder_id: int, now: datetime) -> None:
    mine = Reminder.objects.select_for_update().filter(person=by, rule=None, state=Reminder.State.PENDING)
    found = mine.filter(pk=reminder_id).first()
    if found is None:
        raise NotFound(_("There is no such reminder, or it has already been sent."))
    journal.record("reminder.forgotten", found, by=by, at=now, due=found.due_at)
    found.delete()
