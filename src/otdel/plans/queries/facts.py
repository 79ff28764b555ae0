"""Reading facts: kept days where nothing changed, changed days counted from the records, in one statement.

One statement has one snapshot, so a refill that ends meanwhile can neither hide a day nor show it twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from otdel.core.periods import Period
from otdel.plans import metrics

# The departments of facts whose owner belonged to none on that day.
NO_UNIT = 0


@dataclass(frozen=True)
class Whose:
    """The departments facts are read for, and the one person, if only theirs are wanted."""

    unit_ids: Collection[int]
    person_id: int | None = None
    # one's own facts count wherever one worked
    anywhere: bool = False

    @property
    def condition(self) -> str:
        conditions = [] if self.anywhere else ["unit_id = ANY (%(units)s)"]
        if self.person_id is not None:
            conditions.append("person_id = %(person)s")
        return " AND ".join(conditions)

    @property
    def parameters(self) -> dict[str, Any]:
        return {"units": list(self.unit_ids), "person": self.person_id}


@dataclass
class Facts:
    """Sums of a period by (unit, person), by (unit, person, segment), and day by day for all asked together."""

    by_person: dict[tuple[int, int], Decimal] = field(default_factory=dict)
    by_segment: dict[tuple[int, int, int], Decimal] = field(default_factory=dict)
    by_day: dict[date, Decimal] = field(default_factory=dict)
    # "day amount,day amount…" of the whole department, whoever the rows are for: what the profile is learnt from.
    # One text instead of a row a day: whoever has learnt from it already need not even read it.
    history: str = ""


def unpacked(history: str) -> dict[date, Decimal]:
    pairs = (each.split(" ") for each in history.split(",") if each)
    return {date.fromisoformat(day): Decimal(amount) for day, amount in pairs}


def read(
    metric: str,
    whose: Whose,
    period: Period,
    *,
    history: Period | None,
    past: Period | None,
    cut: str | None,
    people: bool = True,
    segment: int | None = None,
) -> Facts:
    """Return the facts of a flow. One query.

    `history` are the finished days a profile is learnt from, `past` the same period of last year. A year of a
    thousand people is much to add up for whoever needs only the days: without `people` it is not. `segment` is the
    only one wanted.
    """
    parts = [part for part in (period, past, history) if part]
    parameters = {
        "metric": metric,
        "source": metrics.DEFINITIONS[metric].source,
        "from": min(part.start for part in parts),
        "first": period.start,
        "last": period.last,
        "segment": segment,
        **whose.parameters,
    }
    facts = Facts()
    with connection.cursor() as cursor:
        cursor.execute(_read_sql(metric, whose, cut, _Days(period, past, history), people), parameters)
        for kind, unit, person, segment, day, amount, packed in cursor:
            match kind:
                case "person":
                    facts.by_person[unit, person] = amount
                case "segment":
                    facts.by_segment[unit, person, segment] = amount
                case "day":
                    facts.by_day[day] = amount
                case _:
                    facts.history = packed or ""
    return facts


def read_level(metric: str, whose: Whose, day: date, window: int, cut: str | None) -> Facts:
    """Return a level as it stood at the end of `day`: those counted in the `window` days up to it. One query."""
    on = "BETWEEN %(first)s AND %(last)s"
    inner = metrics.cut(metric, on) if cut else metrics.plain(metric, on)
    segment = f"{cut}::bigint" if cut else "NULL::bigint"
    facts = Facts()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT unit_id, person_id, {segment}, sum(amount) FROM ({inner}) r WHERE {whose.condition} "
            "GROUP BY 1, 2, 3",
            {"first": date.fromordinal(day.toordinal() - window + 1), "last": day, **whose.parameters},
        )
        for unit, person, value, amount in cursor:
            _add(facts.by_person, (unit, person), amount)
            if cut:
                _add(facts.by_segment, (unit, person, value), amount)
    return facts


def _add(totals: dict[Any, Decimal], key: Any, amount: Decimal) -> None:
    totals[key] = totals.get(key, Decimal(0)) + amount


_PERIOD = "day BETWEEN %(first)s AND %(last)s"
_LIVE = "= ANY (ARRAY(SELECT day FROM changed))"
_KEPT = "metric = %(metric)s AND NOT EXISTS (SELECT FROM changed c WHERE c.day = f.day)"


@dataclass(frozen=True)
class _Days:
    """The stretches of days one board asks for."""

    period: Period
    past: Period | None
    history: Period | None

    @property
    def shown(self) -> list[Period]:
        return [self.period, self.past] if self.past else [self.period]

    @property
    def learnt(self) -> list[Period]:
        return [self.history] if self.history else []


def _both(table: str, live: str, columns: str, days: Collection[str], whose: str) -> str:
    """Kept rows of unchanged days and live rows of changed ones.

    Each stretch of days is a branch of its own: joined by OR they would keep the index from finding any of them.
    """
    kept = [f"SELECT {columns} FROM plans_{table} f WHERE {_KEPT} AND {days} AND {whose}" for days in days]
    changed = f"SELECT {columns} FROM {live} WHERE ({' OR '.join(days)}) AND {whose}"
    return f"({' UNION ALL '.join([*kept, changed])}) r"


def _between(periods: Collection[Period]) -> list[str]:
    """Return conditions that together name every day of the periods once. Dates need no quoting from anybody."""
    spans: list[tuple[date, date]] = []
    for start, end in sorted((part.start, part.end) for part in periods):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return [f"day >= '{start}' AND day < '{end}'" for start, end in spans]


def _read_sql(metric: str, whose: Whose, cut: str | None, days: _Days, people: bool) -> str:
    all_of_units = "unit_id = ANY (%(units)s)"
    mine = whose.condition
    alone = whose.person_id is not None
    ctes = [
        """changed AS MATERIALIZED (SELECT DISTINCT day FROM plans_changedday
        WHERE source = %(source)s AND day BETWEEN %(from)s AND %(last)s)""",
        f"""live AS MATERIALIZED (SELECT day, unit_id, person_id, sum(amount) AS amount
        FROM ({metrics.plain(metric, _LIVE)}) r WHERE {f"({all_of_units}) OR ({mine})" if alone else mine}
        GROUP BY 1, 2, 3)""",
        _daily("own_days", "factday", days.shown, mine)
        if alone
        else _daily("own_days", "factunitday", [*days.shown, *days.learnt], all_of_units),
    ]
    shown = " OR ".join(_between(days.shown))
    selects = [
        "SELECT 'day', NULL::bigint AS unit_id, NULL::bigint AS person_id, NULL::bigint AS segment, day, amount, '' "
        f"FROM own_days WHERE {shown}"
    ]
    if people:
        persons = _both("factday", "live", "unit_id, person_id, amount", [_PERIOD], mine)
        selects.append(f"SELECT 'person', unit_id, person_id, NULL, NULL, sum(amount), '' FROM {persons} GROUP BY 2, 3")
    if days.history:
        if alone:
            ctes.append(_daily("unit_days", "factunitday", days.learnt, all_of_units))
        selects.append(
            "SELECT 'history', NULL, NULL, NULL, NULL, NULL, string_agg(day || ' ' || amount, ',' ORDER BY day) "
            f"FROM {'unit_days' if alone else 'own_days'} WHERE {_between(days.learnt)[0]}"
        )
    if cut:
        ctes.append(f"""live_cells AS MATERIALIZED (SELECT * FROM ({metrics.cut(metric, _LIVE)}) r
        WHERE {mine} AND {_PERIOD})""")
        columns, only = f"unit_id, person_id, {cut} AS segment, amount", f"(%(segment)s IS NULL OR {cut} = %(segment)s)"
        cells = _both("factcell", "live_cells", columns, [_PERIOD], f"{mine} AND {only}")
        selects.append(
            "SELECT 'segment', unit_id, person_id, segment::bigint, NULL, sum(amount), '' "
            f"FROM {cells} GROUP BY 2, 3, 4"
        )
    return f"WITH {', '.join(ctes)}\n" + "\nUNION ALL\n".join(selects)


def _daily(name: str, table: str, days: Collection[Period], whose: str) -> str:
    both = _both(table, "live", "day, amount", _between(days), whose)
    return f"{name} AS MATERIALIZED (SELECT day, sum(amount) AS amount FROM {both} GROUP BY day)"
