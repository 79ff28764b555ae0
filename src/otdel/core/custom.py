"""Fields a company adds itself: their definitions, the check of their values, and their part in lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import CharField, F
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _

from otdel.core.errors import Invalid
from otdel.core.listing import Column, Custom, Kind
from otdel.core.listing.values import clean_text, read_amount, read_day
from otdel.core.models import CustomField, RequiredField

Type = CustomField.Type
KINDS = {Type.NUMBER: Kind.NUMBER, Type.DATE: Kind.DATE, Type.FLAG: Kind.FLAG}
TRUE = {"1", "true", "on", "yes", "да", "истина"}


@dataclass(frozen=True)
class Definition:
    id: int
    key: str
    label: str
    type: str
    options: tuple[str, ...]
    is_required: bool
    is_active: bool

    @property
    def name(self) -> str:
        """The name of its field in forms, lists and addresses."""
        return f"c_{self.key}"


# Written out: every list and card asks it, and Django takes longer to compose it than PostgreSQL to answer.
_DEFINITIONS = """
SELECT id, key, label, type, options, is_required, is_active FROM core_customfield
WHERE record = %s AND (is_active OR %s) ORDER BY position, id"""


def definitions(record: str, inactive: bool = False) -> list[Definition]:
    """Return the fields added to one kind of record, in their order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_DEFINITIONS, [record, inactive])
        return [
            Definition(pk, key, label, kind, tuple(options), required, active)
            for pk, key, label, kind, options, required, active in cursor
        ]


def check(record: str, given: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the values to store, those of fields not given kept as they were. Raises Invalid. One query."""
    stored = dict(before or {})
    for each in definitions(record):
        if each.key in given:
            value = _value(each, given[each.key])
            stored.pop(each.key, None)
            if value is not None:
                stored[each.key] = value
        if each.is_required and each.key not in stored and (before is None or each.key in given):
            raise Invalid(_("Fill in “%(label)s”.") % {"label": each.label}, field=each.name)
    return stored


def _value(field: Definition, given: Any) -> Any:
    """Return the value as JSON keeps it, None for nothing."""
    text = "" if given is None else clean_text(str(given), 1000).strip()
    if field.type == Type.FLAG:
        return None if text == "" else text.lower() in TRUE
    if not text:
        return None
    if field.type == Type.NUMBER:
        return _number(field, text)
    if field.type == Type.DATE:
        return _day(field, text)
    if field.type == Type.CHOICE and text not in field.options:
        raise Invalid(_("“%(label)s” has no such choice.") % {"label": field.label}, field=field.name)
    return text


def _number(field: Definition, text: str) -> int | float:
    number = read_amount(text)
    if number is None:
        raise Invalid(_("“%(label)s” is a number.") % {"label": field.label}, field=field.name)
    return int(number) if number == int(number) else float(number)


def _day(field: Definition, text: str) -> str:
    day = read_day(text)
    if day is None:
        raise Invalid(_("“%(label)s” is a date.") % {"label": field.label}, field=field.name)
    return day.isoformat()


def read_json(field_type: str, value: Any) -> Any:
    """Return a stored value as Python shows it."""
    if value is None:
        return None
    if field_type == Type.DATE:
        return date.fromisoformat(str(value)) if read_day(str(value)) else value
    return value


def columns(fields: Iterable[Definition]) -> tuple[Column, ...]:
    return tuple(
        Column(each.name, each.label, KINDS.get(Type(each.type), Kind.TEXT), _source(each), shown=False)
        for each in fields
    )


def _source(field: Definition) -> Any:
    """A number and a yes come as they are kept; the rest as text, a day written as ISO."""
    if field.type in (Type.NUMBER, Type.FLAG):
        return F(f"custom__{field.key}")
    return KeyTextTransform(field.key, "custom", output_field=CharField())


def filters(fields: Iterable[Definition]) -> tuple[Custom, ...]:
    return tuple(
        Custom(
            each.name,
            each.label,
            name=each.key,
            exact=each.type != Type.TEXT,
            type=each.type,
            options=("1", "0") if each.type == Type.FLAG else each.options,
        )
        for each in fields
    )


def required(record: str) -> list[str]:
    """Return which of our own fields the company wants filled in. One query."""
    return list(RequiredField.objects.filter(record=record).order_by("id").values_list("field", flat=True))
