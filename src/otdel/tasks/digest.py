"""What the daily digest says of tasks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from otdel.notifications.kinds import section
from otdel.tasks import queries

if TYPE_CHECKING:
    from otdel.org.models import Person

MOST = 7


@section("tasks", 20)
def lines(person: Person, now: datetime, evening: bool) -> Iterator[str]:
    """In the morning one's own overdue and today's, by name; in the evening who of one's people has a jam."""
    if evening:
        yield from _team(person, now)
        return
    found = queries.counters(person, now)
    said = ("overdue", "today", "unopened", "returned", "accept")
    yield from (f"{queries.LABELS[code]}: {getattr(found, code)}" for code in said if getattr(found, code))


def _team(person: Person, now: datetime) -> Iterator[str]:
    found = queries.team(person, now)
    late = [row for row in found.rows if row.counters.overdue]
    if late:
        yield _("Overdue with your people: %(count)s") % {"count": sum(row.counters.overdue for row in late)}
        yield from (f"{row.name}: {row.counters.overdue}" for row in late[:MOST])
