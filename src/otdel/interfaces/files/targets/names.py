"""All names of all fields in one dictionary, with how telling each is."""

from __future__ import annotations

from collections import defaultdict

from otdel.interfaces.files.targets.base import Field, Target, normal
from otdel.interfaces.files.targets.customers import CONTACTS, CUSTOMERS
from otdel.interfaces.files.targets.deals import DEALS, LEADS
from otdel.interfaces.files.targets.people import PEOPLE, REGIONS
from otdel.interfaces.files.targets.trade import INVOICES, PAYMENTS, PRODUCTS, SALES
from otdel.interfaces.files.targets.work import ACTIVITIES, PLANS

TARGETS: tuple[Target, ...] = (
    PEOPLE,
    CUSTOMERS,
    CONTACTS,
    PRODUCTS,
    LEADS,
    DEALS,
    SALES,
    INVOICES,
    PAYMENTS,
    ACTIVITIES,
    PLANS,
    REGIONS,
)
NEVER = frozenset({"что не так", "what is wrong", "пользовательское соглашение"})
"""Headers that are no data: the column we write ourselves into refused rows."""


def _index() -> dict[str, set[str]]:
    index: dict[str, set[str]] = defaultdict(set)
    for target in TARGETS:
        for field in target.fields:
            for name in field.names:
                index[name].add(target.key)
    return dict(index)


KNOWN = _index()


def is_known_name(header: object) -> bool:
    return isinstance(header, str) and normal(header) in KNOWN


def telling(name: str) -> float:
    """1 for a name only one kind of file has, less for a common one."""
    return 1.0 / len(KNOWN[name]) if name in KNOWN else 0.0


def places(field: Field) -> dict[str, int]:
    return {name: place for place, name in enumerate(field.names)}
