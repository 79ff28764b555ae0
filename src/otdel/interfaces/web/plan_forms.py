"""What people type about plans, made into what the actions take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.amounts import parse_amount
from otdel.core.errors import Invalid
from otdel.core.periods import Kind, Period
from otdel.core.titles import period_title
from otdel.plans.actions import CellChange
from otdel.plans.queries.documents import Choices
from otdel.plans.rules import LineKey

STEPS = [(Kind.MONTH.value, lazy("months")), (Kind.QUARTER.value, lazy("quarters")), (Kind.YEAR.value, lazy("a year"))]
PLANNED = (Kind.YEAR, Kind.HALF, Kind.QUARTER, Kind.MONTH)
BASES = [
    ("empty", lazy("an empty grid")),
    ("total", lazy("a total, spread over working days and people")),
    ("previous", lazy("the plan of the period before")),
    ("last_year", lazy("the plan of the same period last year")),
]


class AmountField(forms.CharField):
    """A sum as people write it."""

    def to_python(self, value: Any) -> Any:
        try:
            return parse_amount(str(value or ""), get_language() or "en")
        except ValueError as error:
            raise forms.ValidationError(_("This is not a sum. Write it like 1 234 567,89.")) from error


class NewPlanForm(forms.Form):
    metric = forms.ChoiceField(label=lazy("Metric"))
    unit = forms.TypedChoiceField(label=lazy("Department"), coerce=int)
    period = forms.ChoiceField(label=lazy("Period"))
    step = forms.ChoiceField(label=lazy("By"), choices=STEPS, initial=Kind.MONTH.value)
    basis = forms.ChoiceField(label=lazy("Start from"), choices=BASES, initial="total")
    total = AmountField(label=lazy("Total"), required=False)
    growth = forms.DecimalField(
        label=lazy("Growth, %"), required=False, min_value=-100, max_value=1000, max_digits=6, decimal_places=2
    )

    def __init__(self, *args: Any, offered: Choices, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, options in (("metric", offered.metrics), ("unit", offered.units), ("period", self._periods(today))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options

    def _periods(self, today: date) -> list[tuple[str, str]]:
        """The usual ones, and the one asked for: people come from a board of long ago, too."""
        offered = periods_around(today)
        try:
            asked = Period.parse(str(self["period"].value() or ""))
        except ValueError:
            return offered
        if asked.kind not in PLANNED or str(asked) in dict(offered):
            return offered
        return [(str(asked), period_title(asked)), *offered]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("basis") == "total" and data.get("total") is None and "total" not in self.errors:
            self.add_error("total", _("Enter the total to spread, or start from something else."))
        if data.get("period") and data.get("step"):
            period, step = Period.parse(data["period"]), Kind(data["step"])
            if len(Period.of(step, period.start)) > len(period):
                self.add_error("step", _("The step is longer than the period."))
        return data


def periods_around(today: date) -> list[tuple[str, str]]:
    """Return the years, quarters and months one plans for: from last year to the next."""
    offered = []
    for year in (Period.of(Kind.YEAR, today).plus(n) for n in (0, 1, -1)):
        offered += [year, *year.split(Kind.QUARTER), *year.split(Kind.MONTH)]
    return [(str(period), period_title(period)) for period in offered]


def cell_changes(post: Mapping[str, str]) -> Iterator[CellChange]:
    """Yield what the grid sends: k<row> a key, o<row> what was shown, c<row>-<column> what is typed, p<column> days.

    Only typed cells are sent by scripts; without scripts all of them. Raises Invalid with the cells in `details`.
    """
    spans = _spans(post)
    wrong: list[str] = []
    for name in [name for name in post if name.startswith("k")]:
        row = name[1:]
        key, shown = _key(post[name]), post.get(f"o{row}", "").split("|")
        for column, span in spans.items():
            text = post.get(f"c{row}-{column}")
            if text is None:
                continue
            try:
                amount = parse_amount(text, get_language() or "en")
            except ValueError:
                wrong.append(f"c{row}-{column}")
                continue
            yield CellChange(key, *span, _shown(shown, column), amount)
    if wrong:
        raise Invalid(
            _("Some cells are not amounts: they are marked. Nothing was lost; correct them and save."), cells=wrong
        )


def _spans(post: Mapping[str, str]) -> dict[int, tuple[date, date]]:
    spans = {}
    for name in post:
        if name.startswith("p") and name[1:].isdecimal():
            try:
                period = Period.parse(post[name])
            except ValueError as error:
                raise Invalid(_("This page is out of date. Open the plan again.")) from error
            spans[int(name[1:])] = (period.start, period.end)
    return spans


def _key(text: str) -> LineKey:
    try:
        return LineKey.parse(text)
    except ValueError as error:
        raise Invalid(_("This page is out of date. Open the plan again.")) from error


def _shown(shown: list[str], column: int) -> Decimal | None:
    try:
        return Decimal(shown[column]) if column < len(shown) and shown[column] else None
    except ArithmeticError as error:
        raise Invalid(_("This page is out of date. Open the plan again.")) from error
