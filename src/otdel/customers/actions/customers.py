"""Whom we sell to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.core import custom, journal
from otdel.core.act import action
from otdel.core.errors import Invalid
from otdel.core.models import RequiredField
from otdel.customers import access, rules
from otdel.customers.actions.many import CUSTOMERS
from otdel.customers.actions.points import KINDS, filled, set_points
from otdel.customers.models import Channel, ClientSegment, Customer, Region, Source
from otdel.org.access import require
from otdel.org.actions.many import new_owner
from otdel.org.models import Person
from otdel.org.rules import Right

CHOICES = {"segment_id": ClientSegment, "region_id": Region, "channel_id": Channel, "source_id": Source}
RECORD = "customers.customer"


@action
def create_customer(*, by: Person, values: Mapping[str, Any], owner_id: int | None = None, now: datetime) -> Customer:
    """Add a customer. `values`: fields by name, `phones`, `emails`, `sites`, `tags`, `custom`."""
    require(by, "customer", Right.CREATE)
    owner = new_owner(CUSTOMERS, by, owner_id or by.pk)
    customer = Customer(owner=owner, created_at=now)
    _fill(customer, values, now)
    customer.custom = custom.check(RECORD, values.get("custom", {}))
    customer.save()
    set_points(customer, values)
    _check_required(customer, None)
    journal.record("customer.created", customer, by=by, at=now)
    return customer


@action
def change_customer(*, by: Person, customer_id: int, values: Mapping[str, Any], now: datetime) -> Customer:
    """Change the given fields; those not given stay."""
    customer = access.customer_for_change(by, customer_id)
    _fill(customer, values, now)
    if "custom" in values:
        customer.custom = custom.check(RECORD, values["custom"], customer.custom)
    customer.save()
    points = set_points(customer, values)
    _check_required(customer, values)
    if points:
        journal.record("customer.points_changed", customer, by=by, at=now)
    journal.record("customer.changed", customer, by=by, at=now, fields=sorted(values))
    return customer


def _fill(customer: Customer, values: Mapping[str, Any], now: datetime) -> None:
    for name, text in rules.clean_texts(rules.bare_requisites(values), rules.CUSTOMER_TEXTS).items():
        setattr(customer, name, text)
    if "kind" in values:
        customer.kind = _kind(values["kind"])
    if "tags" in values:
        customer.tags = rules.clean_tags(values["tags"])
    for name, model in CHOICES.items():
        if name in values:
            setattr(customer, name, entry(model, name, values[name], getattr(customer, name)))
    customer.updated_at = now
    rules.check_customer(customer)


def _kind(given: Any) -> str:
    if given not in Customer.Kind.values:
        raise Invalid(_("Choose company or person."), field="kind")
    return str(given)


def entry(model: Any, name: str, given: Any, before: int | None) -> int | None:
    """Return the chosen entry of a short list; one taken out of use stays only where it already is."""
    if not given:
        return None
    number = int(given)
    if number != before and not model.objects.filter(pk=number, is_active=True).exists():
        raise Invalid(_("There is no such entry in the list."), field=name.removesuffix("_id"))
    return number


def _check_required(customer: Customer, values: Mapping[str, Any] | None) -> None:
    required = list(RequiredField.objects.filter(record=RECORD).values_list("field", flat=True))
    if required:
        touched = None if values is None else {*values, *(name[:-1] for name in KINDS if name in values)}
        rules.check_required(filled(customer, required), required, touched)
