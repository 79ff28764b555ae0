"""What every filter is: a value read from an address, written back, said in words, and narrowing the rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from otdel.core.listing.values import clean_text

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
class Filter(ABC):
    key: str
    label: Any

    @property
    def gathers(self) -> bool:
        """Whether its rows lie in no order, and all are looked at to find the first: then nothing is joined to them."""
        return False

    def fills(self, value: Any, sort_key: str) -> bool:
        """Whether each of its rows has what they are put in order by: then rows without are not asked for."""
        return False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    @abstractmethod
    def read(self, params: Params, asking: Asking) -> Any:
        """Return the value asked for, or None; what makes no sense is None."""

    def write(self, value: Any) -> list[Option]:
        """Return the parameters the value is written as."""
        return [(self.key, str(value))]

    @abstractmethod
    def narrow(self, rows: QuerySet[Any], value: Any, asking: Asking) -> QuerySet[Any]:
        """Return the rows the value leaves."""

    @abstractmethod
    def says(self, value: Any, asking: Asking) -> str:
        """Return the words shown above the list while the filter is on."""


def given(params: Params, name: str) -> str:
    values = params.get(name) or ("",)
    return clean_text(values[-1])


def span_of(first: Any, last: Any) -> str:
    if first is None:
        return _("up to %(end)s") % {"end": written(last)}
    if last is None:
        return _("from %(start)s") % {"start": written(first)}
    return f"{written(first)} – {written(last)}"


def written(value: date | Decimal) -> str:
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else f"{value:,f}".replace(",", "\u202f")
