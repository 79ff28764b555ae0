"""What a list shows right now: exactly what its address says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from otdel.core.listing.columns import Column, Sort
from otdel.core.listing.filters import Asking, Params
from otdel.core.listing.keyset import Cursor
from otdel.core.listing.values import clean_text

if TYPE_CHECKING:
    from otdel.core.listing.listing import Listing


@dataclass(frozen=True)
class State:
    listing: Listing
    asking: Asking
    values: Mapping[str, Any]
    sort_key: str
    falling: bool
    columns: tuple[Column, ...]
    chosen: bool = False  # the address itself says which columns
    cursor: Cursor | None = None

    @property
    def sort(self) -> Sort:
        return self.listing.sorts[self.sort_key]

    @property
    def in_bin(self) -> bool:
        return bool(self.values.get("bin"))

    @property
    def narrowed(self) -> bool:
        return bool(self.values)

    def pairs(self) -> list[tuple[str, str]]:
        """Return the parameters of this state, without the place in the list."""
        found = [
            pair
            for each in self.listing.filters
            if each.key in self.values
            for pair in each.write(self.values[each.key])
        ]
        if (self.sort_key, self.falling) != self.listing.first_order:
            found.append(("sort", f"{'-' if self.falling else ''}{self.sort_key}"))
        if self.chosen:
            found.append(("cols", ",".join(column.key for column in self.columns)))
        return found

    @property
    def query(self) -> str:
        return urlencode(self.pairs())

    def at(self, cursor: Cursor | None) -> str:
        """Return the address's query of another page of the same list."""
        return urlencode([*self.pairs(), *([("at", cursor.write())] if cursor else [])])

    def without(self, key: str) -> State:
        return replace(self, values={name: value for name, value in self.values.items() if name != key}, cursor=None)

    def bare(self) -> State:
        """Return the whole list: the same columns and order, no filter."""
        return replace(self, values={}, cursor=None)

    def sorted_by(self, key: str) -> State:
        """Return the state a press on the column's heading gives: its first order, then the other way round."""
        falling = not self.falling if key == self.sort_key else self.listing.sorts[key].descending
        return replace(self, sort_key=key, falling=falling, cursor=None)

    def with_columns(self, keys: tuple[str, ...]) -> State:
        return replace(self, columns=self.listing.pick(keys), chosen=True, cursor=None)


def read(listing: Listing, params: Params, asking: Asking, preferred: tuple[str, ...] = ()) -> State:
    """Return the state an address asks for. What makes no sense is left out; nothing here can fail. No query."""
    values = {each.key: value for each in listing.filters if (value := each.read(params, asking)) is not None}
    sort_key, falling = _order(listing, _last(params, "sort"))
    keys = tuple(key for text in params.get("cols") or () for key in text.split(",") if key in listing.by_key)
    state = State(
        listing=listing,
        asking=asking,
        values=values,
        sort_key=sort_key,
        falling=falling,
        columns=listing.pick(keys or preferred),
        chosen=bool(keys),
    )
    at = _last(params, "at")
    return replace(state, cursor=Cursor.read(at, state.sort)) if at else state


def _last(params: Params, name: str) -> str:
    values = params.get(name) or ("",)
    return clean_text(values[-1], 4000)


def _order(listing: Listing, text: str) -> tuple[str, bool]:
    key = text.removeprefix("-")
    return (key, text.startswith("-")) if key in listing.sorts else listing.first_order
