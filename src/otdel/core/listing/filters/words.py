"""By words of the row, and by its tags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from otdel.core.listing.filters.base import Asking, Filter, Params, fold, given


@dataclass(frozen=True)
class Search(Filter):
    """Text anywhere in the row's search column; `others` finds by what belongs to the row, such as a phone."""

    path: str = "search"
    others: Callable[[str, Asking], Q | None] | None = None

    def read(self, params: Params, asking: Asking) -> str | None:
        return given(params, self.key) or None

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
class Tags(Filter):
    path: str = "tags"

    def read(self, params: Params, asking: Asking) -> str | None:
        return given(params, self.key) or None

    def narrow(self, rows: QuerySet[Any], value: str, asking: Asking) -> QuerySet[Any]:
        return rows.filter(**{f"{self.path}__contains": [value]})

    def says(self, value: str, asking: Asking) -> str:
        return f"#{value}"
