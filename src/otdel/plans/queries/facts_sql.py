"""The statement that reads facts: which part of them from months, which from days and which from the records.

A whole month is its kept sum, less what was kept of its changed days, plus what the records say of those now.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from otdel.core.periods import Kind, Period
from otdel.plans import metrics
from otdel.plans.models import FactMonth


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


_LIVE = "= ANY (ARRAY(SELECT day FROM changed))"
_KEPT = "metric = %(metric)s AND NOT EXISTS (SELECT FROM changed c WHERE c.day = f.day)"
_PERIOD = "day BETWEEN %(first)s AND %(last)s"
_ALL_OF_UNITS = "unit_id = ANY (%(units)s)"
_MONTH = "metric = %(metric)s AND month = ANY (%(months)s)"
_TAKEN_BACK = """metric = %(metric)s AND day = ANY (ARRAY(
    SELECT day FROM changed WHERE date_trunc('month', day)::date = ANY (%(months)s)))"""


@dataclass(frozen=True)
class Asked:
    """What is wanted of the facts of a flow, see `facts.read`."""

    metric: str
    whose: Whose
    period: Period
    past: Period | None
    history: Period | None
    cut: str | None
    people: bool
    together: frozenset[int]
    segment: int | None

    @property
    def parameters(self) -> dict[str, Any]:
        parts = [part for part in (self.period, self.past, self.history) if part]
        return {
            "metric": self.metric,
            "source": metrics.DEFINITIONS[self.metric].source,
            "from": min(part.start for part in parts),
            "first": self.period.start,
            "last": self.period.last,
            "months": self.months,
            "segment": self.segment,
            "units": list(self.whose.unit_ids),
            "person": self.whose.person_id,
            "together": list(self._together),
            "apart": [unit for unit in self.whose.unit_ids if unit not in self._together],
        }

    @property
    def sql(self) -> str:
        ctes, selects = [_CHANGED, self._live, *self._days], [self._by_day]
        if self.history:
            selects.append(self._history)
        if self.people:
            selects.append(
                f"SELECT 'person', unit_id, person_id, NULL, NULL, sum(amount), '' FROM {self._sums(None)} "
                "GROUP BY 2, 3 HAVING sum(amount) <> 0"
            )
        if self.cut:
            ctes.append(f"""live_cells AS MATERIALIZED (SELECT * FROM ({metrics.cut(self.metric, _LIVE)}) r
                WHERE {self.whose.condition} AND {_PERIOD})""")
            selects.append(
                "SELECT 'segment', unit_id, person_id, segment::bigint, NULL, sum(amount), '' "
                f"FROM {self._sums(self.cut)} GROUP BY 2, 3, 4 HAVING sum(amount) <> 0"
            )
        return f"WITH {', '.join(ctes)}\n" + "\nUNION ALL\n".join(selects)

    # which days come from where

    @cached_property
    def months(self) -> list[date]:
        """The months read whole. Of one person there are few days to add up, and no index by person to find months."""
        if self.whose.person_id is not None or self.whose.anywhere or self.cut not in (None, *metrics.MONTH_CUTS):
            return []
        return [piece.start for piece in self.period.split(Kind.MONTH) if _is_month(piece)]

    @property
    def _ragged(self) -> list[Period]:
        """What is left of the period beside its whole months."""
        if not self.months:
            return [self.period]
        return [piece for piece in self.period.split(Kind.MONTH) if not _is_month(piece)]

    @property
    def _together(self) -> Collection[int]:
        return self.together if self.people else self.whose.unit_ids

    # parts of the statement

    @property
    def _shown(self) -> list[Period]:
        return [self.period, self.past] if self.past else [self.period]

    @property
    def _learnt(self) -> list[Period]:
        return [self.history] if self.history else []

    @property
    def _is_alone(self) -> bool:
        return self.whose.person_id is not None

    @property
    def _live(self) -> str:
        mine = self.whose.condition
        wanted = f"({_ALL_OF_UNITS}) OR ({mine})" if self._is_alone else mine
        return f"""live AS MATERIALIZED (SELECT day, unit_id, person_id, sum(amount) AS amount
            FROM ({metrics.plain(self.metric, _LIVE)}) r WHERE {wanted} GROUP BY 1, 2, 3)"""

    @property
    def _days(self) -> list[str]:
        """Sums day by day: of one person their own, and beside them the department's to learn a profile from."""
        if not self._is_alone:
            return [_daily("own_days", "factunitday", [*self._shown, *self._learnt], _ALL_OF_UNITS)]
        own = _daily("own_days", "factday", self._shown, self.whose.condition)
        return [own, _daily("unit_days", "factunitday", self._learnt, _ALL_OF_UNITS)] if self.history else [own]

    @property
    def _by_day(self) -> str:
        return f"""SELECT 'day', NULL::bigint AS unit_id, NULL::bigint AS person_id, NULL::bigint AS segment, day,
            amount, '' FROM own_days WHERE {" OR ".join(_between(self._shown))}"""

    @property
    def _history(self) -> str:
        return f"""SELECT 'history', NULL, NULL, NULL, NULL, NULL, string_agg(day || ' ' || amount, ',' ORDER BY day)
            FROM {"unit_days" if self._is_alone else "own_days"} WHERE {_between(self._learnt)[0]}"""

    def _sums(self, cut: str | None) -> str:
        """Return the rows whose sums by department, person and segment are those of the period."""
        mine = self.whose.condition
        who = "CASE WHEN unit_id = ANY (%(together)s) THEN 0 ELSE person_id END" if self._together else "person_id"
        segment, only = "NULL::bigint", ""
        if cut:
            segment, only = cut, f" AND {cut} = %(segment)s" if self.segment is not None else ""
        columns = f"unit_id, {who} AS person_id, {segment} AS segment"
        kept, live = ("plans_factcell", "live_cells") if cut else ("plans_factday", "live")
        parts = [f"SELECT {columns}, amount FROM {live} WHERE {_PERIOD} AND {mine}{only}"]
        if self.months:
            parts += self._whole_months(metrics.MONTH_CUTS[cut] if cut else FactMonth.WHOLE)
            parts.append(f"SELECT {columns}, -amount FROM {kept} WHERE {_TAKEN_BACK} AND {mine}{only}")
        parts += [
            f"SELECT {columns}, amount FROM {kept} f WHERE {_KEPT} AND {days} AND {mine}{only}"
            for days in _between(self._ragged)
        ]
        return f"({' UNION ALL '.join(parts)}) r"

    def _whole_months(self, cut: int) -> list[str]:
        only = " AND segment_id = %(segment)s" if cut and self.segment is not None else ""
        kept = f"""SELECT unit_id, person_id, segment_id AS segment, amount FROM plans_factmonth
            WHERE {_MONTH} AND cut = {cut:d}{only}"""
        return [
            f"{kept} AND unit_id = ANY (%(apart)s) AND person_id <> {FactMonth.EVERYBODY}",
            f"{kept} AND unit_id = ANY (%(together)s) AND person_id = {FactMonth.EVERYBODY}",
        ]


_CHANGED = """changed AS MATERIALIZED (SELECT DISTINCT day FROM plans_changedday
    WHERE source = %(source)s AND day BETWEEN %(from)s AND %(last)s)"""


def _is_month(piece: Period) -> bool:
    return piece.start.day == 1 and piece.end.day == 1


def _between(periods: Collection[Period]) -> list[str]:
    """Return conditions that together name every day of the periods once. Dates need no quoting from anybody."""
    spans: list[tuple[date, date]] = []
    for start, end in sorted((part.start, part.end) for part in periods):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return [f"day >= '{start}' AND day < '{end}'" for start, end in spans]


def _daily(name: str, table: str, days: Collection[Period], whose: str) -> str:
    """Return sums by day: kept rows of unchanged days and live rows of changed ones.

    Each stretch of days is a branch of its own: joined by OR they would keep the index from finding any of them.
    """
    spans = _between(days)
    kept = [f"SELECT day, amount FROM plans_{table} f WHERE {_KEPT} AND {days} AND {whose}" for days in spans]
    changed = f"SELECT day, amount FROM live WHERE ({' OR '.join(spans)}) AND {whose}"
    return f"""{name} AS MATERIALIZED (SELECT day, sum(amount) AS amount
        FROM ({" UNION ALL ".join([*kept, changed])}) r GROUP BY day)"""
