"""What the daily digest says of tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from babel.dates import format_date, format_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otdel.notifications.kinds import Line, section
from otdel.tasks import queries

if TYPE_CHECKING:
    from otdel.org.models import Person

MOST = 7


@section("tasks", 20)
def lines(person: Person, now: datetime, evening: bool) -> Iterator[Line]:
    """In the morning one's own overdue and today's, by name; in the evening who of one's people has a jam."""
    yield from _team(person, now) if evening else _own(person, now)


def _own(person: Person, now: datetime) -> Iterator[Line]:
    found = queries.counters(person, now)
    if not any(getattr(found, code) for code in queries.LABELS):
        return
    yield Line(_("Tasks"), is_heading=True, url="/today/")
    for code in ("overdue", "today", "unopened", "returned", "accept", "mentions"):
        count = getattr(found, code)
        if count:
            tone = "under" if code in ("overdue", "returned") else ""
            yield Line(str(queries.LABELS[code]), str(count), f"/tasks/?waits={code}", tone)
    day = queries.my_day(person, now)
    yield from _named(_("Overdue, the oldest first"), day["overdue"], now, "under")
    yield from _named(_("To do today"), day["today"], now, "")


def _named(title: str, rows: Iterable[queries.TaskRow], now: datetime, tone: str) -> Iterator[Line]:
    shown = list(rows)[:MOST]
    if shown:
        yield Line(title, is_heading=True)
    for row in shown:
        whom = row.customer or row.deal
        yield Line(f"{row.title} · {whom}" if whom else row.title, _due(row, now), f"/tasks/{row.id}/", tone)


def _due(row: queries.TaskRow, now: datetime) -> str:
    """The hour of today's, the day of what was due before."""
    if row.deadline is None:
        return ""
    at, lang = row.deadline.astimezone(now.tzinfo), get_language() or "en"
    if at.date() == now.date():
        return str(format_datetime(at, "HH:mm", locale=lang)) if row.has_time else _("today")
    return str(format_date(at.date(), "d MMM", locale=lang))


def _team(person: Person, now: datetime) -> Iterator[Line]:
    found = queries.team(person, now)
    late = [row for row in found.rows if row.counters.overdue]
    if late:
        total = sum(row.counters.overdue for row in late)
        yield Line(_("Overdue with your people"), str(total), "/tasks/team/", "under", is_heading=True)
        late.sort(key=lambda row: (-row.counters.overdue, row.name))
        for row in late[:MOST]:
            yield Line(row.name, str(row.counters.overdue), f"/tasks/?waits=overdue:{row.id}", "under")
        if len(late) > MOST:
            yield Line(_("And more people"), str(len(late) - MOST), "/tasks/team/")
    waits = queries.counters(person, now).accept
    if waits:
        yield Line(_("Wait for your acceptance"), str(waits), "/tasks/?waits=accept", is_heading=True)
