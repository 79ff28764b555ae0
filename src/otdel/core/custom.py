"""Fields a company adds itself: their definitions, the check of their values, and their part in lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, F, FloatField, Func, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from otdel.core.errors import Invalid
from otdel.core.listing import Column, Custom, CustomDays, CustomNumber, Filter, Kind, Sort
from otdel.core.listing.values import clean_text, read_amount, read_day
from otdel.core.models import CustomField, RequiredField, SortKey

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
        Column(
            each.name,
            each.label,
            KINDS.get(Type(each.type), Kind.TEXT),
            _source(each),
            sort=Sort(_ordered(each), Decimal if each.type == Type.NUMBER else str, nullable=True),
            shown=False,
        )
        for each in fields
    )


def _source(field: Definition) -> Any:
    """A number and a yes come as they are kept; the rest as text, a day written as ISO."""
    return F(f"custom__{field.key}") if field.type in (Type.NUMBER, Type.FLAG) else _text(field)


def _text(field: Definition) -> Any:
    return KeyTextTransform(field.key, "custom", output_field=CharField())


def _number_in(field: Definition) -> Any:
    """The number in a row. What got in past the check and is none counts as nothing."""
    kept = KeyTransform(field.key, "custom")
    is_number = Exact(Func(kept, function="jsonb_typeof", output_field=CharField()), Value("number"))
    return Case(When(is_number, then=Cast(_text(field), FloatField())), output_field=FloatField())


def _ordered(field: Definition) -> Any:
    if field.type == Type.NUMBER:
        return _number_in(field)
    return _text(field) if field.type in (Type.DATE, Type.FLAG) else SortKey(_text(field))


def filters(fields: Iterable[Definition]) -> tuple[Filter, ...]:
    return tuple(_filter(each) for each in fields)


def _filter(field: Definition) -> Filter:
    if field.type == Type.NUMBER:
        return CustomNumber(field.name, field.label, by=_number_in(field))
    if field.type == Type.DATE:
        return CustomDays(field.name, field.label, by=_text(field))
    return Custom(
        field.name,
        field.label,
        name=field.key,
        exact=field.type != Type.TEXT,
        type=field.type,
        options=("1", "0") if field.type == Type.FLAG else field.options,
    )


class Incoming:
    """What files bring into the fields of one kind of record. The fields are read once, when a row has any."""

    def __init__(self, record: str) -> None:
        self._record = record
        self._fields: dict[str, Definition] | None = None

    def merged(self, given: Mapping[str, Any] | None, record: Any = None) -> dict[str, Any] | None:
        """Return the values to store, None where the row says nothing: an empty cell leaves what was. Raises Invalid.

        A required field may stay empty: a file tells the past as it was.
        """
        said = {key: value for key, value in (given or {}).items() if value not in (None, "")}
        if not said:
            return None
        if self._fields is None:
            self._fields = {each.key: each for each in definitions(self._record)}
        known = {key: _value(self._fields[key], value) for key, value in said.items() if key in self._fields}
        before = record.custom if record is not None else {}
        return {**before, **{key: value for key, value in known.items() if value is not None}}


def required(record: str) -> list[str]:
    """Return which of our own fields the company wants filled in. One query."""
    return list(RequiredField.objects.filter(record=record).order_by("id").values_list("field", flat=True))
