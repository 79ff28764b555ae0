"""What the roles allow."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Invalid, NotFound
from otdel.org import access, rules
from otdel.org.actions.people import keep_an_administrator
from otdel.org.models import Person, Role
from otdel.org.rules import PresetRole, Right, Rights, RoleInUse


@action
def create_role(*, by: Person, name: str, copy_of: int | None = None, now: datetime) -> Role:
    """Make a role that allows what another does, or nothing yet."""
    access.require(by, "settings", Right.CHANGE)
    rights = _role(copy_of).rights if copy_of else {}
    rules.check_grant(by.role.rights, rights)
    role = Role.objects.create(code=f"role-{secrets.token_hex(4)}", name=_clean(name), rights=rights)
    journal.record("role.created", role, by=by, at=now, name=role.name, copy_of=copy_of)
    return role


@action
def change_role(*, by: Person, role_id: int, name: str, rights: Rights, now: datetime) -> Role:
    """Change what everybody with the role may do, from their next click on."""
    access.require(by, "settings", Right.CHANGE)
    role = _role(role_id)
    wanted = rules.clean_rights(rights)
    rules.check_grant(by.role.rights, wanted)
    rules.check_grant(by.role.rights, role.rights)
    before, role.rights, role.name = role.rights, wanted, _clean(name)
    role.save()
    keep_an_administrator()
    journal.record("role.changed", role, by=by, at=now, before=before, after=wanted)
    return role


@action
def reset_role(*, by: Person, role_id: int, now: datetime) -> Role:
    """Give a ready role back what it allowed at first."""
    access.require(by, "settings", Right.CHANGE)
    role = _role(role_id)
    if role.code not in rules.PRESETS:
        raise NotFound()
    name, rights = rules.PRESETS[role.code]
    rules.check_grant(by.role.rights, rights)
    before, role.rights, role.name = role.rights, rights, name
    role.save()
    keep_an_administrator()
    journal.record("role.changed", role, by=by, at=now, before=before, after=rights)
    return role


@action
def delete_role(*, by: Person, role_id: int, now: datetime) -> None:
    access.require(by, "settings", Right.CHANGE)
    role = _role(role_id)
    if role.is_preset:
        raise PresetRole(_("A ready role cannot be deleted. Copy it, and change the copy."))
    if Person.objects.filter(role=role).exists():
        raise RoleInUse(_("People have this role. Give them another one first."))
    journal.record("role.deleted", role, by=by, at=now, name=role.name)
    role.delete()


def _role(role_id: int) -> Role:
    found = Role.objects.select_for_update().filter(pk=role_id).first()
    if found is None:
        raise NotFound(_("There is no such role."))
    return found


def _clean(name: str) -> str:
    if not name.strip():
        raise Invalid(_("Give the role a name."), field="name")
    return name.strip()[:120]
