"""Fields the company added itself, beside ours in what may be imported."""

from __future__ import annotations

from dataclasses import replace

from otdel.core import custom
from otdel.core.custom import Definition
from otdel.interfaces.files.targets.base import Field, Kind, Target, normal
from otdel.interfaces.files.targets.names import TARGETS

RECORDS = {
    "customers": "customers.customer",
    "contacts": "customers.contact",
    "products": "billing.product",
    "leads": "deals.lead",
    "deals": "deals.deal",
    "sales": "billing.shipment",
    "invoices": "billing.invoice",
    "payments": "billing.payment",
    "activities": "activities.activity",
}
KINDS = {"NUMBER": Kind.NUMBER, "DATE": Kind.DATE, "FLAG": Kind.BOOLEAN}
BY_KEY = {target.key: target for target in TARGETS}


def whole(key: str) -> Target:
    """Return a kind of file with the company's own fields. One query where it may have any."""
    target, record = BY_KEY[key], RECORDS.get(key)
    if record is None:
        return target
    return replace(target, fields=(*target.fields, *(_field(each) for each in custom.definitions(record))))


def _field(each: Definition) -> Field:
    names = (normal(each.label), normal(each.key))
    return Field(each.name, each.label, KINDS.get(each.type, Kind.TEXT), tuple(dict.fromkeys(filter(None, names))))


def own_key(name: str) -> str:
    """Return the key of a field of the company by its name among fields; "" for a field of ours."""
    return name[2:] if name.startswith("c_") else ""
