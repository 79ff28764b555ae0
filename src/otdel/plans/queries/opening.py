"""What a board opens on when its address does not say, and the usual choice has nothing to show."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection

from otdel.core.periods import Period
from otdel.org.models import Person
from otdel.plans import metrics
from otdel.plans.models import Metric
from otdel.plans.queries.place import BoardQuery, Place, place_of

# A day of calls says less about where sales stand than last month's deals do.
EFFORT = frozenset({Metric.CALLS, Metric.MEETINGS, Metric.PROPOSALS})


@dataclass(frozen=True)
class Seen:
    """The last day of the plan and of the fact of one metric, up to the end of the period asked for."""

    metric: str
    planned: date | None
    came: date | None


def opening(person: Person, query: BoardQuery, given: Collection[str]) -> BoardQuery | None:
    """Return the nearest board with numbers on it, or None when nothing at all was entered yet. Two queries.

    `given` are the parts of the state the address says: they stay as they are.
    """
    order = [query.metric] if "metric" in given else [*metrics.DEFINITIONS]
    seen = _seen(place_of(person, query), query, [name for name in order if name not in metrics.LEVELS])
    found = next(_choices(seen, query.period), None)
    if found is None:
        return None
    if "period" in given or "from" in given:
        return replace(query, metric=found.metric) if _is_within(found, query.period) else None
    return replace(query, metric=found.metric, period=_period_of(found, query.period))


def _choices(seen: list[Seen], period: Period) -> Iterator[Seen]:
    """Yield the metrics from the most to the least telling: planned now, sold now, sold last, planned last, done."""
    results = [each for each in seen if each.metric not in EFFORT]
    yield from (each for each in seen if each.planned and each.planned >= period.start)
    yield from (each for each in results if each.came and each.came >= period.start)
    months = [(each.came.replace(day=1), each) for each in results if each.came]
    latest = max((month for month, _each in months), default=None)
    yield from (each for month, each in months if month == latest)
    yield from sorted((each for each in results if each.planned), key=lambda each: str(each.planned), reverse=True)
    yield from (each for each in seen if each.came or each.planned)


def _is_within(seen: Seen, period: Period) -> bool:
    return any(day is not None and day >= period.start for day in (seen.planned, seen.came))


def _period_of(seen: Seen, period: Period) -> Period:
    """The period of the same kind where there is something: the present one if it is there."""
    if _is_within(seen, period):
        return period
    day = seen.came or seen.planned
    return Period.of(period.kind, day) if day else period


def _seen(place: Place, query: BoardQuery, names: list[str]) -> list[Seen]:
    """Say of every metric when it was last planned and when it last came; kept days and changed ones alike."""
    own = "person_id = %(person)s" if place.person_id else "true"
    planned = f"{own} AND {'true' if place.is_own else 'unit_id = ANY (%(units)s)'}"
    parts = [_of_metric(name, place.whose.condition, planned) for name in names]
    given: dict[str, Any] = {
        "last": query.period.last, "end": query.period.end, "units": list(place.unit_ids), "person": place.person_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), given)
        by_name = {metric: Seen(metric, planned, came) for metric, planned, came in cursor}
    return [by_name[name] for name in names]


def _of_metric(name: str, whose: str, planned: str) -> str:
    changed = f"SELECT day FROM plans_changedday WHERE source = '{metrics.DEFINITIONS[name].source}'"
    live = metrics.plain(name, f"IN ({changed} AND day <= %(last)s)")
    return f"""SELECT '{name}',
        (SELECT max(ends_on) - 1 FROM plans_planline
         WHERE is_effective AND metric = '{name}' AND starts_on < %(end)s AND {planned}),
        greatest(
            (SELECT day FROM plans_factday f WHERE metric = '{name}' AND day <= %(last)s AND {whose}
             AND NOT EXISTS (SELECT FROM plans_changedday c
                             WHERE c.source = '{metrics.DEFINITIONS[name].source}' AND c.day = f.day)
             ORDER BY day DESC LIMIT 1),
            (SELECT max(day) FROM ({live}) r WHERE {whose}))"""
