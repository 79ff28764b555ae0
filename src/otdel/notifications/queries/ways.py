"""How each of many people wants to be told: a handful of queries for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from otdel.notifications import channels, kinds, rules
from otdel.notifications.models import Address, ChannelChoice, Quiet
from otdel.notifications.rules import Peace
from otdel.org.queries import Colleague, colleagues


@dataclass(frozen=True)
class Way:
    """One person's choices."""

    person: Colleague
    peace: Peace = Peace()
    chosen: dict[str, tuple[tuple[str, ...], bool]] = field(default_factory=dict)
    addresses: frozenset[str] = frozenset()

    def wanted(self, kind: str) -> tuple[str, ...]:
        return self.chosen[kind][0] if kind in self.chosen else kinds.get(kind).channels

    def in_digest(self, kind: str) -> bool:
        return kind in self.chosen and self.chosen[kind][1]

    def names(self, kind: str) -> list[str]:
        """Channels out of the app for this kind."""
        works, needs = open_channels()
        reachable = tuple(name for name in works if name != channels.EMAIL or self.person.email)
        return rules.route(self.wanted(kind), reachable, self.addresses, needs)

    def next_name(self, tried: Iterable[str]) -> str:
        works, needs = open_channels()
        reachable = tuple(name for name in works if name != channels.EMAIL or self.person.email)
        return rules.next_channel(frozenset(tried), reachable, self.addresses, needs)

    def due(self, kind: str, now: datetime) -> datetime:
        """When it may leave the app: after quiet hours, or with the next morning's digest."""
        if self.in_digest(kind):
            now = rules.day_moment("MORNING", 0, self.person.time, now)
        return rules.allowed_from(self.peace, self.person.time, now)


def open_channels() -> tuple[tuple[str, ...], frozenset[str]]:
    """Channels set up here, in their order; and those of them that need an address."""
    found = channels.outer()
    return tuple(each.name for each in found), frozenset(each.name for each in found if each.needs_address)


def ways(ids: Iterable[int]) -> dict[int, Way]:
    """Return the ways to these people and to the substitutes of those who are away. At most seven queries."""
    wanted = set(ids)
    people = colleagues(wanted)
    others = {away.substitute_id for each in people.values() for away in each.away if away.substitute_id} - wanted
    if others:
        people |= colleagues(others)
    found = Quiet.objects.filter(person__in=list(people))
    peace = {row.person_id: Peace(row.starts, row.ends, row.in_working_time_only) for row in found}
    chosen: dict[int, dict[str, tuple[tuple[str, ...], bool]]] = {}
    for choice in ChannelChoice.objects.filter(person__in=list(people)):
        chosen.setdefault(choice.person_id, {})[choice.kind] = (tuple(choice.channels), choice.in_digest)
    having: dict[int, set[str]] = {}
    rows = Address.objects.filter(person__in=list(people), is_on=True).values_list("person_id", "channel").distinct()
    for pk, name in rows:
        having.setdefault(pk, set()).add(name)
    return {
        pk: Way(person, peace.get(pk, Peace()), chosen.get(pk, {}), frozenset(having.get(pk, ())))
        for pk, person in people.items()
    }
