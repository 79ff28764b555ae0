"""Fields a company adds itself, and which of ours it wants filled in."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid, NotFound
from otdel.core.models import CustomField, RequiredField
from otdel.org.access import require
from otdel.org.models import Person
from otdel.org.rules import Right

RECORDS = (
    "customers.customer",
    "customers.contact",
    "deals.lead",
    "deals.deal",
    "billing.product",
    "billing.invoice",
    "billing.payment",
    "billing.shipment",
    "activities.activity",
)
MOST = 60
# fmt: off
_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "_", "ы": "y", "ь": "_", "э": "e", "ю": "yu", "я": "ya",
}
# fmt: on


@action
def create_field(
    *,
    by: Person,
    record: str,
    label: str,
    type: str,
    options: Sequence[str] = (),
    is_required: bool = False,
    now: datetime,
) -> CustomField:
    """Add a field to a kind of record; its key in files and addresses is made of the label."""
    require(by, "settings", Right.CHANGE)
    _check_record(record)
    fields = CustomField.objects.filter(record=record)
    if fields.count() >= MOST:
        raise Conflict(_("Sixty fields are enough for one kind of record."))
    if type not in CustomField.Type.values:
        raise Invalid(_("Choose the kind of the field."), field="type")
    last = fields.aggregate(last=Max("position"))["last"]
    field = CustomField(record=record, type=type, position=0 if last is None else last + 1, is_required=is_required)
    field.label = _label(record, label)
    field.options = _options(type, options)
    field.key = _key(record, field.label)
    field.save()
    journal.record("custom_field.created", field, by=by, at=now, record=record, label=field.label)
    return field


@action
def change_field(
    *, by: Person, field_id: int, label: str, options: Sequence[str], is_required: bool, is_active: bool, now: datetime
) -> CustomField:
    """Rename a field, change its choices, or take it out of use; what records hold in it stays."""
    require(by, "settings", Right.CHANGE)
    field = CustomField.objects.select_for_update().filter(pk=field_id).first()
    if field is None:
        raise NotFound(_("There is no such field."))
    field.label, field.options = _label(field.record, label, field.pk), _options(field.type, options)
    field.is_required, field.is_active = is_required, is_active
    field.save()
    journal.record("custom_field.changed", field, by=by, at=now, label=field.label, is_active=is_active)
    return field


@action
def require_fields(*, by: Person, record: str, fields: Collection[str], now: datetime) -> None:
    """Say which of our own fields every card of this kind must have."""
    require(by, "settings", Right.CHANGE)
    _check_record(record)
    RequiredField.objects.filter(record=record).exclude(field__in=fields).delete()
    kept = set(RequiredField.objects.filter(record=record).values_list("field", flat=True))
    RequiredField.objects.bulk_create(RequiredField(record=record, field=name) for name in fields if name not in kept)
    journal.record("fields.required", None, by=by, at=now, record=record, fields=sorted(fields))


def _check_record(record: str) -> None:
    if record not in RECORDS:
        raise NotFound(_("There is no such kind of record."))


def _label(record: str, label: str, field_id: int | None = None) -> str:
    text = " ".join(label.replace("\x00", "").split())[:120]
    if not text:
        raise Invalid(_("Write the name."), field="label")
    if CustomField.objects.filter(record=record, label__iexact=text).exclude(pk=field_id or 0).exists():
        raise Conflict(_("There is already such a field."), field="label")
    return text


def _options(type: str, options: Sequence[str]) -> list[str]:
    if type != CustomField.Type.CHOICE:
        return []
    found = list(dict.fromkeys(" ".join(text.replace("\x00", "").split())[:120] for text in options))
    found = [text for text in found if text][:200]
    if not found:
        raise Invalid(_("Enter the choices, one per line."), field="options")
    return found


def _key(record: str, label: str) -> str:
    latin = "".join(_LATIN.get(sign, sign) for sign in label.lower())
    base = re.sub(r"[^a-z0-9]+", "_", latin).strip("_")[:30].strip("_") or "field"
    base = f"f_{base}" if base[0].isdigit() else base
    taken = set(CustomField.objects.filter(record=record).values_list("key", flat=True))
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key
