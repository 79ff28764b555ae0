"""From cells to what the rooms' import actions take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from itertools import tee
from typing import Any

from django.utils.translation import gettext as _

from otdel.interfaces.files import sentences
from otdel.interfaces.files.cells import Form, Parsed, column, parse_rows
from otdel.interfaces.files.cells.periods import Part, Period, in_order, of_day, periods
from otdel.interfaces.files.problems import Problem
from otdel.interfaces.files.readers import Row as FileRow
from otdel.interfaces.files.readers import Table
from otdel.interfaces.files.roads import ROADS, WHOLE_AT_MOST, Road
from otdel.interfaces.files.targets import Kind, Target, own_key, whole

TOGETHER = (Kind.PHONES, Kind.EMAILS, Kind.REFERENCES, Kind.LIST)
GROUP_AT_MOST = 20_000
ALIKE_SALES = ("date", "owner", "customer", "customer_inn", "region", "channel")
"""Sales without an order number are one shipment when these are the same."""


@dataclass(frozen=True)
class Use:
    """A column of the file that feeds a field."""

    position: int
    field: str
    argument: str = ""
    order: str = "DMY"
    decimal: str = "."


@dataclass
class Batch:
    """Rows for one transaction: `groups` must not be torn apart."""

    groups: list[list[Any]] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    consumed: int = 0

    @property
    def rows(self) -> list[Any]:
        return [row for group in self.groups for row in group]

    def halves(self) -> tuple[Batch, Batch]:
        """The same rows in two batches; what the cells refused goes with the first."""
        middle = len(self.groups) // 2
        second = Batch(self.groups[middle:])
        second.consumed = len({row.number for row in second.rows})
        return Batch(self.groups[:middle], self.refused, self.consumed - second.consumed), second


class Mapper:
    """Knows how the columns of one file become rows of one kind."""

    def __init__(
        self, table: Table, target: str, uses: Sequence[Use], options: Mapping[str, Any], zone: tzinfo
    ) -> None:
        self.table, self.options = table, options
        self.target: Target = whole(target)
        self.road: Road = ROADS[target]
        known = {each.key for each in self.target.fields} - set(self.road.dropped)
        self.uses = [use for use in uses if use.position < table.width and use.field in known]
        self.columns = [
            (use.position, column(self.target.field(use.field).kind, Form(use.order, use.decimal, zone)))
            for use in self.uses
        ]
        self._places: dict[str, list[int]] = {}
        for place, use in enumerate(self.uses):
            self._places.setdefault(use.field, []).append(place)
        self.planned = PlanReader(self) if target == "plans" else None
        self._takers = [] if self.planned else self._make_takers()

    def has(self, name: str) -> bool:
        return name in self._places

    def places(self, name: str) -> list[int]:
        return self._places.get(name, [])

    def parsed(self, rows: Iterable[FileRow] | None = None) -> Iterator[Parsed]:
        return parse_rows(self.table.rows() if rows is None else rows, self.columns, self.table.width)

    def _make_takers(self) -> list[tuple[str, Callable[[tuple[Any, ...]], Any]]]:
        plain = {name: self._taker(name, places) for name, places in self._places.items()}
        own = {key: plain.pop(name) for name in self._places if (key := own_key(name))}
        takers = [(self.road.rename_of(name), take) for name, take in plain.items()]
        return [*takers, ("custom", _of_company(own))] if own else takers

    def _taker(self, name: str, places: list[int]) -> Callable[[tuple[Any, ...]], Any]:
        shape = self.target.field(name)
        if shape.prefix:
            names = [self.uses[place].argument for place in places]
            return lambda values: _dated(zip(names, (values[place] for place in places), strict=True))
        if len(places) == 1:
            only = places[0]
            return lambda values: values[only]
        if shape.kind == Kind.TEXT:
            return lambda values: "\n".join(values[place] for place in places if values[place]) or None
        if shape.kind in TOGETHER:
            return lambda values: _together(values[place] for place in places)
        return lambda values: next((values[place] for place in places if values[place] is not None), None)

    def rows_of(self, parsed: Parsed) -> list[Any]:
        """One row; several for a plan with periods in columns."""
        if self.planned is not None:
            return self.planned.rows_of(parsed)
        values = parsed.values
        return [self.road.row(parsed.number, **{name: take(values) for name, take in self._takers})]

    def wrong(self, parsed: Parsed) -> str:
        """All that is wrong with the row's cells as one sentence, empty when nothing is."""
        return " ".join(self._sentence(place, problem) for place, problem in parsed.problems)

    def _sentence(self, place: int, problem: Problem) -> str:
        if place < 0:
            return sentences.of_cell(problem)
        name = self.table.headers[self.uses[place].position].name or str(self.uses[place].position + 1)
        return _("Column “%(column)s”: %(problem)s") % {"column": name, "problem": sentences.of_cell(problem)}

    def group_key(self, values: tuple[Any, ...]) -> Any:
        """What rows of one record share; None for a row that stands alone."""
        for name in self.road.group:
            for place in self.places(name):
                if values[place] is not None:
                    return values[place]
        if self.target.key != "sales":
            return None
        return tuple(values[place] for name in ALIKE_SALES for place in self.places(name))

    def keyed(self) -> Iterator[tuple[Any, FileRow]]:
        """All rows with the keys of their groups; no more of a row is parsed than its key."""
        names = (*self.road.group, *ALIKE_SALES) if self.target.key == "sales" else self.road.group
        needed = sorted({place for name in names for place in self.places(name)})
        rows, again = tee(self.table.rows())
        blank: list[Any] = [None] * len(self.uses)
        columns = [self.columns[place] for place in needed]
        for row, parsed in zip(rows, parse_rows(again, columns, self.table.width), strict=True):
            values = blank.copy()
            for place, value in zip(needed, parsed.values, strict=True):
                values[place] = value
            yield self.group_key(tuple(values)), row

    @property
    def is_grouped(self) -> bool:
        return bool(self.road.group) and (not self.road.group_if or self.has(self.road.group_if))


def _of_company(takers: Mapping[str, Callable[[tuple[Any, ...]], Any]]) -> Callable[[tuple[Any, ...]], Any]:
    """The company's own fields come together, by key."""
    return lambda values: {key: take(values) for key, take in takers.items()}


def _dated(pairs: Iterable[tuple[str, Any]]) -> tuple[tuple[str, Any], ...] | None:
    return tuple((name, value) for name, value in pairs if value is not None) or None


def _together(parts: Iterable[tuple[Any, ...] | None]) -> tuple[Any, ...] | None:
    return tuple(dict.fromkeys(item for part in parts for item in part or ())) or None


class TooManyRows(Exception):
    """A file whose rows speak of one another is too long to be taken at once."""


def batches(mapper: Mapper, stream: Iterator[Parsed]) -> Iterator[Batch]:
    """Rows in portions of one transaction each, groups whole.

    A record with a bad row is refused as a whole: what comes back for correction must be all of it.
    """
    batch, size, whole = Batch(), mapper.road.batch, mapper.road.whole
    last: Any = None
    broken: Any = None
    for parsed in stream:
        key = mapper.group_key(parsed.values) if mapper.is_grouped else None
        same = key is not None and key == last and bool(batch.groups) and len(batch.groups[-1]) < GROUP_AT_MOST
        if batch.consumed >= size and not same and not whole:
            yield batch
            batch = Batch()
        if whole and batch.consumed >= WHOLE_AT_MOST:
            raise TooManyRows
        batch.consumed += 1
        if parsed.problems:
            batch.refused[parsed.number] = mapper.wrong(parsed)
            if isinstance(key, str):
                _refuse_group(batch, same and key != broken)
                broken = key
        elif isinstance(key, str) and key == broken:
            batch.refused[parsed.number] = _with_another()
        elif same:
            batch.groups[-1].extend(mapper.rows_of(parsed))
        else:
            batch.groups.append(mapper.rows_of(parsed))
        last = key
    if batch.consumed:
        yield batch


def _with_another() -> str:
    return _("Another row of the same record is refused; correct it and import all rows of the record.")


def _refuse_group(batch: Batch, has_rows: bool) -> None:
    for row in batch.groups.pop() if has_rows else ():
        batch.refused[row.number] = _with_another()


class PlanReader:
    """Plans say their period in a column, in a year and a part, in a header, or by dates in order."""

    def __init__(self, mapper: Mapper) -> None:
        self.mapper = mapper
        self.how = str(mapper.options.get("period_from") or "written")
        self.metric = str(mapper.options.get("metric") or "") or None
        self._order: dict[date, Period] | None = None
        self._heads = [
            (place, period)
            for place in mapper.places("amount")
            if isinstance(period := periods()(mapper.uses[place].argument), Period)
        ]
        self.simple = [
            name
            for name in ("unit", "metric", "product_group", "client_segment", "region", "channel", "new_or_regular")
            if mapper.has(name)
        ]

    def rows_of(self, parsed: Parsed) -> list[Any]:
        values = parsed.values
        known = {name: values[self.mapper.places(name)[0]] for name in self.simple}
        known["metric"] = known.get("metric") or self.metric
        row = self.mapper.road.row
        if self._heads:
            return [
                row(parsed.number, amount=values[place], starts_on=period.start(), last_day=period.end(), **known)
                for place, period in self._heads
                if values[place] is not None
            ]
        period = self._period(values)
        amount = next((values[place] for place in self.mapper.places("amount")), None)
        days = {"starts_on": period.start(), "last_day": period.end()} if period else {}
        return [row(parsed.number, amount=amount, **days, **known)]

    def _value(self, values: tuple[Any, ...], name: str) -> Any:
        return next((values[place] for place in self.mapper.places(name)), None)

    def _period(self, values: tuple[Any, ...]) -> Period | None:
        written = self._value(values, "period")
        if self.how == "in_order":
            return self.ordered().get(written.start()) if isinstance(written, Period) else None
        year = self._value(values, "year")
        for name in ("quarter", "month", "period"):
            part = self._value(values, name)
            if isinstance(part, Part) and year:
                return _of_part(part, int(year), name)
        written = next((p for name in ("period", "quarter", "month")
                        if isinstance(p := self._value(values, name), Period)), None)  # fmt: skip
        if written is None:
            return Period("year", int(year)) if year else None
        if written.day is not None and self.how != "written":
            return of_day(written.day, self.how)
        return of_day(written.day, "month") if written.day is not None else written

    def ordered(self) -> dict[date, Period]:
        """Distinct dates of the file stand for consecutive periods; the whole file is asked once."""
        if self._order is None:
            first = periods()(str(self.mapper.options.get("first_period") or ""))
            places = self.mapper.places("period")
            if not isinstance(first, Period) or not places:
                self._order = {}
                return self._order
            values = (parsed.values[places[0]] for parsed in self.mapper.parsed())
            self._order = in_order((value.start() for value in values if isinstance(value, Period)), first)
        return self._order


def _of_part(part: Part, year: int, name: str) -> Period | None:
    grain = part.grain or (name if name in ("quarter", "month") else "month" if part.number > 4 else "quarter")
    most = {"quarter": 4, "month": 12}[grain]
    return Period(grain, year, part.number) if 1 <= part.number <= most else None


def preview(mapper: Mapper, rows: Sequence[FileRow]) -> list[Parsed]:
    return list(mapper.parsed(iter(rows)))
