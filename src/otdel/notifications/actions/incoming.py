"""Letters that came in: each once, with what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from otdel.notifications.models import IncomingLetter


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


def note_letter(*, message_id: str, sender: str, topic: str, noted: Noted, now: datetime) -> IncomingLetter:
    """Write down what became of a letter, in the transaction that did it."""
    return IncomingLetter.objects.create(
        message_id=message_id[:250], at=now, sender=sender[:254], topic=topic[:250], person_id=noted.person_id,
        outcome=noted.outcome, reason=noted.reason[:2000], subject_kind=noted.subject_kind,
        subject_id=noted.subject_id,
    )  # fmt: skip
