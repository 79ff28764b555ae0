"""Every change of people, departments, roles and the company."""

from __future__ import annotations

from otdel.org.actions.absences import (
    add_absence,
    change_absence,
    remove_absence,
    set_company_hours,
    set_own_hours,
)
from otdel.org.actions.company import (
    CompanyData,
    FirstPerson,
    change_company,
    clear_day,
    ensure_roles,
    set_day,
    start_company,
)
from otdel.org.actions.heads import succeed
from otdel.org.actions.imports import Owners, PersonRow, ensure_people, import_people
from otdel.org.actions.keys import NewKey, create_key, note_use, revoke_key
from otdel.org.actions.people import (
    PersonData,
    change_own,
    change_person,
    dismiss,
    hire,
    move,
    set_language,
    take_back,
    undo_move,
)
from otdel.org.actions.roles import change_role, create_role, delete_role, reset_role
from otdel.org.actions.sign_in import (
    accept_invitation,
    call_back_invitation,
    invite,
    note_sign_in,
    set_password,
    take_off_second_factors,
)
from otdel.org.actions.units import change_unit, close_unit, create_unit, open_unit

__all__ = [
    "NewKey",
    "create_key",
    "note_use",
    "revoke_key",
    "add_absence",
    "change_absence",
    "remove_absence",
    "set_company_hours",
    "set_own_hours",
    "CompanyData",
    "FirstPerson",
    "Owners",
    "PersonData",
    "PersonRow",
    "accept_invitation",
    "call_back_invitation",
    "change_company",
    "change_own",
    "change_person",
    "change_role",
    "change_unit",
    "clear_day",
    "close_unit",
    "create_role",
    "create_unit",
    "delete_role",
    "dismiss",
    "ensure_people",
    "ensure_roles",
    "hire",
    "import_people",
    "invite",
    "move",
    "note_sign_in",
    "open_unit",
    "reset_role",
    "set_day",
    "set_language",
    "set_password",
    "start_company",
    "succeed",
    "take_back",
    "take_off_second_factors",
    "undo_move",
]
