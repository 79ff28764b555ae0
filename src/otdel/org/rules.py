"""Who may do what: rights of roles, and the shape of the department tree. No queries, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import IntEnum, StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.core.errors import Conflict, Invalid, NotAllowed

if TYPE_CHECKING:
    from otdel.org.models import Person


class Scope(IntEnum):
    """How far a right reaches. Bigger includes smaller."""

    NONE = 0
    OWN = 1
    DEPARTMENT = 2
    SUBTREE = 3
    ALL = 4


SCOPE_LABELS = {
    Scope.NONE: _("no"),
    Scope.OWN: _("own"),
    Scope.DEPARTMENT: _("department"),
    Scope.SUBTREE: _("department and below"),
    Scope.ALL: _("all"),
}


class Right(StrEnum):
    VIEW = "view"
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    EXPORT = "export"


RIGHT_LABELS = {
    Right.VIEW: _("View"),
    Right.CREATE: pgettext_lazy("right", "Create"),
    Right.CHANGE: pgettext_lazy("right", "Change"),
    Right.DELETE: pgettext_lazy("right", "Delete"),
    Right.EXPORT: _("Export"),
}

KIND_LABELS = {
    "customer": _("Customers"),
    "contact": _("Contacts"),
    "lead": _("Leads"),
    "deal": _("Deals"),
    "activity": _("Activities"),
    "task": _("Tasks"),
    "product": _("Products"),
    "invoice": _("Invoices"),
    "payment": _("Payments"),
    "shipment": _("Shipments"),
    "plan": _("Plans"),
    "person": _("People"),
    "unit": _("Departments"),
    "import": _("Import"),
    "settings": _("Settings"),
    "audit": _("Audit log"),
}

Rights = Mapping[str, Mapping[str, str]]


def scope_of(rights: Rights, kind: str, right: Right) -> Scope:
    """Return how far a role's right reaches; what is not written down is not allowed."""
    name = rights.get(kind, {}).get(right.value, "none")
    return Scope[name.upper()]


def _all(
    kinds: str, view: str, *, change: str = "none", delete: str = "none", export: str = ""
) -> dict[str, dict[str, str]]:
    given = {"view": view, "create": change, "change": change, "delete": delete, "export": export or view}
    return {kind: dict(given) for kind in kinds.split()}


RECORDS = "customer contact lead deal activity"


def _tasks(width: str) -> dict[str, dict[str, str]]:
    """Everyone may ask anyone for something, other departments too; whose tasks one sees and steers differs."""
    return {"task": {"view": width, "create": "all", "change": width, "delete": width, "export": width}}


MONEY = "invoice payment shipment"

PRESETS: dict[str, tuple[str, dict[str, dict[str, str]]]] = {
    "manager": (
        "Sales manager",
        _all(RECORDS, "own", change="own", delete="none")
        | _tasks("own")
        | _all("product", "all")
        | _all("invoice", "own", change="own")
        | _all("payment shipment", "own")
        | _all("plan", "own")
        | _all("person unit", "all", export="none"),
    ),
    "head": (
        "Head of sales",
        _all(RECORDS, "subtree", change="subtree", delete="subtree")
        | _tasks("subtree")
        | _all("product", "all", change="all")
        | _all(MONEY, "subtree", change="subtree", delete="subtree")
        | _all("plan", "subtree", change="subtree", delete="subtree")
        | _all("person unit", "all", export="subtree")
        | _all("import", "own", change="own"),
    ),
    "director": (
        "Director",
        _all(f"{RECORDS} {MONEY} product plan", "all", change="all", delete="all")
        | _tasks("all")
        | _all("person unit", "all", change="all")
        | _all("import", "all", change="all")
        | _all("settings audit", "all", change="all"),
    ),
    "accountant": (
        "Accountant",
        _all("customer contact", "all", export="all")
        | _tasks("own")
        | _all("deal", "all", export="none")
        | _all("product", "all", change="all")
        | _all(MONEY, "all", change="all", delete="all")
        | _all("person unit", "all", export="none")
        | _all("import", "own", change="own"),
    ),
    "administrator": (
        "Administrator",
        _all("person unit settings audit", "all", change="all", delete="all")
        | _tasks("own")
        | _all("import", "all", change="all", delete="all")
        | _all("product", "all", change="all", delete="all"),
    ),
}

# So that the names of the ready roles are translated where they are shown.
PRESET_LABELS = {
    "manager": _("Sales manager"),
    "head": _("Head of sales"),
    "director": _("Director"),
    "accountant": _("Accountant"),
    "administrator": _("Administrator"),
}


class TreeCycle(Conflict):
    """A department cannot be placed under itself."""


@dataclass(frozen=True)
class Node:
    id: int
    name: str
    parent_id: int | None
    head_id: int | None
    closed_on: date | None = None


@dataclass(frozen=True)
class Tree:
    """All departments at once: small, read once per request."""

    nodes: Mapping[int, Node]
    children: Mapping[int | None, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> Tree:
        """Build from nodes in display order."""
        by_id = {node.id: node for node in nodes}
        children: dict[int | None, tuple[int, ...]] = {}
        for node in by_id.values():
            children[node.parent_id] = (*children.get(node.parent_id, ()), node.id)
        return cls(by_id, children)

    @property
    def roots(self) -> tuple[int, ...]:
        return self.children.get(None, ())

    def under(self, *unit_ids: int) -> frozenset[int]:
        """Return the units and everything under them."""
        found: set[int] = set()
        waiting = [unit for unit in unit_ids if unit in self.nodes]
        while waiting:
            unit = waiting.pop()
            if unit not in found:
                found.add(unit)
                waiting.extend(self.children.get(unit, ()))
        return frozenset(found)

    def above(self, unit_id: int) -> tuple[int, ...]:
        """Return the unit and its parents up to the root."""
        path: list[int] = []
        current: int | None = unit_id
        while current is not None and current in self.nodes and current not in path:
            path.append(current)
            current = self.nodes[current].parent_id
        return tuple(path)

    def headed_by(self, person_id: int) -> tuple[int, ...]:
        return tuple(node.id for node in self.nodes.values() if node.head_id == person_id)

    def heads_above(self, unit_id: int) -> tuple[int, ...]:
        """Return the people who answer for the unit, nearest first."""
        heads = (self.nodes[unit].head_id for unit in self.above(unit_id))
        return tuple(dict.fromkeys(head for head in heads if head is not None))

    def walk(self, root: int | None = None, depth: int = 0) -> Iterable[tuple[int, Node]]:
        """Yield (depth, node) in display order."""
        for unit in self.children.get(root, ()):
            yield depth, self.nodes[unit]
            yield from self.walk(unit, depth + 1)

    def path_name(self, unit_id: int) -> str:
        return " / ".join(self.nodes[unit].name for unit in reversed(self.above(unit_id)))


def check_parent(tree: Tree, unit_id: int, parent_id: int | None) -> None:
    if parent_id is not None and parent_id in tree.under(unit_id):
        raise TreeCycle(_("A department cannot be placed under itself."))


# People and sign-in.

INVITATION_LASTS = timedelta(days=7)


class LastAdministrator(Conflict):
    """Somebody must be able to change settings and people."""


class RightsTooWide(NotAllowed):
    """Nobody gives more rights than they have."""


class PresetRole(Conflict):
    """A ready role cannot be deleted."""


class RoleInUse(Conflict):
    """A role people have cannot be deleted."""


class InvitationDead(Conflict):
    """The link was used, called back, or is too old."""


class UnitInUse(Conflict):
    """A department with people or open departments cannot be closed."""


class AlreadyStarted(Conflict):
    """There is a company already."""


def may_sign_in(person: Person, today: date) -> bool:
    """Tell whether the account is open: not switched off, and its owner still works here."""
    return person.is_active and (person.employed_to is None or person.employed_to > today)


def is_administrator(rights: Rights) -> bool:
    """Who can change both settings and people can let anybody else in."""
    return all(scope_of(rights, kind, Right.CHANGE) == Scope.ALL for kind in ("settings", "person"))


def exceeding(rights: Rights, than: Rights) -> list[tuple[str, Right]]:
    """Return what the first rights allow beyond the second."""
    return [
        (kind, right)
        for kind in rights
        for right in Right
        if scope_of(rights, kind, right) > scope_of(than, kind, right)
    ]


def check_grant(giver: Rights, rights: Rights) -> None:
    if not is_administrator(giver) and exceeding(rights, giver):
        raise RightsTooWide(_("This role allows more than yours: only an administrator can give it."), field="role")


def clean_rights(rights: Rights) -> dict[str, dict[str, str]]:
    """Keep known kinds, rights and scopes, and leave out what is not allowed."""
    return {
        kind: given
        for kind in KIND_LABELS
        if (given := {right.value: width.name.lower() for right in Right if (width := scope_of(rights, kind, right))})
    }


def check_days(employed_from: date | None, employed_to: date | None) -> None:
    if employed_from and employed_to and employed_from >= employed_to:
        raise Invalid(_("The first day of work must come before the last."), field="employed_to")


def day_after(day: date) -> date:
    """Return the next day; a year nobody works in is a slip of the finger."""
    if not 1900 <= day.year <= 2200:
        raise Invalid(_("There is a mistake in the year."), field="last_day")
    return day + timedelta(days=1)


def check_zone(name: str) -> None:
    if name not in available_timezones():
        raise Invalid(_("There is no such time zone."), field="time_zone")


def check_hours(starts: time, ends: time) -> None:
    if ends <= starts:
        raise Invalid(_("The working day ends before it starts."), field="work_ends")


def key_digest(secret: str) -> str:
    """Return what is kept of an API key: 256 random bits need no slow hash."""
    return sha256(secret.encode()).hexdigest()
