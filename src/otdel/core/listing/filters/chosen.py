"""By something chosen: of a short list, of very many records, of a few conditions; and by the bin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.listing.filters.base import Asking, Filter, Option, Params, given
from otdel.core.listing.values import clean_text, read_id


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
        parts = [part for text in params.get(self.key) or () for part in text.split(",")][:50]
        values = [self._value(clean_text(part)) for part in parts]
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
        return read_id(given(params, self.key))

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
        code = given(params, self.key)
        return code if code in self.conditions else None

    def narrow(self, rows: QuerySet[Any], value: str, asking: Asking) -> QuerySet[Any]:
        return rows.filter(self.conditions[value][1](asking))

    def says(self, value: str, asking: Asking) -> str:
        return str(self.conditions[value][0])


@dataclass(frozen=True)
class Bin(Filter):
    """Instead of living rows, those put in the bin."""

    key: str = "bin"
    label: Any = lazy("In the bin")

    def read(self, params: Params, asking: Asking) -> bool | None:
        return True if given(params, self.key) == "1" else None

    def write(self, value: bool) -> list[Option]:
        return [(self.key, "1")]

    def narrow(self, rows: QuerySet[Any], value: bool, asking: Asking) -> QuerySet[Any]:
        return rows

    def says(self, value: bool, asking: Asking) -> str:
        return str(self.label)
