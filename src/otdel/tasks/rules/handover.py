"""How what somebody had is dealt out to those who take it over. No queries, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

# in this order, so that what belongs to a client finds where the client went
KINDS: Final = ("customer", "contact", "lead", "deal", "task")
MOST_RECEIVERS: Final = 20
BIGGEST_SHARE: Final = 1000
Shares = Mapping[int, int]


@dataclass(frozen=True)
class Owned:
    """One record and the client it belongs to."""

    id: int
    customer_id: int | None


@dataclass
class Deal:
    """Who takes which records: {kind: {person: [ids]}}."""

    parts: dict[str, dict[int, list[int]]] = field(default_factory=dict)

    def count(self, kind: str, person_id: int) -> int:
        return len(self.parts.get(kind, {}).get(person_id, ()))


def deal_out(owned: Mapping[str, Sequence[Owned]], shares: Shares) -> Deal:
    """Deal out every kind by the shares; what belongs to a client goes to whoever takes the client."""
    found, of_client = Deal(), dict[int, int]()
    for kind in KINDS:
        records = owned.get(kind, ())
        parts = found.parts.setdefault(kind, {})
        follows = [each for each in records if kind != "customer" and each.customer_id in of_client]
        for each in follows:
            parts.setdefault(of_client[each.customer_id or 0], []).append(each.id)
        free = [each for each in records if kind == "customer" or each.customer_id not in of_client]
        for each, person in zip(free, _turns(len(free), shares), strict=True):
            parts.setdefault(person, []).append(each.id)
            if kind == "customer":
                of_client[each.id] = person
    return found


def _turns(number: int, shares: Shares) -> Iterable[int]:
    """Yield who takes each next one: always whoever is furthest behind their share."""
    whole, given = sum(shares.values()), dict.fromkeys(shares, 0)
    for at in range(1, number + 1):
        person = max(shares, key=lambda each: (shares[each] * at - given[each] * whole, -each))
        given[person] += 1
        yield person
