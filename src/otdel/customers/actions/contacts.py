"""People at customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.core import custom, journal
from otdel.core.act import action
from otdel.core.errors import Invalid
from otdel.core.models import RequiredField
from otdel.customers import access, rules
from otdel.customers.actions.many import CONTACTS
from otdel.customers.actions.points import KINDS, filled, set_points
from otdel.customers.models import Contact
from otdel.org.access import require
from otdel.org.actions.many import new_owner
from otdel.org.models import Person
from otdel.org.rules import Right

RECORD = "customers.contact"


@action
def create_contact(*, by: Person, values: Mapping[str, Any], owner_id: int | None = None, now: datetime) -> Contact:
    """Add a contact. `values`: fields by name, `customer_id`, `birthday`, `phones`, `emails`, `custom`."""
    require(by, "contact", Right.CREATE)
    contact = Contact(owner=new_owner(CONTACTS, by, owner_id or by.pk), created_at=now)
    _fill(contact, by, values, now)
    contact.custom = custom.check(RECORD, values.get("custom", {}))
    contact.save()
    set_points(contact, values)
    _check_required(contact, None)
    journal.record("contact.created", contact, by=by, at=now, customer=contact.customer_id)
    return contact


@action
def change_contact(*, by: Person, contact_id: int, values: Mapping[str, Any], now: datetime) -> Contact:
    """Change the given fields; those not given stay."""
    contact = access.contact_for_change(by, contact_id)
    _fill(contact, by, values, now)
    if "custom" in values:
        contact.custom = custom.check(RECORD, values["custom"], contact.custom)
    contact.save()
    points = set_points(contact, values)
    _check_required(contact, values)
    if points:
        journal.record("contact.points_changed", contact, by=by, at=now)
    journal.record("contact.changed", contact, by=by, at=now, fields=sorted(values))
    return contact


def _fill(contact: Contact, by: Person, values: Mapping[str, Any], now: datetime) -> None:
    for name, text in rules.clean_texts(values, rules.CONTACT_TEXTS).items():
        setattr(contact, name, text)
    if not contact.last_name and not contact.first_name:
        raise Invalid(_("Give the contact a name."), field="last_name")
    if "birthday" in values:
        contact.birthday = _birthday(values["birthday"], now)
    if "customer_id" in values and values["customer_id"] != contact.customer_id:
        contact.customer_id = _customer(by, values["customer_id"])
    contact.updated_at = now


def _birthday(given: date | None, now: datetime) -> date | None:
    if given is not None and not 1900 <= given.year <= now.year:
        raise Invalid(_("Check the year of birth."), field="birthday")
    return given


def _customer(by: Person, given: int | None) -> int | None:
    if given is None:
        return None
    if not access.visible_to(by).filter(pk=given).exists():
        raise Invalid(_("There is no such customer, or you may not see it."), field="customer")
    return given


def _check_required(contact: Contact, values: Mapping[str, Any] | None) -> None:
    required = list(RequiredField.objects.filter(record=RECORD).values_list("field", flat=True))
    if required:
        touched = None if values is None else {*values, *(name[:-1] for name in KINDS if name in values)}
        rules.check_required(filled(contact, required), required, touched)
