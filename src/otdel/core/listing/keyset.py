"""Pages by key: the next page begins where this one ended, at the same cost however deep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, OrderBy, Q, QuerySet, Value
from django.db.models.lookups import IsNull

from otdel.core.listing.columns import Sort, Source
from otdel.core.listing.values import BIGGEST_ID, clean_text
from otdel.core.packed import pack, unpack

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Cursor:
    """The row a page begins after (or, going back, ends before): its value in the order, and its number."""

    value: Any
    id: int
    forward: bool = True

    def write(self) -> str:
        text = None if self.value is None else _write(self.value)
        return pack(text, self.id, int(self.forward))

    @classmethod
    def read(cls, text: str, sort: Sort) -> Cursor | None:
        """Return the cursor, or None for anything we did not write for this order."""
        try:
            value, number, forward = unpack(text)
            if not (isinstance(number, int) and 0 < number <= BIGGEST_ID):
                return None
            if value is None:
                return cls(None, number, bool(forward)) if sort.nullable else None
            return cls(_read(str(value), sort.type), number, bool(forward))
        except (ValueError, TypeError, InvalidOperation):
            return None


def _write(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(text: str, kind: type) -> Any:
    if kind is datetime:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone")
        return moment
    if kind is date:
        return date.fromisoformat(text)
    if kind is Decimal:
        number = Decimal(text)
        if not number.is_finite() or number.adjusted() > 20:
            raise ValueError("no such amount")
        return number
    if kind is int:
        whole = int(text)
        if abs(whole) > BIGGEST_ID:
            raise ValueError("no such number")
        return whole
    return clean_text(text, 1000)


class Among(Func):
    """id is one of those a query gives, found first and by itself: IN would plan both as one, which takes longer."""

    output_field = BooleanField()
    template = "%(expressions)s)"
    arg_joiner = " = ANY ("

    def __init__(self, found: QuerySet[Any]) -> None:
        super().__init__(F("pk"), ArraySubquery(found))


class Beyond(Func):
    """(by, id) < (value, number): one range condition of the index, where OR would be a filter."""

    arity = 4
    output_field = BooleanField()

    def __init__(self, *expressions: Any, falling: bool = False) -> None:
        super().__init__(*expressions)
        self.falling = falling

    def as_sql(self, compiler: Any, connection: Any, *_args: Any, **extra: Any) -> tuple[str, Any]:
        parts = [compiler.compile(part) for part in self.source_expressions]
        params = [param for _, values in parts for param in values]
        by, pk, value, number = (sql for sql, _ in parts)
        return f"({by}, {pk}) {'<' if self.falling else '>'} ({value}, {number})", params


def expression(source: Source) -> Any:
    return F(source) if isinstance(source, str) else source


def order(sort: Sort, falling: bool) -> list[Any]:
    """Return the order exactly as the index keeps it, read downwards or upwards."""
    by = expression(sort.by)
    if not (sort.nullable and sort.falling_nulls_last):
        return [OrderBy(by, descending=falling), "-id" if falling else "id"]
    nulls: dict[str, Any] = {"nulls_last": True} if falling else {"nulls_first": True}
    return [OrderBy(by, descending=falling, **nulls), "-id" if falling else "id"]


def _is_null(sort: Sort, empty: bool) -> Any:
    return Q(IsNull(expression(sort.by), empty))


def read(
    rows: QuerySet[Any],
    sort: Sort,
    falling: bool,
    cursor: Cursor | None,
    size: int,
    shown: QuerySet[Any] | None = None,
    full: bool = False,
) -> tuple[Rows, bool]:
    """Return at most `size` rows beyond the cursor in the direction asked, and whether there are more.

    One query; a second one only on the page where rows with a value give way to rows without. Given `shown`, the
    page's rows are found by number first, and only then is all else a row shows looked up. `full`: each has a value.
    """
    forward = cursor is None or cursor.forward
    downwards = falling if forward else not falling
    found: Rows = []
    for part in _parts(rows, sort, downwards, cursor, forward, full):
        part = part.order_by(*order(sort, downwards))[: size + 1 - len(found)]
        found += part if shown is None else shown.filter(Among(part)).order_by(*order(sort, downwards))
        if len(found) > size:
            break
    page = found[:size]
    return (page if forward else page[::-1]), len(found) > size


def _parts(
    rows: QuerySet[Any], sort: Sort, downwards: bool, cursor: Cursor | None, forward: bool, full: bool = False
) -> Iterator[QuerySet[Any]]:
    """Yield rows with a value and rows without, in the order they are met, from the cursor on."""
    at_none = cursor is not None and cursor.value is None
    if not sort.nullable or (full and not at_none):
        yield _after(rows, sort, downwards, cursor)
        return
    if cursor is not None and at_none:
        yield rows.filter(_is_null(sort, True), **{"id__lt" if downwards else "id__gt": cursor.id})
        if not forward:
            yield rows.filter(_is_null(sort, False))
        return
    yield _after(rows.filter(_is_null(sort, False)), sort, downwards, cursor)
    if forward:
        yield rows.filter(_is_null(sort, True))


def _after(rows: QuerySet[Any], sort: Sort, downwards: bool, cursor: Cursor | None) -> QuerySet[Any]:
    if cursor is None:
        return rows
    return rows.filter(Beyond(expression(sort.by), F("id"), Value(cursor.value), Value(cursor.id), falling=downwards))
