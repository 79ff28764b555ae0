"""Fields the company added itself: in forms, and as facts of a card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

from otdel.core import custom
from otdel.core.custom import Definition
from otdel.interfaces.web import formats
from otdel.interfaces.web.form_fields import DayField, FlagField


class NumberField(forms.CharField):
    """A number as people write it; what is none is refused by the room."""

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(max_length=40, widget=forms.TextInput(attrs=attrs), **options)

    def prepare_value(self, value: Any) -> Any:
        known = isinstance(value, int | float) and not isinstance(value, bool)
        return f"{Decimal(str(value)):f}".replace(".", formats.current().decimal) if known else value


def field_of(each: Definition) -> forms.Field:
    """Return the form field one defines."""
    options: dict[str, Any] = {"label": each.label, "required": each.is_required}
    match each.type:
        case "NUMBER":
            return NumberField(**options)
        case "DATE":
            return DayField(1900, **options)
        case "FLAG":
            return FlagField(**options)
        case "CHOICE":
            return forms.ChoiceField(choices=[("", "—"), *((each, each) for each in each.options)], **options)
    return forms.CharField(max_length=1000, **options)


class OwnFields(forms.Form):
    """A form with the company's own fields after ours. `record` names what they were added to."""

    record = ""
    definitions: list[Definition]

    def add_own(self, kept: Mapping[str, Any] | None) -> None:
        """Add the fields with what the record has in them. One query."""
        self.definitions = custom.definitions(self.record)
        for each in self.definitions:
            self.fields[each.name] = field_of(each)
            if kept is not None:
                self.initial[each.name] = kept.get(each.key)

    @property
    def own(self) -> list[BoundField]:
        return [self[each.name] for each in self.definitions if each.name in self.fields]

    def own_values(self) -> dict[str, Any] | None:
        """Return what actions take: values by key; None where the company added nothing."""
        found = {each.key: self.cleaned_data.get(each.name) for each in self.definitions if each.name in self.fields}
        return found or None


def any_required(record: str) -> bool:
    """Does the company want any of its fields filled in? One query."""
    return any(each.is_required for each in custom.definitions(record))


def facts(record: str, kept: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a record has in the company's fields, as (label, words). One query where it has anything."""
    if not kept:
        return []
    return [(each.label, plain(kept[each.key])) for each in custom.definitions(record) if each.key in kept]


def plain(value: Any) -> str:
    """Return a value as people read it; a day may be kept as ISO."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return formats.current().date(value)
    if isinstance(value, int | float | Decimal):
        return formats.current().plain(value)
    text = str(value)
    if len(text) == 10 and text[4:5] == "-" and text[7:8] == "-":
        try:
            return formats.current().date(date.fromisoformat(text))
        except ValueError:
            return text
    return text
