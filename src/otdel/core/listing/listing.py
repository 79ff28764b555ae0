"""A list as a room declares it, the state an address asks it for, and the reading of its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import QuerySet

from otdel.core.listing import keyset
from otdel.core.listing.columns import Column, Sort
from otdel.core.listing.filters import Asking, Filter, Params
from otdel.core.listing.keyset import Cursor
from otdel.core.listing.values import clean_text

COUNTED = 1000
JOINED = 100  # choices of columns kept ready


@dataclass(frozen=True)
class State:
    """What a list shows right now: exactly what its address says."""

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


@dataclass(frozen=True)
class Page:
    """Rows are tuples: the number of the record, then the sources of each shown column, then the order's value."""

    state: State
    rows: list[tuple[Any, ...]]
    next: Cursor | None
    previous: Cursor | None

    @property
    def ids(self) -> list[int]:
        return [row[0] for row in self.rows]


@dataclass(frozen=True)
class Listing:
    """`visible(person, right, binned)` gives the rows the person has that right to, living or binned."""

    key: str  # the kind of object, as rights name it
    visible: Callable[[Any, str, bool], QuerySet[Any]]
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    order: str = ""  # "-created"; the first column's when not said
    extra: tuple[str, ...] = ()  # sources every row brings after its number, whatever the columns
    size: int = 50

    @cached_property
    def by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    @cached_property
    def sorts(self) -> dict[str, Sort]:
        return {column.key: column.sort for column in self.columns if column.sort}

    @cached_property
    def _joined(self) -> dict[Any, QuerySet[Any]]:
        return {}

    @cached_property
    def first_order(self) -> tuple[str, bool]:
        key = self.order.removeprefix("-") or next(iter(self.sorts))
        return key, self.order.startswith("-")

    def with_custom(self, columns: tuple[Column, ...], filters: tuple[Filter, ...]) -> Listing:
        """Return the list with the fields the company added itself; the bin stays the last filter."""
        if not columns:
            return self
        ours = tuple(each for each in self.filters if each.key != "bin")
        rest = tuple(each for each in self.filters if each.key == "bin")
        return replace(self, columns=(*self.columns, *columns), filters=(*ours, *filters, *rest))

    def pick(self, keys: tuple[str, ...]) -> tuple[Column, ...]:
        """Return the columns in the order of the list; those shown at first when none is named."""
        found = tuple(column for column in self.columns if column.key in keys)
        return found or tuple(column for column in self.columns if column.shown)

    def read(self, params: Params, asking: Asking, preferred: tuple[str, ...] = ()) -> State:
        """Return the state an address asks for. What makes no sense is left out; nothing here can fail. No query."""
        values = {each.key: value for each in self.filters if (value := each.read(params, asking)) is not None}
        sort_key, falling = self._order(_last(params, "sort"))
        keys = tuple(key for text in params.get("cols") or () for key in text.split(",") if key in self.by_key)
        state = State(
            listing=self,
            asking=asking,
            values=values,
            sort_key=sort_key,
            falling=falling,
            columns=self.pick(keys or preferred),
            chosen=bool(keys),
        )
        at = _last(params, "at")
        return replace(state, cursor=Cursor.read(at, state.sort)) if at else state

    def _order(self, text: str) -> tuple[str, bool]:
        key = text.removeprefix("-")
        return (key, text.startswith("-")) if key in self.sorts else self.first_order

    # rows

    def narrowed(self, state: State, right: str = "view") -> QuerySet[Any]:
        """Return the rows of the state this right reaches, in no order."""
        rows = self.visible(state.asking.person, right, state.in_bin)
        for each in self.filters:
            if each.key in state.values:
                rows = each.narrow(rows, state.values[each.key], state.asking)
        return rows

    def page(self, state: State) -> Page:
        """Return one page. One query; at the border of rows without the order's value, two."""
        rows, more = self._rows(state)
        cursor = state.cursor
        if cursor is not None and not cursor.forward and not more and len(rows) < self.size:
            return self.page(replace(state, cursor=None))  # back at the beginning: a whole first page
        forward = cursor is None or cursor.forward
        has_next, has_previous = (more, cursor is not None) if forward else (True, more)
        return Page(
            state=state,
            rows=rows,
            next=Cursor(rows[-1][-1], rows[-1][0]) if has_next and rows else None,
            previous=Cursor(rows[0][-1], rows[0][0], forward=False) if has_previous and rows else None,
        )

    def _rows(self, state: State) -> tuple[keyset.Rows, bool]:
        chosen = [source for column in state.columns for source in column.sources]
        rows = self.narrowed(state)
        fields = ("id", *self.extra, *chosen, keyset.expression(state.sort.by))
        gathered = any(each.gathers for each in self.filters if each.key in state.values)
        shown = self._shown(rows.model, state, fields) if gathered else None
        rows = rows.values_list("id") if gathered else rows.values_list(*fields)
        full = any(
            each.fills(state.values[each.key], state.sort_key) for each in self.filters if each.key in state.values
        )
        return keyset.read(rows, state.sort, state.falling, state.cursor, self.size, shown, full)

    def _shown(self, model: Any, state: State, fields: tuple[Any, ...]) -> QuerySet[Any]:
        """What a row of these columns shows; joining the same tables anew took longer than reading the rows."""
        asked = tuple(column.key for column in state.columns), state.sort_key
        if asked not in self._joined:
            if len(self._joined) == JOINED:
                self._joined.clear()
            self._joined[asked] = model._default_manager.values_list(*fields)
        return self._joined[asked]

    def places(self, columns: tuple[Column, ...]) -> list[int]:
        """Return where in a row each column's first source is."""
        places, at = [], 1 + len(self.extra)
        for column in columns:
            places.append(at)
            at += len(column.sources)
        return places

    def everything(self, state: State, right: str = "export") -> Iterator[tuple[Any, ...]]:
        """Yield every row of the filter with the shown columns, from a cursor of the server: memory stays flat.

        Needs a transaction that lives until the last row.
        """
        chosen = [source for column in state.columns for source in column.sources]
        rows = self.narrowed(state, right).values_list("id", *self.extra, *chosen)
        return rows.order_by(*keyset.order(state.sort, state.falling)).iterator(chunk_size=2000)

    def count(self, state: State, most: int = COUNTED) -> tuple[int, bool]:
        """Return how many rows the filter has, and whether that is all: counting stops at `most`."""
        found = len(self.narrowed(state).values_list("id", flat=True)[: most + 1])
        return min(found, most), found <= most

    def estimate(self, state: State) -> int:
        """Return about how many rows the filter has, as the planner thinks. Costs no reading."""
        sql, params = self.narrowed(state).values_list("id").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            return int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])

    def ids(self, state: State, right: str, most: int = 10_000) -> list[int]:
        """Return the numbers of the rows of the filter this right reaches, at most so many."""
        return list(self.narrowed(state, right).order_by("id").values_list("id", flat=True)[:most])


def _last(params: Params, name: str) -> str:
    values = params.get(name) or ("",)
    return clean_text(values[-1], 4000)
