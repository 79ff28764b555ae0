"""By fields the company added itself: text contains, a choice equals, a number or a day lies within."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import CharField, DecimalField, Q, QuerySet, Value
from django.db.models.lookups import GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual
from django.utils.translation import gettext as _

from otdel.core.listing.filters.base import Asking, Filter, Option, Params, given
from otdel.core.listing.filters.ranges import Amount, Days, Span
from otdel.core.listing.values import read_amount, read_day

Ends = tuple[Decimal | None, Decimal | None]


@dataclass(frozen=True)
class Custom(Filter):
    """Text contains, a choice or a yes equals."""

    name: str = ""
    exact: bool = False
    type: str = "TEXT"
    options: tuple[str, ...] = ()

    def choices(self, asking: Asking) -> list[Option]:
        if self.type == "FLAG":
            return [("1", _("yes")), ("0", _("no"))]
        return [(each, each) for each in self.options]

    def read(self, params: Params, asking: Asking) -> str | None:
        return given(params, self.key) or None

    def narrow(self, rows: QuerySet[Any], value: str, asking: Asking) -> QuerySet[Any]:
        if self.exact:
            return rows.filter(custom__contains={self.name: value == "1" if self.type == "FLAG" else value})
        return rows.filter(**{f"custom__{self.name}__icontains": value})

    def says(self, value: str, asking: Asking) -> str:
        return f"{self.label}: {dict(self.choices(asking)).get(value, value)}"


@dataclass(frozen=True)
class CustomNumber(Amount):
    """`key=7`, or `key_from` and `key_to`; `by` is the number in the row."""

    by: Any = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key, *super().names)

    def read(self, params: Params, asking: Asking) -> Ends | None:
        exact = read_amount(given(params, self.key))
        least, most = (read_amount(given(params, name)) for name in super().names)
        if exact is not None:
            return (exact, exact)
        return None if least is None and most is None else (least, most)

    def write(self, value: Ends) -> list[Option]:
        return [(name, f"{end:f}") for name, end in zip(super().names, value, strict=True) if end is not None]

    def narrow(self, rows: QuerySet[Any], value: Ends, asking: Asking) -> QuerySet[Any]:
        for condition, end in zip((GreaterThanOrEqual, LessThanOrEqual), value, strict=True):
            if end is not None:
                rows = rows.filter(condition(self.by, Value(end, DecimalField())))
        return rows


@dataclass(frozen=True)
class CustomDays(Days):
    """`key=2026-03-01`, a preset, or `key_from` and `key_to`; `by` is the day in the row, written as ISO."""

    nullable: bool = True
    by: Any = None

    def read(self, params: Params, asking: Asking) -> Span | None:
        day = read_day(given(params, self.key))
        return Span(day, day) if day else super().read(params, asking)

    def narrow(self, rows: QuerySet[Any], value: Span, asking: Asking) -> QuerySet[Any]:
        if value.empty:
            return rows.filter(Q(IsNull(self.by, True)))
        if value.first:
            rows = rows.filter(GreaterThanOrEqual(self.by, Value(value.first.isoformat(), CharField())))
        if value.last:
            beyond = (value.last + timedelta(days=1)).isoformat()
            rows = rows.filter(LessThan(self.by, Value(beyond, CharField())))
        return rows
