"""How each of many people wants to be told: a handful of queries for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from otdel.core.database import bigints
from otdel.notifications import channels, kinds, rules
from otdel.notifications.rules import Peace
from otdel.org.queries import Colleague, colleagues


class Open(NamedTuple):
    """Channels set up here, in their order; and those of them that need an address."""

    names: tuple[str, ...]
    needing: frozenset[str]


def open_channels() -> Open:
    found = channels.outer()
    return Open(tuple(each.name for each in found), frozenset(each.name for each in found if each.needs_address))


@dataclass(frozen=True)
class Way:
    """One person's choices."""

    person: Colleague
    peace: Peace = Peace()
    chosen: dict[str, tuple[tuple[str, ...], bool]] = field(default_factory=dict)
    addresses: frozenset[str] = frozenset()
    open: Open = field(default_factory=open_channels)

    def in_digest(self, kind: str) -> bool:
        return kind in self.chosen and self.chosen[kind][1]

    def names(self, kind: str) -> list[str]:
        """Channels out of the app for this kind."""
        if kind not in self.chosen:
            return self.usual(kind)
        return rules.route(self.chosen[kind][0], self._reachable(), self.addresses, self.open.needing)

    def usual(self, kind: str) -> list[str]:
        """The same for whoever chose nothing."""
        return rules.usual(kinds.get(kind).channels, self._reachable(), self.addresses, self.open.needing)

    def next_name(self, tried: Iterable[str]) -> str:
        return rules.next_channel(frozenset(tried), self._reachable(), self.addresses, self.open.needing)

    def _reachable(self) -> tuple[str, ...]:
        names = self.open.names
        return names if self.person.email else tuple(name for name in names if name != channels.EMAIL)

    def due(self, kind: str, now: datetime) -> datetime:
        """When it may leave the app: after quiet hours, or with the next morning's digest."""
        if self.in_digest(kind):
            now = rules.day_moment("MORNING", 0, self.person.time, now)
        return rules.allowed_from(self.peace, self.person.time, now)


# Written out: a sweep asks them of everybody.
_CHOICES = """
SELECT 'quiet', person_id, '', NULL, in_working_time_only, starts, ends
    FROM notifications_quiet WHERE person_id = ANY(%(people)s::bigint[])
UNION ALL SELECT 'chosen', person_id, kind, channels, in_digest, NULL, NULL
    FROM notifications_channelchoice WHERE person_id = ANY(%(people)s::bigint[])
UNION ALL SELECT DISTINCT 'having', person_id, channel, NULL::varchar[], NULL::boolean, NULL::time, NULL::time
    FROM notifications_address WHERE is_on AND person_id = ANY(%(people)s::bigint[])"""


def ways(ids: Iterable[int], known: Mapping[int, Colleague] | None = None) -> dict[int, Way]:
    """Return the ways to these people and to the substitutes of those who are away. At most five queries.

    Those in `known` were read by the caller just now.
    """
    wanted, known = set(ids), known or {}
    people = {pk: known[pk] for pk in wanted & known.keys()}
    if wanted - known.keys():
        people |= colleagues(wanted - known.keys())
    others = {away.substitute_id for each in people.values() for away in each.away if away.substitute_id} - wanted
    if others:
        people |= colleagues(others)
    peace, chosen, having = _choices(people)
    calm, opened, nowhere = Peace(), open_channels(), frozenset[str]()
    return {
        pk: Way(
            person, peace.get(pk, calm), chosen.get(pk, {}), frozenset(having[pk]) if pk in having else nowhere, opened
        )
        for pk, person in people.items()
    }


Chosen = dict[int, dict[str, tuple[tuple[str, ...], bool]]]


def _choices(people: Iterable[int]) -> tuple[dict[int, Peace], Chosen, dict[int, set[str]]]:
    """Return quiet hours, channels by kind and the channels with an address of each. One query."""
    peace: dict[int, Peace] = {}
    chosen: Chosen = {}
    having: dict[int, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CHOICES, {"people": bigints(people)})
        for what, pk, name, names, flag, starts, ends in cursor.fetchall():
            if what == "quiet":
                peace[pk] = Peace(starts, ends, flag)
            elif what == "chosen":
                chosen.setdefault(pk, {})[name] = tuple(names), flag
            else:
                having.setdefault(pk, set()).add(name)
    return peace, chosen, having
