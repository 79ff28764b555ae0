"""The records under a number of the board: the same rows the number is counted from, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from otdel.activities.models import Activity
from otdel.billing.models import Payment, Shipment
from otdel.core.periods import Period
from otdel.customers.models import Customer
from otdel.deals.models import Deal
from otdel.org import access as org_access
from otdel.org.models import Person
from otdel.org.queries import company_of
from otdel.org.rules import Right
from otdel.plans import metrics
from otdel.plans.models import Source
from otdel.plans.queries import facts as reading
from otdel.plans.queries.facts import NO_UNIT, Whose
from otdel.plans.queries.place import CUTS, BoardQuery, place_of

PAGE = 100
# The first look for a page of rows; each next one is four times as wide.
FIRST_LOOK = 7
ON = "BETWEEN %(first)s AND %(last)s"


@dataclass(frozen=True)
class DrillQuery:
    """A number of the board: a board's state, one segment of its cut, one row."""

    board: BoardQuery
    segment: int | None = None
    # the row of a person in the department itself, without the departments below; 0: nobody's department
    only_unit: int | None = None


@dataclass(frozen=True)
class Record:
    """A record and what of it is in the number. `label` and `customer` are empty where the reader may not see it."""

    day: date
    id: int
    amount: Decimal
    person: str
    kind: str
    label: str
    customer: str
    customer_id: int | None
    visible: bool


@dataclass(frozen=True)
class Drill:
    query: DrillQuery
    records: tuple[Record, ...]
    total: Decimal
    # where the next page begins, None at the end
    after: tuple[date, int] | None
    currency: str


@dataclass(frozen=True)
class _Kind:
    """What the rows of a source are, under which right they are seen, and what they are called by."""

    name: str
    model: type[Any]
    label: str


_KINDS = {
    Source.PAYMENTS: _Kind("payment", Payment, "number"),
    Source.SHIPMENTS: _Kind("shipment", Shipment, "number"),
    Source.DEALS: _Kind("deal", Deal, "title"),
    Source.ACTIVITIES: _Kind("activity", Activity, "subject"),
    Source.CLIENTS: _Kind("customer", Customer, "name"),
}


def drill(
    person: Person, query: DrillQuery, today: date, after: tuple[date, int] | None = None, limit: int = PAGE
) -> Drill:
    """Return one page of the records under a number, the latest first, and their whole sum.

    Whoever may see the number sees its rows; what a record says is shown to those who may see the record.
    Raises NotFound for a unit out of reach. Six queries, a few more where rows are far between.
    """
    place = place_of(person, query.board)
    whose = _whose(query, place.whose)
    company = company_of(person)
    level = query.board.metric in metrics.LEVELS
    period = query.board.period
    if level:
        last = min(today, period.last)
        period = Period.between(last - timedelta(days=company.active_days - 1), last + timedelta(days=1))
    total = _total(query, whose, period, company.active_days, level=level)
    rows = _page(query, whose, period, after, limit + 1, whole=level)
    more = (rows[limit - 1][0], int(rows[limit - 1][1])) if len(rows) > limit else None
    return Drill(query, tuple(_records(person, query, rows[:limit])), total, more, company.currency)


def _whose(query: DrillQuery, whose: Whose) -> Whose:
    if query.only_unit is None:
        return whose
    return replace(whose, unit_ids=frozenset({query.only_unit}) & frozenset(whose.unit_ids))


def _total(query: DrillQuery, whose: Whose, period: Period, window: int, *, level: bool) -> Decimal:
    cut = CUTS.get(query.board.cut) if query.segment is not None else None
    if level:
        found = reading.read_level(query.board.metric, whose, period.last, window, cut)
    else:
        found = reading.read(query.board.metric, whose, period, history=None, past=None, cut=cut)
    if cut is None:
        return sum(found.by_person.values(), Decimal(0))
    return sum(
        (amount for (_u, _p, segment), amount in found.by_segment.items() if segment == query.segment), Decimal(0)
    )


def _page(
    query: DrillQuery, whose: Whose, period: Period, after: tuple[date, int] | None, limit: int, *, whole: bool
) -> list[Sequence[Any]]:
    """Return rows (day, record, person, customer, amount), looking back from the latest day in growing steps."""
    last = min(after[0], period.last) if after else period.last
    span = len(period) if whole else FIRST_LOOK
    while True:
        first = max(period.start, last - timedelta(days=span - 1))
        rows = _look(query, whose, (period.start if whole else first, period.last if whole else last), after, limit)
        if len(rows) >= limit or first <= period.start:
            return rows
        span *= 4


def _look(
    query: DrillQuery, whose: Whose, days: tuple[date, date], after: tuple[date, int] | None, limit: int
) -> list[Sequence[Any]]:
    conditions = [whose.condition]
    cut = CUTS.get(query.board.cut)
    if cut and query.segment is not None:
        conditions.append(f"{cut} = %(segment)s")
    if after:
        conditions.append("(day, record_id) < (%(after_day)s, %(after_id)s)")
    sql = f"""SELECT day, record_id, person_id, customer_id, sum(amount) FROM ({metrics.cut(query.board.metric, ON)}) r
        WHERE {" AND ".join(conditions)} GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, 2 DESC LIMIT {limit:d}"""
    parameters = {
        "first": days[0], "last": days[1], "segment": query.segment,
        "after_day": after and after[0], "after_id": after and after[1], **whose.parameters,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _records(person: Person, query: DrillQuery, rows: Iterable[Sequence[Any]]) -> Iterable[Record]:
    rows = list(rows)
    kind = _KINDS[Source(metrics.DEFINITIONS[query.board.metric].source)]
    is_client = kind.model is Customer
    ids = [row[3] if is_client else row[1] for row in rows]
    reach = org_access.reach(person, kind.name, Right.VIEW)
    customer = ("name", "pk") if is_client else ("customer__name", "customer_id")
    found = {
        id: rest
        for id, *rest in kind.model.objects.filter(pk__in=ids).values_list("pk", "owner_id", kind.label, *customer)
    }
    names = dict(Person.objects.filter(pk__in={row[2] for row in rows}).values_list("pk", "name"))
    for id, (day, _record, who, _customer, amount) in zip(ids, rows, strict=True):
        owner, label, customer_name, customer_id = found[id]
        seen = reach.includes(owner)
        yield Record(
            day, id, amount, names[who], kind.name, label if seen else "", (customer_name or "") if seen else "",
            customer_id if seen else None, seen,
        )  # fmt: skip


__all__ = ["NO_UNIT", "PAGE", "Drill", "DrillQuery", "Record", "drill"]
