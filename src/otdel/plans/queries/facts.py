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
    # of the whole department, whoever the rows are for: what the profile is learnt from
    history: dict[date, Decimal] = field(default_factory=dict)


def read(
    metric: str, whose: Whose, period: Period, *, history: Period | None, past: Period | None, cut: str | None
) -> Facts:
    """Return the facts of a flow. One query.

    `history` are the finished days a profile is learnt from, `past` the same period of last year.
    """
    first = min(part.start for part in (period, history, past) if part)
    parameters = {
        "metric": metric,
        "source": metrics.DEFINITIONS[metric].source,
        "from": first,
        "first": period.start,
        "last": period.last,
        **_range("history", history),
        **_range("past", past),
        **whose.parameters,
    }
    facts = Facts()
    with connection.cursor() as cursor:
        cursor.execute(_read_sql(metric, whose, cut, has_history=history is not None), parameters)
        for kind, unit, person, segment, day, amount in cursor:
            _put(facts, kind, (unit, person, segment, day), amount)
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


def _range(name: str, period: Period | None) -> dict[str, date | None]:
    return {f"{name}_first": period.start if period else None, f"{name}_last": period.last if period else None}


def _put(facts: Facts, kind: str, key: tuple[Any, ...], amount: Decimal) -> None:
    unit, person, segment, day = key
    match kind:
        case "person":
            facts.by_person[unit, person] = amount
        case "segment":
            facts.by_segment[unit, person, segment] = amount
        case "day":
            facts.by_day[day] = amount
        case _:
            facts.history[day] = amount


def _add(totals: dict[Any, Decimal], key: Any, amount: Decimal) -> None:
    totals[key] = totals.get(key, Decimal(0)) + amount


_PERIOD = "day BETWEEN %(first)s AND %(last)s"
_SHOWN = f"({_PERIOD} OR day BETWEEN %(past_first)s AND %(past_last)s)"
_HISTORY = "day BETWEEN %(history_first)s AND %(history_last)s"
_LIVE = "= ANY (ARRAY(SELECT day FROM changed))"
_KEPT = "metric = %(metric)s AND NOT EXISTS (SELECT FROM changed c WHERE c.day = f.day)"


def _both(table: str, live: str, columns: str, days: str, whose: str) -> str:
    """Kept rows of unchanged days and live rows of changed ones."""
    condition = f"{days} AND {whose}"
    return f"""(SELECT {columns} FROM plans_{table} f WHERE {_KEPT} AND {condition}
        UNION ALL SELECT {columns} FROM {live} WHERE {condition}) r"""


def _read_sql(metric: str, whose: Whose, cut: str | None, *, has_history: bool) -> str:
    all_of_units = "unit_id = ANY (%(units)s)"
    mine = whose.condition
    alone = whose.person_id is not None
    ctes = [
        """changed AS MATERIALIZED (SELECT DISTINCT day FROM plans_changedday
        WHERE source = %(source)s AND day BETWEEN %(from)s AND %(last)s)""",
        f"""live AS MATERIALIZED (SELECT day, unit_id, person_id, sum(amount) AS amount
        FROM ({metrics.plain(metric, _LIVE)}) r WHERE ({all_of_units}) OR ({mine}) GROUP BY 1, 2, 3)""",
    ]
    persons = _both("factday", "live", "unit_id, person_id, amount", _PERIOD, mine)
    daily = "factday" if alone else "factunitday"
    days = _both(daily, "live", "day, amount", _SHOWN, mine)
    selects = [
        f"SELECT 'person', unit_id, person_id, NULL::bigint, NULL::date, sum(amount) FROM {persons} GROUP BY 2, 3",
        f"SELECT 'day', NULL, NULL, NULL, day, sum(amount) FROM {days} GROUP BY 5",
    ]
    if has_history:
        history = _both("factunitday", "live", "day, amount", _HISTORY, all_of_units)
        selects.append(f"SELECT 'history', NULL, NULL, NULL, day, sum(amount) FROM {history} GROUP BY 5")
    if cut:
        ctes.append(f"""live_cells AS MATERIALIZED (SELECT * FROM ({metrics.cut(metric, _LIVE)}) r
        WHERE {mine} AND {_PERIOD})""")
        cells = _both("factcell", "live_cells", f"unit_id, person_id, {cut} AS segment, amount", _PERIOD, mine)
        selects.append(
            f"SELECT 'segment', unit_id, person_id, segment::bigint, NULL, sum(amount) FROM {cells} GROUP BY 2, 3, 4"
        )
    return f"WITH {', '.join(ctes)}\n" + "\nUNION ALL\n".join(selects)
