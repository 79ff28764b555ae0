"""Reading facts: kept months and days where nothing changed, changed days counted from the records.

All in one statement: it has one snapshot, so a refill that ends meanwhile can neither hide a day nor show it twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from otdel.core.periods import Period
from otdel.plans import metrics
from otdel.plans.queries.facts_sql import Asked, Whose

__all__ = ["NO_UNIT", "Facts", "Whose", "read", "read_days", "read_level", "unpacked"]

# The departments of facts whose owner belonged to none on that day.
NO_UNIT = 0


@dataclass
class Facts:
    """Sums of a period by (unit, person), by (unit, person, segment), and day by day for all asked together.

    A department whose people are not told apart has them all under the person 0.
    """

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
    together: Collection[int] = (),
    segment: int | None = None,
) -> Facts:
    """Return the facts of a flow. One query.

    `history` are the finished days a profile is learnt from, `past` the same period of last year. Whoever needs only
    the days asks without `people`; of the departments `together` nobody needs each person. `segment` is the only one
    wanted.
    """
    asked = Asked(metric, whose, period, past, history, cut, people, frozenset(together), segment)
    facts = Facts()
    with connection.cursor() as cursor:
        cursor.execute(asked.sql, asked.parameters)
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


def read_days(metrics_: Sequence[str], whose: Whose, period: Period) -> dict[str, dict[date, Decimal]]:
    """Return several flows of a period day by day. One query."""
    found: dict[str, dict[date, Decimal]] = {metric: {} for metric in metrics_}
    parts, given = [], dict[str, Any]()
    for metric in found:
        asked = Asked(metric, whose, period, None, None, None, False, frozenset(), None)
        own = {name: f"{name}_{metric}" for name in asked.parameters}
        sql = asked.sql % {name: f"%({changed})s" for name, changed in own.items()}
        parts.append(f"SELECT '{metric}', day, amount FROM ({sql}) asked")
        given |= {own[name]: value for name, value in asked.parameters.items()}
    with connection.cursor() as cursor:
        cursor.execute("\nUNION ALL\n".join(parts), given)
        for metric, day, amount in cursor:
            found[metric][day] = amount
    return found


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
