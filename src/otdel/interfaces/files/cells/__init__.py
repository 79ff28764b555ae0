"""Cells into values: `column(kind, form)` parses a column, `parse_rows` runs columns over batches of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice
from typing import NamedTuple

from otdel.interfaces.files.cells import dates, numbers, periods, texts, words
from otdel.interfaces.files.problems import Problem
from otdel.interfaces.files.readers.base import Cell, Row
from otdel.interfaces.files.targets.base import Kind

CACHED = 20_000
BATCH = 2_000
Parser = Callable[[object], object]


@dataclass(frozen=True)
class Form:
    """How a column writes its values."""

    order: str = "DMY"
    decimal: str = "."
    zone: tzinfo | None = None


SIMPLE: dict[Kind, Parser] = {
    Kind.TEXT: texts.text,
    Kind.ID: texts.identifier,
    Kind.REFERENCE: texts.reference,
    Kind.REFERENCES: texts.references,
    Kind.CURRENCY: words.currency,
    Kind.BOOLEAN: numbers.boolean,
    Kind.DURATION: numbers.duration,
    Kind.PHONES: texts.phones,
    Kind.EMAIL: texts.email,
    Kind.EMAILS: texts.emails,
    Kind.SITE: texts.site,
    Kind.LIST: texts.items,
    Kind.PATH: texts.path,
    Kind.OUTCOME: words.outcome,
    Kind.ACTIVITY: words.activity,
    Kind.DIRECTION: words.direction,
    Kind.CUSTOMER_KIND: words.customer_kind,
    Kind.INVOICE_STATUS: words.invoice_status,
    Kind.METRIC: words.metric,
    Kind.INN: texts.inn,
    Kind.KPP: texts.kpp,
    Kind.OGRN: texts.ogrn,
    Kind.BIK: texts.bik,
    Kind.ACCOUNT: texts.account,
}


def parser(kind: Kind, form: Form) -> Parser:
    if kind in (Kind.MONEY, Kind.NUMBER):
        return numbers.money(form.decimal)
    if kind == Kind.INTEGER:
        return numbers.integer(form.decimal)
    if kind == Kind.DATE:
        return dates.days(form.order, form.zone)
    if kind == Kind.DATETIME:
        return dates.moments(form.order, form.zone)
    if kind == Kind.PERIOD:
        return periods.periods(form.order)
    return SIMPLE[kind]


class Column(dict[object, object]):
    """A parser that remembers the texts it has met; `problems` counts what it refused."""

    def __init__(self, kind: Kind, form: Form | None = None) -> None:
        super().__init__()
        self._parse = parser(kind, form or Form())
        self._wrong: dict[str, Problem] = {}
        self.problems = 0

    def __missing__(self, cell: object) -> object:
        known = self._wrong.get(cell) if isinstance(cell, str) else None
        value = known or self._parse(cell)
        if type(value) is Problem:
            self.problems += 1
            if isinstance(cell, str) and len(self._wrong) < CACHED:
                self._wrong[cell] = value
        elif isinstance(cell, str) and len(self) < CACHED:
            self[cell] = value
        return value


def column(kind: Kind, form: Form | None = None) -> Column:
    return Column(kind, form)


class Parsed(NamedTuple):
    """A row as values, in the order of the columns asked for.

    `problems` pairs a place in that order (-1: the row itself) with what is wrong.
    """

    number: int
    values: tuple[object, ...]
    problems: tuple[tuple[int, Problem], ...]


def parse_rows(rows: Iterable[Row], columns: Sequence[tuple[int, Column]], width: int) -> Iterator[Parsed]:
    """Rows through parsers, column by column within a batch; a row wider than the header is a problem."""
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        yield from _parse_batch(batch, columns, width)


def _parse_batch(batch: list[Row], columns: Sequence[tuple[int, Column]], width: int) -> Iterator[Parsed]:
    wrong: dict[int, list[tuple[int, Problem]]] = {}
    parsed = []
    for place, (position, column) in enumerate(columns):
        before = column.problems
        values = [column[cells[position]] for _, cells in batch]
        if column.problems > before:
            _note(wrong, place, values)
        parsed.append(values)
    turned = zip(*parsed, strict=True) if parsed else iter([()] * len(batch))
    for index, ((number, cells), row) in enumerate(zip(batch, turned, strict=True)):
        problems = tuple(wrong.get(index, ()))
        if len(cells) > width:
            problems += ((-1, Problem("extra_cells", str(cells[width])[:100])),)
        yield Parsed(number, row, problems)


def _note(wrong: dict[int, list[tuple[int, Problem]]], place: int, values: list[object]) -> None:
    for index, value in enumerate(values):
        if type(value) is Problem:
            wrong.setdefault(index, []).append((place, value))


__all__ = ["Cell", "Column", "Form", "Parsed", "column", "parse_rows", "parser"]
