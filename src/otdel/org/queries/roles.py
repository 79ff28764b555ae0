"""The roles and what they allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from otdel.core.errors import NotFound
from otdel.org import rules
from otdel.org.models import Role


@dataclass(frozen=True)
class RoleRow:
    id: int
    name: str
    code: str
    is_preset: bool
    people: int
    rights: Mapping[str, Mapping[str, str]]


def role_name(role: Role) -> str:
    """Ready roles are named in the reader's language until the company renames them."""
    preset = rules.PRESETS.get(role.code)
    return str(rules.PRESET_LABELS[role.code]) if preset and role.name == preset[0] else role.name


def role_rows() -> list[RoleRow]:
    """Return every role with how many people have it. One query."""
    found = Role.objects.annotate(number=Count("people")).order_by("-is_preset", "id")
    return [_role_row(role, role.number) for role in found]


def role_row(role_id: int) -> RoleRow:
    found = Role.objects.annotate(number=Count("people")).filter(pk=role_id).first()
    if found is None:
        raise NotFound()
    return _role_row(found, found.number)


def _role_row(role: Role, people: int) -> RoleRow:
    return RoleRow(role.pk, role_name(role), role.code, role.is_preset, people, role.rights)


def role_choices() -> list[tuple[int, str]]:
    return [(role.pk, role_name(role)) for role in Role.objects.order_by("-is_preset", "id")]
