"""Letters that came in: what became of each, why some were refused, and what is to be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from otdel.notifications.models import IncomingLetter
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right

PAGE = 50
OUTCOMES = dict(IncomingLetter.Outcome.choices)
REFUSED = IncomingLetter.Outcome.REFUSED
# why a letter is refused before anybody asks what it wants: kept as a code, said in the reader's language
MACHINE, NO_ADDRESS, NOT_THEIRS, NOBODY = "machine", "no_address", "not_theirs", "nobody"
WHY = {
    MACHINE: _("A machine wrote it: an automatic reply or an e-mail that bounced."),
    NO_ADDRESS: _("It has no valid address of ours: it was forged, cut off, or is too old."),
    NOT_THEIRS: _("Whoever wrote is not whom the address was made for."),
    NOBODY: _("The address names no colleague, or more than one."),
}
DO = {
    MACHINE: _("Nothing: such e-mails are left alone. If a person's e-mails end up here, ask what their program adds."),
    NO_ADDRESS: _("Ask them to reply to a recent e-mail from Otdel, or to write to their own task address."),
    NOT_THEIRS: _("Ask them to write from the address on their card, or correct the card."),
    NOBODY: _("Tell them how it is written: a dot and the surname before the @ of their own task address."),
}
# what the writer is told to do
ADVICE = {
    NO_ADDRESS: _("Reply to an e-mail from Otdel that is no older than two months, or write to your own task address."),
    NOT_THEIRS: _("Write from the address on your card."),
    NOBODY: _("Put a dot and the colleague's surname before the @ of your own task address."),
}
OTHERWISE = _("Whoever wrote was told the reason, if they work here.")


def why(code: str) -> str:
    return str(WHY.get(code, code))


@dataclass(frozen=True)
class LetterRow:
    id: int
    at: datetime
    sender: str
    person_id: int | None
    person: str
    topic: str
    outcome: str
    outcome_name: str
    is_refused: bool
    why: str
    advice: str
    task_id: int | None


def letters(person: Person, *, outcome: str = "", before: int | None = None, limit: int = PAGE) -> list[LetterRow]:
    """Return the latest letters, for whoever keeps the settings. What stood in them was not kept. One query."""
    access.require(person, "settings", Right.CHANGE)
    rows = IncomingLetter.objects.select_related("person").order_by("-pk")
    rows = rows.filter(pk__lt=before) if before else rows
    rows = rows.filter(outcome=outcome) if outcome in OUTCOMES else rows
    return [_row(row) for row in rows[:limit]]


def _row(row: IncomingLetter) -> LetterRow:
    refused = row.outcome == REFUSED
    return LetterRow(
        id=row.pk,
        at=row.at,
        sender=row.sender,
        person_id=row.person_id,
        person=str(row.person or ""),
        topic=row.topic if refused else "",
        outcome=row.outcome,
        outcome_name=str(OUTCOMES[row.outcome]),
        is_refused=refused,
        why=why(row.reason) if refused else "",
        advice=str(DO.get(row.reason, OTHERWISE)) if refused else "",
        task_id=row.subject_id if row.subject_kind == "task" else None,
    )
