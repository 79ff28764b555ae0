"""The fields a rule can set, of each kind of record: those people set by hand on its card, the company's own too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from otdel.core import custom
from otdel.core.custom import Definition
from otdel.core.errors import Invalid
from otdel.core.listing.values import clean_text, read_amount
from otdel.core.models import CustomField
from otdel.customers.queries import short_lists
from otdel.deals.models import Lead
from otdel.tasks.models import Task

# how a value is given
ENTRY, CHOICE, DAYS, TEXT, NUMBER, FLAG = "ENTRY", "CHOICE", "DAYS", "TEXT", "NUMBER", "FLAG"
MOST_DAYS = 365
OF_CUSTOMER, OF_COMPANY = "customer.", "custom."

RECORDS = {"deal": "deals.deal", "lead": "deals.lead", "customer": "customers.customer"}
LABELS = {
    "expected_on": lazy("Expected on"),
    "segment_id": lazy("Segment"),
    "region_id": lazy("Region"),
    "channel_id": lazy("Channel"),
    "source_id": lazy("Source"),
    "status": lazy("Status"),
    "priority": lazy("Priority"),
    "deadline": lazy("Deadline"),
}
OWN: dict[str, tuple[str, ...]] = {
    "deal": ("expected_on", "region_id", "channel_id", "source_id"),
    "lead": ("status", "region_id", "channel_id", "source_id"),
    "customer": ("segment_id", "region_id", "channel_id", "source_id"),
    "task": ("deadline", "priority"),
    "invoice": (),
}
# the customer of such a record can be changed as well
HAVE_CUSTOMER = ("deal", "invoice", "lead")
CHOICES: dict[str, tuple[tuple[str, Any], ...]] = {
    "status": tuple((each.value, each.label) for each in (Lead.Status.WORK, Lead.Status.REJECTED)),
    "priority": tuple((str(code), words) for code, words in Task.Priority.choices),
}


@dataclass(frozen=True)
class Settable:
    """`name`: "expected_on", "custom.colour", "customer.segment_id"."""

    name: str
    label: str
    type: str
    options: tuple[tuple[str, str], ...] = ()


def settable(kind: str) -> list[Settable]:
    """Return what can be set on records of a kind. A few queries."""
    lists = short_lists() if kind != "task" else {}
    found = _of(kind, lists)
    if kind in HAVE_CUSTOMER:
        found += [
            Settable(OF_CUSTOMER + each.name, _("Customer: %(field)s") % {"field": each.label}, each.type, each.options)
            for each in _of("customer", lists)
        ]
    return found


def _of(kind: str, lists: dict[str, list[tuple[int, str]]]) -> list[Settable]:
    own = [_own(name, lists) for name in OWN[kind]]
    return own + [_custom(each) for each in (custom.definitions(RECORDS[kind]) if kind in RECORDS else ())]


def _own(name: str, lists: dict[str, list[tuple[int, str]]]) -> Settable:
    label = str(LABELS[name])
    if name in lists:
        return Settable(name, label, ENTRY, tuple((str(pk), words) for pk, words in lists[name]))
    if name in CHOICES:
        return Settable(name, label, CHOICE, tuple((code, str(words)) for code, words in CHOICES[name]))
    return Settable(name, label, DAYS)


def _custom(each: Definition) -> Settable:
    Type = CustomField.Type
    kind = {Type.NUMBER: NUMBER, Type.DATE: DAYS, Type.FLAG: FLAG, Type.CHOICE: CHOICE}.get(Type(each.type), TEXT)
    options = tuple((option, option) for option in each.options) if each.type == Type.CHOICE else ()
    if each.type == Type.FLAG:
        options = (("1", _("yes")), ("0", _("no")))
    return Settable(OF_COMPANY + each.key, each.label, kind, options)


def one(kind: str, name: str) -> Settable | None:
    return next((each for each in settable(kind) if each.name == name), None)


def checked(kind: str, name: str, given: Any) -> Any:
    """Return the value as a rule keeps it. Raises Invalid for what could not be set by hand either."""
    field = one(kind, name)
    if field is None:
        raise Invalid(_("There is no such field."), field="field")
    text = clean_text(str("" if given is None else given), 1000).strip()
    if field.options or field.type == ENTRY:
        if text not in dict(field.options):
            raise Invalid(_("Choose one from the list."), field="value")
        return text
    if field.type == DAYS:
        return _days(text)
    if not text or (field.type == NUMBER and read_amount(text) is None):
        raise Invalid(_("Enter a number.") if field.type == NUMBER else _("Enter what to put there."), field="value")
    return text


def _days(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_DAYS:
        raise Invalid(_("Between 0 and 365 working days."), field="value")
    return int(text)


def said(fields: Sequence[Settable], name: str, value: Any) -> tuple[str, str]:
    """Return the field and the value in words."""
    field = next((each for each in fields if each.name == name), None)
    if field is None:
        return "?", str(value)
    if field.type == DAYS:
        count = int(value or 0)
        return field.label, (
            ngettext("in %(count)s working day", "in %(count)s working days", count) % {"count": count}
            if count
            else _("today, or the next working day")
        )
    return field.label, dict(field.options).get(str(value), str(value))
