"""Lines that describe a contact, of its own or in passing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.core.errors import Invalid
from otdel.core.imports import Ref, cut, given
from otdel.core.names import split_name
from otdel.customers.models import Contact


@dataclass(slots=True)
class ContactRow:
    number: int
    external_id: str | None = None
    name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    phones: tuple[Any, ...] | None = None
    emails: tuple[str, ...] | None = None
    position: str | None = None
    customer: tuple[Ref, ...] | None = None
    owner: Ref | None = None
    source: str | None = None
    created: datetime | None = None
    tags: tuple[str, ...] | None = None
    note: str | None = None
    custom: Mapping[str, Any] | None = None


@dataclass(slots=True)
class WantedContact:
    """A contact as a deal or a call names it."""

    number: int
    name: str | None = None
    external_id: str | None = None
    phones: tuple[Any, ...] | None = None
    emails: tuple[str, ...] | None = None
    customer_id: int | None = None
    owner_id: int = 0
    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    position: str | None = None
    note: str | None = None


def contact_values(row: ContactRow | WantedContact, before: Contact | None) -> dict[str, Any]:
    last, first, middle = row.last_name, row.first_name, row.middle_name
    if not (last or first) and row.name:
        parts = split_name(row.name)
        last, first, middle = parts[0] or None, parts[1], middle or parts[2] or None
    if before is None and not (last or first):
        first = row.emails[0].split("@")[0] if row.emails else row.phones[0][0] if row.phones else None
        if first is None:
            raise Invalid(_("The contact has no name, e-mail or phone."))
    if before is not None and not (row.name or row.first_name or row.last_name):
        last = first = middle = None
    return given(
        last_name=last and cut(last, 80, _("Last name")),
        first_name=first and cut(first, 80, _("First name")),
        middle_name=middle and cut(middle, 80, _("Patronymic")),
        position=row.position and cut(row.position, 160, _("Position")),
        external_id=row.external_id and cut(row.external_id, 120, _("External id")),
        note=row.note and cut(row.note, 20_000, _("Note")),
    )
