"""By a range of days or of sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.listing.filters.base import Asking, Filter, Option, Params, given, span_of
from otdel.core.listing.values import read_amount, read_day
from otdel.core.periods import Kind as PeriodKind
from otdel.core.periods import Period

PRESETS: dict[str, tuple[Any, PeriodKind | None, int]] = {
    "today": (lazy("today"), None, 0),
    "yesterday": (lazy("yesterday"), None, -1),
    "week": (lazy("this week"), PeriodKind.WEEK, 0),
    "last-week": (lazy("last week"), PeriodKind.WEEK, -1),
    "month": (lazy("this month"), PeriodKind.MONTH, 0),
    "last-month": (lazy("last month"), PeriodKind.MONTH, -1),
    "next-month": (lazy("next month"), PeriodKind.MONTH, 1),
    "quarter": (lazy("this quarter"), PeriodKind.QUARTER, 0),
    "last-quarter": (lazy("last quarter"), PeriodKind.QUARTER, -1),
    "year": (lazy("this year"), PeriodKind.YEAR, 0),
    "last-year": (lazy("last year"), PeriodKind.YEAR, -1),
}


@dataclass(frozen=True)
class Span:
    """Days from first to last, both included; or the name of a preset, which moves with the calendar."""

    first: date | None = None
    last: date | None = None
    preset: str = ""
    empty: bool = False


@dataclass(frozen=True)
class Days(Filter):
    """A range of days: `key=month` or `key_from`, `key_to`."""

    path: str = ""
    moment: bool = False
    nullable: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key, f"{self.key}_from", f"{self.key}_to")

    def read(self, params: Params, asking: Asking) -> Span | None:
        preset = given(params, self.key)
        if preset == "none" and self.nullable:
            return Span(preset=preset, empty=True)
        if preset in PRESETS:
            return _preset(preset, asking.today)
        try:
            whole = Period.parse(preset)
            return Span(whole.start, whole.last, preset)
        except ValueError:
            first, last = (read_day(given(params, f"{self.key}_{end}")) for end in ("from", "to"))
            return Span(first, last) if first or last else None

    def write(self, value: Span) -> list[Option]:
        if value.preset:
            return [(self.key, value.preset)]
        ends = ((f"{self.key}_from", value.first), (f"{self.key}_to", value.last))
        return [(name, str(day)) for name, day in ends if day]

    def narrow(self, rows: QuerySet[Any], value: Span, asking: Asking) -> QuerySet[Any]:
        if value.empty:
            return rows.filter(**{f"{self.path}__isnull": True})
        if value.first:
            rows = rows.filter(**{f"{self.path}__gte": self._at(value.first, asking)})
        if value.last:
            rows = rows.filter(**{f"{self.path}__lt": self._at(value.last + timedelta(days=1), asking)})
        return rows

    def _at(self, day: date, asking: Asking) -> date:
        return datetime.combine(day, time.min, asking.zone) if self.moment else day

    def says(self, value: Span, asking: Asking) -> str:
        if value.empty:
            return ": ".join((str(self.label), _("not given")))
        if value.preset in PRESETS:
            return f"{self.label}: {PRESETS[value.preset][0]}"
        return f"{self.label}: {span_of(value.first, value.last)}"


def _preset(name: str, today: date) -> Span:
    _words, kind, step = PRESETS[name]
    if kind is None:
        day = today + timedelta(days=step)
        return Span(day, day, name)
    period = Period.of(kind, today).plus(step)
    return Span(period.start, period.last, name)


@dataclass(frozen=True)
class Amount(Filter):
    """`key_from`, `key_to`, both included."""

    path: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (f"{self.key}_from", f"{self.key}_to")

    def read(self, params: Params, asking: Asking) -> tuple[Decimal | None, Decimal | None] | None:
        least, most = (read_amount(given(params, name)) for name in self.names)
        return None if least is None and most is None else (least, most)

    def write(self, value: tuple[Decimal | None, Decimal | None]) -> list[Option]:
        return [(name, f"{end:f}") for name, end in zip(self.names, value, strict=True) if end is not None]

    def narrow(
        self, rows: QuerySet[Any], value: tuple[Decimal | None, Decimal | None], asking: Asking
    ) -> QuerySet[Any]:
        least, most = value
        if least is not None:
            rows = rows.filter(**{f"{self.path}__gte": least})
        return rows if most is None else rows.filter(**{f"{self.path}__lte": most})

    def says(self, value: tuple[Decimal | None, Decimal | None], asking: Asking) -> str:
        return f"{self.label}: {span_of(*value)}"
