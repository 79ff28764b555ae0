"""By what a list can be narrowed. Each filter owns the parameters of the address that begin with its key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.listing.values import clean_text, read_amount, read_day, read_id
from otdel.core.periods import Kind as PeriodKind
from otdel.core.periods import Period

Params = Mapping[str, Sequence[str]]
Option = tuple[str, str]


@dataclass(frozen=True)
class Asking:
    """Who looks at the list, and when."""

    person: Any
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        found = self.now.tzinfo
        return found if isinstance(found, ZoneInfo) else ZoneInfo("UTC")

    @property
    def today(self) -> date:
        return self.now.date()


def fold(text: str) -> str:
    """Return text as the search columns keep it; the same as otdel_fold in the database."""
    return text.lower().replace("ё", "е")


@dataclass(frozen=True)
class Filter:
    key: str
    label: Any

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def read(self, params: Params, asking: Asking) -> Any:
        """Return the value asked for, or None; what makes no sense is None."""
        raise NotImplementedError

    def write(self, value: Any) -> list[Option]:
        """Return the parameters the value is written as."""
        return [(self.key, str(value))]

    def narrow(self, rows: QuerySet[Any], value: Any, asking: Asking) -> QuerySet[Any]:
        raise NotImplementedError

    def says(self, value: Any, asking: Asking) -> str:
        """Return the words shown above the list while the filter is on."""
        raise NotImplementedError


def _first(params: Params, name: str) -> str:
    values = params.get(name) or ("",)
    return clean_text(values[-1])


@dataclass(frozen=True)
class Search(Filter):
    """Text anywhere in the row's search column; `others` finds by what belongs to the row, such as a phone."""

    path: str = "search"
    others: Callable[[str, Asking], Q | None] | None = None

    def read(self, params: Params, asking: Asking) -> str | None:
        return _first(params, self.key) or None

    def narrow(self, rows: QuerySet[Any], value: str, asking: Asking) -> QuerySet[Any]:
        found = Q()
        for word in fold(value).split()[:6]:
            found &= self._word(word)
        more = self.others(value, asking) if self.others else None
        return rows.filter(found if more is None else found | more)

    def _word(self, word: str) -> Q:
        # two letters have no trigram inside a word, but they have one at its beginning
        if len(word) < 3:
            return Q(**{f"{self.path}__startswith": word}) | Q(**{f"{self.path}__contains": f" {word}"})
        return Q(**{f"{self.path}__contains": word})

    def says(self, value: str, asking: Asking) -> str:
        return f"«{value}»"


@dataclass(frozen=True)
class Choice(Filter):
    """One or several of a short list. `options` are (value, words); values are compared as text."""

    path: str = ""
    options: Callable[[Asking], Iterable[Option]] | Mapping[Any, Any] = field(default_factory=dict)
    number: bool = True  # values are numbers of records; otherwise codes

    def choices(self, asking: Asking) -> list[Option]:
        found = self.options(asking) if callable(self.options) else self.options.items()
        return [(str(value), str(words)) for value, words in found]

    def read(self, params: Params, asking: Asking) -> tuple[Any, ...] | None:
        given = [part for text in params.get(self.key) or () for part in text.split(",")][:50]
        values = [self._value(clean_text(part)) for part in given]
        return tuple(dict.fromkeys(value for value in values if value is not None)) or None

    def _value(self, text: str) -> Any:
        if text == "none":
            return text
        if self.number:
            return read_id(text)
        known = self.options if not callable(self.options) else None
        return text if text and (known is None or text in {str(key) for key in known}) else None

    def write(self, value: tuple[Any, ...]) -> list[Option]:
        return [(self.key, ",".join(str(each) for each in value))]

    def narrow(self, rows: QuerySet[Any], value: tuple[Any, ...], asking: Asking) -> QuerySet[Any]:
        wanted = [each for each in value if each != "none"]
        found = Q(**{f"{self.path}__in": wanted}) if wanted else Q(pk__in=[])
        if "none" in value:
            found |= Q(**{f"{self.path}__isnull": True}) if self.number else Q(**{self.path: ""})
        return rows.filter(found)

    def says(self, value: tuple[Any, ...], asking: Asking) -> str:
        names = dict(self.choices(asking)) | {"none": _("not given")}
        return f"{self.label}: {', '.join(names.get(str(each), '?') for each in value)}"


@dataclass(frozen=True)
class Reference(Filter):
    """One record out of very many, such as a customer: chosen elsewhere, so its name is asked for only when shown."""

    path: str = ""
    name_of: Callable[[int, Asking], str | None] = field(default=lambda pk, asking: None)

    def read(self, params: Params, asking: Asking) -> int | None:
        return read_id(_first(params, self.key))

    def narrow(self, rows: QuerySet[Any], value: int, asking: Asking) -> QuerySet[Any]:
        return rows.filter(**{self.path: value})

    def says(self, value: int, asking: Asking) -> str:
        return f"{self.label}: {self.name_of(value, asking) or '?'}"


@dataclass(frozen=True)
class Flag(Filter):
    """One of a few named conditions: open, won, lost."""

    conditions: Mapping[str, tuple[Any, Callable[[Asking], Q]]] = field(default_factory=dict)

    def choices(self, asking: Asking) -> list[Option]:
        return [(code, str(words)) for code, (words, _condition) in self.conditions.items()]

    def read(self, params: Params, asking: Asking) -> str | None:
        code = _first(params, self.key)
        return code if code in self.conditions else None

    def narrow(self, rows: QuerySet[Any], value: str, asking: Asking) -> QuerySet[Any]:
        return rows.filter(self.conditions[value][1](asking))

    def says(self, value: str, asking: Asking) -> str:
        return str(self.conditions[value][0])


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
        preset = _first(params, self.key)
        if preset == "none" and self.nullable:
            return Span(preset=preset, empty=True)
        if preset in PRESETS:
            return _preset(preset, asking.today)
        try:
            whole = Period.parse(preset)
            return Span(whole.start, whole.last, preset)
        except ValueError:
            first, last = (read_day(_first(params, f"{self.key}_{end}")) for end in ("from", "to"))
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
            return f"{self.label}: {_('not given')}"
        if value.preset in PRESETS:
            return f"{self.label}: {PRESETS[value.preset][0]}"
        return f"{self.label}: {_range(value.first, value.last)}"


def _preset(name: str, today: date) -> Span:
    _words, kind, step = PRESETS[name]
    if kind is None:
        day = today + timedelta(days=step)
        return Span(day, day, name)
    period = Period.of(kind, today).plus(step)
    return Span(period.start, period.last, name)


def _range(first: Any, last: Any) -> str:
    if first is None:
        return _("up to %(end)s") % {"end": _written(last)}
    if last is None:
        return _("from %(start)s") % {"start": _written(first)}
    return f"{_written(first)} – {_written(last)}"


def _written(value: date | Decimal) -> str:
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else f"{value:,f}".replace(",", "\u202f")


@dataclass(frozen=True)
class Amount(Filter):
    """`key_from`, `key_to`, both included."""

    path: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (f"{self.key}_from", f"{self.key}_to")

    def read(self, params: Params, asking: Asking) -> tuple[Decimal | None, Decimal | None] | None:
        least, most = (read_amount(_first(params, name)) for name in self.names)
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
        return f"{self.label}: {_range(*value)}"


@dataclass(frozen=True)
class Tags(Filter):
    path: str = "tags"

    def read(self, params: Params, asking: Asking) -> str | None:
        return _first(params, self.key) or None

    def narrow(self, rows: QuerySet[Any], value: str, asking: Asking) -> QuerySet[Any]:
        return rows.filter(**{f"{self.path}__contains": [value]})

    def says(self, value: str, asking: Asking) -> str:
        return f"#{value}"


@dataclass(frozen=True)
class Bin(Filter):
    """Instead of living rows, those put in the bin."""

    key: str = "bin"
    label: Any = lazy("In the bin")

    def read(self, params: Params, asking: Asking) -> bool | None:
        return True if _first(params, self.key) == "1" else None

    def write(self, value: bool) -> list[Option]:
        return [(self.key, "1")]

    def narrow(self, rows: QuerySet[Any], value: bool, asking: Asking) -> QuerySet[Any]:
        return rows

    def says(self, value: bool, asking: Asking) -> str:
        return str(self.label)


@dataclass(frozen=True)
class Custom(Filter):
    """A field the company added itself: text contains, anything else equals."""

    name: str = ""
    exact: bool = False
    type: str = "TEXT"
    options: tuple[str, ...] = ()

    def choices(self, asking: Asking) -> list[Option]:
        if self.type == "FLAG":
            return [("1", _("yes")), ("0", _("no"))]
        return [(each, each) for each in self.options]

    def read(self, params: Params, asking: Asking) -> str | None:
        text = _first(params, self.key)
        return text if text and self._stored(text) is not None else None

    def _stored(self, text: str) -> Any:
        if self.type == "NUMBER":
            number = read_amount(text)
            return None if number is None else int(number) if number == int(number) else float(number)
        if self.type == "DATE":
            day = read_day(text)
            return day and day.isoformat()
        return text == "1" if self.type == "FLAG" else text

    def narrow(self, rows: QuerySet[Any], value: str, asking: Asking) -> QuerySet[Any]:
        if self.exact:
            return rows.filter(custom__contains={self.name: self._stored(value)})
        return rows.filter(**{f"custom__{self.name}__icontains": value})

    def says(self, value: str, asking: Asking) -> str:
        return f"{self.label}: {dict(self.choices(asking)).get(value, value)}"
