"""The counters of some tasks only: those the filters of the list find."""

from __future__ import annotations

from datetime import datetime

from otdel.core.listing import State
from otdel.org.models import Person
from otdel.tasks.queries.counters import Team, TeamRow, end_of_day, people, summed
from otdel.tasks.queries.rows import narrowed
from otdel.tasks.queries.sums import numbers_among


def team_among(person: Person, now: datetime, state: State, unit_id: int | None = None) -> Team:
    """Return the counters of whoever within reach has any among what the filters find; nothing of next steps.

    Two queries besides those of access.
    """
    found = people(person, unit_id)
    numbers = numbers_among(narrowed(state), [pk for pk, _name in found], now, end_of_day(now))
    return summed([TeamRow(pk, name, numbers[pk]) for pk, name in found if pk in numbers])
