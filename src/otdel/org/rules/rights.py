"""What a role allows: kinds of records, rights, and how far each reaches."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from otdel.core.errors import Conflict, NotAllowed

if TYPE_CHECKING:
    pass


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


class LastAdministrator(Conflict):
    """Somebody must be able to change settings and people."""


class RightsTooWide(NotAllowed):
    """Nobody gives more rights than they have."""


class PresetRole(Conflict):
    """A ready role cannot be deleted."""


class RoleInUse(Conflict):
    """A role people have cannot be deleted."""


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
