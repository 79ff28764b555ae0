"""Letters that came in: each once, with what became of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from otdel.notifications import kinds
from otdel.notifications.actions.telling import Told, tell
from otdel.notifications.models import IncomingLetter, Notice

MOST_ANSWERS = 5


@dataclass(frozen=True)
class Noted:
    outcome: str
    person_id: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None
    reason: str = ""


def first_time(*, message_id: str) -> bool:
    """Hold the letter's number until the transaction ends; False when it was taken before, by whichever worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [message_id])
    return not IncomingLetter.objects.filter(message_id=message_id[:250]).exists()


def answer_sender(*, message_id: str, topic: str, person_id: int, text: str, now: datetime) -> None:
    """Tell a colleague that their letter was not taken, and why; a few times a day at most.

    Only people of ours are answered, by the ordinary way of notices: what it sends says that a machine sent it, and
    letters of machines are not answered, so two of them cannot go on for ever.
    """
    today = Notice.objects.filter(person_id=person_id, kind=kinds.REFUSED, at__gt=now - timedelta(days=1))
    if today.count() >= MOST_ANSWERS:
        return
    mark = hashlib.sha256(message_id.encode()).hexdigest()[:40]
    told = Told(
        kind=kinds.REFUSED, person_id=person_id, key=f"letter:{mark}", title=topic, url="/me/notices/",
        params={"text": text[:500]},
    )  # fmt: skip
    tell([told], now)


def note_letter(*, message_id: str, sender: str, topic: str, noted: Noted, now: datetime) -> IncomingLetter:
    """Write down what became of a letter, in the transaction that did it."""
    return IncomingLetter.objects.create(
        message_id=message_id[:250], at=now, sender=sender[:254], topic=topic[:250], person_id=noted.person_id,
        outcome=noted.outcome, reason=noted.reason[:2000], subject_kind=noted.subject_kind,
        subject_id=noted.subject_id,
    )  # fmt: skip
