"""The pages of the organisation and of the settings, as tabs for whoever may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from otdel.org import access
from otdel.org.rules import Right

if TYPE_CHECKING:
    from otdel.org.models import Person


def tabs(person: Person, now: str) -> list[tuple[str, str, bool]]:
    """Return (label, address, is it the present one)."""
    found = [("people", _("People"), "person"), ("units", _("Departments"), "unit")]
    shown = [
        (label, reverse(name), name == now) for name, label, kind in found if access.scope(person, kind, Right.VIEW)
    ]
    if access.keeps_absences(person):
        shown.append((_("Absences"), reverse("absences"), now == "absences"))
    return shown


def settings_tabs(now: str) -> list[tuple[str, str, bool]]:
    found = [
        ("settings", _("Company")),
        ("calendar", _("Calendar")),
        ("roles", _("Roles")),
        ("pipelines", _("Pipelines")),
        ("short_lists", _("Lists")),
        ("all_fields", _("Fields")),
        ("reminder_rules", _("Reminders")),
        ("rules", _("Rules")),
    ]
    return [(label, reverse(name), name == now) for name, label in found]
