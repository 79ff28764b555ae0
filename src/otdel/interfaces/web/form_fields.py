"""Fields forms are made of: sums and days as people write them, several lines, tags, entries of short lists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from otdel.core.listing.values import read_amount
from otdel.interfaces.web import formats


def offer(form: forms.BaseForm, name: str, choices: Any) -> None:
    """Give a field its choices, which are known only now; Django's types know them of fields of choice alone."""
    field: Any = form.fields[name]
    field.choices = choices


class AmountField(forms.CharField):
    """A sum as people write it: «1 234,50»."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 40, **options})
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return f"{value:.2f}".replace(".", formats.current().decimal) if value % 1 else f"{value:.0f}"
        return value

    def clean(self, value: Any) -> Decimal | None:
        text = str(super().clean(value) or "").strip()
        amount = read_amount(text) if text else None
        if text and amount is None:
            raise forms.ValidationError(_("Enter an amount, like 1 234,50."))
        return amount


class DayField(forms.DateField):
    """A day of a sensible year."""

    def __init__(self, first_year: int = 1990, **options: Any) -> None:
        self.first_year = first_year
        attrs = {"type": "date", "min": f"{first_year}-01-01", "max": "2199-12-31"}
        super().__init__(**{"widget": forms.DateInput(format="%Y-%m-%d", attrs=attrs), **options})

    def clean(self, value: Any) -> Any:
        day: date | None = super().clean(value)
        if day is not None and not self.first_year <= day.year <= 2199:
            raise forms.ValidationError(_("There is a mistake in the year."))
        return day


class LinesField(forms.CharField):
    """Several texts, one a line."""

    def __init__(self, rows: int = 2, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), max_length=3000, **options)

    def clean(self, value: Any) -> list[str]:
        text = str(super().clean(value) or "")
        return [line.strip() for line in text.splitlines() if line.strip()]


class TagsField(forms.CharField):
    """Words separated by commas."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        return [tag.strip() for tag in str(super().clean(value) or "").split(",") if tag.strip()]


class EntryField(forms.TypedChoiceField):
    """An entry of a short list; `source` names it among `customers.queries.short_lists()`."""

    def __init__(self, source: str, **options: Any) -> None:
        super().__init__(coerce=int, empty_value=None, required=False, **options)
        self.source = source


class FlagField(forms.ChoiceField):
    """Yes, no, or not said."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[("", "—"), ("1", _("yes")), ("0", _("no"))], **options)

    def prepare_value(self, value: Any) -> Any:
        return {True: "1", False: "0"}.get(value, value)
