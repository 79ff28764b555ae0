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
from otdel.core.periods import FIRST_YEAR, Period
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
EARLIEST = date(FIRST_YEAR, 1, 1)
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
    Raises NotFound for a unit out of reach. Four queries, five for a person's.
    """
    place = place_of(person, query.board)
    whose = _whose(query, place.whose)
    company = company_of(person)
    level = query.board.metric in metrics.LEVELS
    period = query.board.period
    if level:
        last = min(today, period.last)
        first = max(last - timedelta(days=company.active_days - 1), EARLIEST)
        period = Period.between(first, last + timedelta(days=1))
    total = _total(query, whose, period, company.active_days, level=level)
    rows = _rows(query, whose, period, after, limit + 1, today=today, level=level)
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
        sum_of_all = sum(found.by_person.values(), Decimal(0))
    else:
        found = reading.read(
            query.board.metric, whose, period, history=None, past=None, cut=cut, people=False, segment=query.segment
        )
        sum_of_all = sum(found.by_day.values(), Decimal(0))
    if cut is None:
        return sum_of_all
    return sum(
        (amount for (_u, _p, segment), amount in found.by_segment.items() if segment == query.segment), Decimal(0)
    )


def _rows(
    query: DrillQuery,
    whose: Whose,
    period: Period,
    after: tuple[date, int] | None,
    limit: int,
    *,
    today: date,
    level: bool,
) -> list[Sequence[Any]]:
    """Return rows (day, record, person, customer, amount, the person's name), the latest first."""
    metric, cut = query.board.metric, CUTS.get(query.board.cut) if query.segment is not None else None
    conditions = [whose.condition]
    if cut:
        conditions.append(f"{cut} = %(segment)s")
    kept = " AND ".join(conditions)
    if after:
        conditions.append("(day, record_id) < (%(after_day)s, %(after_id)s)")
    if not level:
        conditions.append("(person_id = ANY (ARRAY(SELECT person_id FROM kept)) OR day IN (SELECT day FROM changed))")
    on = ON if level else "= ANY (ARRAY(SELECT day FROM wanted))"
    inner = metrics.cut(metric, on) if cut else metrics.plain(metric, on)
    sql = f"""{"" if level else _wanted("factcell" if cut else "factday", kept)}
        SELECT r.*, p.name FROM (
            SELECT day, record_id, person_id, customer_id, sum(amount) AS amount FROM ({inner}) r
            WHERE {" AND ".join(conditions)} GROUP BY 1, 2, 3, 4 HAVING sum(amount) <> 0
            ORDER BY 1 DESC, 2 DESC LIMIT {limit:d}) r
        JOIN org_person p ON p.id = r.person_id ORDER BY 1 DESC, 2 DESC"""
    last = min(after[0], period.last) if after and not level else period.last
    near = min(today, last) - timedelta(days=NEAR)
    parameters = {
        "metric": metric, "source": metrics.DEFINITIONS[metric].source, "segment": query.segment, "limit": limit,
        "first": period.start, "near": near, "last": last,
        "after_day": after and after[0], "after_id": after and after[1], **whose.parameters,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


# The days the page lies on. The kept facts know on which days whose numbers are: every person of a day has at least
# one record, so the days are taken from the latest until they have enough, first among the latest month's. The day the
# last page ended on is looked through but not counted, and what changed and is not kept yet is looked through as far.
_KEPT = """SELECT DISTINCT day, person_id FROM plans_{table} f
        WHERE metric = %(metric)s AND amount <> 0 AND {days}
            AND NOT EXISTS (SELECT FROM changed c WHERE c.day = f.day) AND {whose}"""
_WANTED = """
WITH changed AS MATERIALIZED (SELECT DISTINCT day FROM plans_changedday
        WHERE source = %(source)s AND day BETWEEN %(first)s AND %(last)s),
    near AS MATERIALIZED ({near}),
    kept AS MATERIALIZED (SELECT * FROM near UNION ALL {far} AND (SELECT count(*) FROM near) < 2 * %(limit)s),
    counted AS (SELECT day, sum(count(*)) OVER (ORDER BY day DESC) AS upto FROM kept
        WHERE day IS DISTINCT FROM %(after_day)s GROUP BY day),
    down_to AS (SELECT coalesce((SELECT max(day) FROM counted WHERE upto >= %(limit)s), %(first)s) AS day),
    wanted AS (SELECT day FROM (SELECT day FROM kept UNION SELECT day FROM changed) d
        WHERE day >= (SELECT day FROM down_to))"""
NEAR = 31


def _wanted(table: str, whose: str) -> str:
    near = _KEPT.format(table=table, days="day BETWEEN greatest(%(first)s, %(near)s) AND %(last)s", whose=whose)
    far = _KEPT.format(table=table, days="day >= %(first)s AND day < %(near)s", whose=whose)
    return _WANTED.format(near=near, far=far)


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
    for id, (day, _record, _who, _customer, amount, name) in zip(ids, rows, strict=True):
        owner, label, customer_name, customer_id = found[id]
        seen = reach.includes(owner)
        yield Record(
            day, id, amount, name, kind.name, label if seen else "", (customer_name or "") if seen else "",
            customer_id if seen else None, seen,
        )  # fmt: skip


__all__ = ["NO_UNIT", "PAGE", "Drill", "DrillQuery", "Record", "drill"]
