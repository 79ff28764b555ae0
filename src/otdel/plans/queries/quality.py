"""Planning quality of closed periods: how many lines came within tolerance, which were worst."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from django.db import connection

from otdel.calc.planning_quality import PlanningQuality, planning_quality
from otdel.core.periods import Period
from otdel.org.models import Person
from otdel.org.queries import company_of
from otdel.plans import metrics
from otdel.plans.queries.facts import NO_UNIT
from otdel.plans.queries.place import BoardQuery, Place, place_of
from otdel.plans.rules import LineKey

WORST = 20


@dataclass(frozen=True)
class ClosedLine:
    """A plan line whose period is over, and what came on it."""

    key: LineKey
    name: str
    segment: str
    starts_on: date
    ends_on: date
    plan: Decimal
    fact: Decimal

    @property
    def deviation(self) -> Decimal | None:
        return (self.fact - self.plan) / self.plan if self.plan > 0 else None


@dataclass(frozen=True)
class Quality:
    query: BoardQuery
    title: str
    tolerance: Decimal
    summary: PlanningQuality | None
    plan: Decimal
    fact: Decimal
    by_period: tuple[tuple[date, date, PlanningQuality], ...]
    worst: tuple[ClosedLine, ...]
    units: tuple[tuple[int, int, str], ...]
    is_own: bool
    currency: str
    # judged by the state at a line's end; `plan` and `fact` are those of the last end, for states do not add up in time
    is_level: bool


def quality(person: Person, query: BoardQuery, today: date) -> Quality:
    """Judge the lines of people, or of departments where people have none, that closed in the period. Four queries."""
    place = place_of(person, query)
    company = company_of(person)
    is_level = query.metric in metrics.LEVELS
    lines = closed_lines(place, query, today, company.active_days)
    tolerance = float(company.tolerance)
    spans = sorted({(line.starts_on, line.ends_on) for line in lines}, key=lambda span: (span[1], span[0]))
    summed = [line for line in lines if not is_level or (line.starts_on, line.ends_on) == spans[-1]]
    return Quality(
        query=query,
        title=place.tree.nodes[place.unit_id].name if place.unit_id in place.tree.nodes else "",
        tolerance=company.tolerance,
        summary=_judge(lines, tolerance) if lines else None,
        plan=sum((line.plan for line in summed), Decimal(0)),
        fact=sum((line.fact for line in summed), Decimal(0)),
        by_period=tuple(
            (*span, _judge([x for x in lines if (x.starts_on, x.ends_on) == span], tolerance)) for span in spans
        ),
        worst=tuple(_worst(lines, company.tolerance)),
        units=place.choices,
        is_own=place.is_own,
        currency=company.currency,
        is_level=is_level,
    )


def _judge(lines: list[ClosedLine], tolerance: float) -> PlanningQuality:
    actual = np.array([float(line.fact) for line in lines], dtype=np.float64)
    plan = np.array([float(line.plan) for line in lines], dtype=np.float64)
    return planning_quality(actual, plan, tolerance=tolerance)


def _worst(lines: list[ClosedLine], tolerance: Decimal) -> list[ClosedLine]:
    """Outside tolerance, those first that moved the most."""
    outside = [
        line for line in lines if line.deviation is not None and abs(line.fact - line.plan) > tolerance * line.plan
    ]
    return sorted(outside, key=lambda line: -abs(line.fact - line.plan))[:WORST]


def closed_lines(place: Place, query: BoardQuery, today: date, window: int) -> list[ClosedLine]:
    """Return the lines with their facts. A department's line is judged where its people have none. One query."""
    period: Period = query.period
    whose = "l.person_id = %(person)s" if place.person_id else "l.unit_id = ANY (%(units)s)"
    sql = _level_sql(query.metric, whose) if query.metric in metrics.LEVELS else _flow_sql(query.metric, whose)
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "metric": query.metric,
                "source": metrics.DEFINITIONS[query.metric].source,
                "from": period.start,
                "until": min(period.end, today),
                "window": window,
                "units": [unit for unit in place.unit_ids if unit != NO_UNIT],
                "person": place.person_id,
                "roots": [root for root in place.tree.nodes for _ in place.tree.under(root)],
                "members": [unit for root in place.tree.nodes for unit in place.tree.under(root)],
            },
        )  # fmt: skip
        rows = cursor.fetchall()
    return [
        ClosedLine(LineKey(*row[:7]), row[7], row[8], row[9], row[10], row[11], row[12])
        for row in rows
    ]  # fmt: skip


def _flow_sql(metric: str, whose: str) -> str:
    inside = "p.starts_on >= l.starts_on AND p.ends_on <= l.ends_on"
    live = metrics.cut(metric, "= ANY (ARRAY(SELECT day FROM changed))")
    return _FLOW.format(lines=_LINES.format(whose=whose, same=inside), live=live) + _SHOWN.format(*_FLOW_FACT)


def _level_sql(metric: str, whose: str) -> str:
    """A line is judged by the state on its last day; only a line with the same end says the same."""
    same = "p.starts_on >= l.starts_on AND p.ends_on = l.ends_on"
    states = metrics.cut(metric, "BETWEEN ending.ends_on - %(window)s AND ending.ends_on - 1")
    return _LEVEL.format(lines=_LINES.format(whose=whose, same=same), states=states) + _SHOWN.format(*_LEVEL_FACT)


_CUT_BY = "num_nonnulls(l.product_group_id, l.client_segment_id, l.region_id, l.channel_id, l.is_new_client)"
# Lines of the finest kind in each department and stretch: of people where people have any. A department's own line
# beside those below it says the same money once more.
_LINES = (
    """
below AS MATERIALIZED (SELECT * FROM unnest(%(roots)s::bigint[], %(members)s::bigint[]) AS b(root, unit_id)),
lines AS MATERIALIZED (
    SELECT l.*, date_part('day', l.starts_on) = 1 AND date_part('day', l.ends_on) = 1 AND """
    + _CUT_BY
    + """ < 2 AS is_whole,
        CASE WHEN l.product_group_id IS NOT NULL THEN 1 WHEN l.client_segment_id IS NOT NULL THEN 2
            WHEN l.region_id IS NOT NULL THEN 3 WHEN l.channel_id IS NOT NULL THEN 4
            WHEN l.is_new_client IS NOT NULL THEN 5 ELSE 0 END AS cut,
        coalesce(l.product_group_id, l.client_segment_id, l.region_id, l.channel_id, l.is_new_client::int, 0) AS segment
    FROM plans_planline l
    WHERE l.is_effective AND l.metric = %(metric)s AND l.ends_on > %(from)s AND l.ends_on <= %(until)s AND {whose}
        AND (l.person_id IS NOT NULL OR NOT EXISTS (
            SELECT FROM plans_planline p JOIN below b ON b.unit_id = p.unit_id AND b.root = l.unit_id
            WHERE p.is_effective AND p.metric = l.metric AND {same}
                AND (p.person_id IS NOT NULL OR p.unit_id <> l.unit_id))))"""
)
_OF_LINE = """
        AND f.person_id = coalesce(l.person_id, f.person_id)
        AND f.product_group_id = coalesce(l.product_group_id, f.product_group_id)
        AND f.client_segment_id = coalesce(l.client_segment_id, f.client_segment_id)
        AND f.region_id = coalesce(l.region_id, f.region_id) AND f.channel_id = coalesce(l.channel_id, f.channel_id)
        AND f.is_new = coalesce(l.is_new_client::int, f.is_new)"""
_FLOW = (
    """
WITH changed AS MATERIALIZED (
    SELECT DISTINCT day FROM plans_changedday
    WHERE source = %(source)s AND day < %(until)s AND day >= (
        SELECT min(starts_on) FROM plans_planline WHERE is_effective AND metric = %(metric)s AND ends_on > %(from)s)),
live AS MATERIALIZED (SELECT * FROM ({live}) r),
{lines},
-- whole months of lines cut by one segment or none: their kept sums, less what was kept of their changed days
months AS MATERIALIZED (
    SELECT month, cut, unit_id, person_id, segment_id, amount FROM plans_factmonth
    WHERE metric = %(metric)s AND cut = ANY (ARRAY(SELECT DISTINCT cut FROM lines WHERE is_whole))
        AND month = ANY (ARRAY(SELECT generate_series(min(starts_on), max(ends_on) - 1, '1 month')::date
            FROM lines WHERE is_whole))
        AND unit_id = ANY (ARRAY(SELECT unit_id FROM below))),
wanted AS MATERIALIZED (
    SELECT l.id, m.first::date AS month, l.cut, b.unit_id, coalesce(l.person_id, 0) AS person_id,
        l.segment AS segment_id
    FROM lines l JOIN below b ON b.root = l.unit_id
    CROSS JOIN LATERAL generate_series(l.starts_on, l.ends_on - 1, interval '1 month') AS m(first)
    WHERE l.is_whole),
whole AS (
    SELECT id, sum(amount) AS amount FROM wanted
    JOIN months USING (month, cut, unit_id, person_id, segment_id) GROUP BY id),
taken_back AS (
    SELECT l.id, -sum(f.amount) AS amount FROM lines l JOIN below b ON b.root = l.unit_id
    JOIN plans_factcell f ON f.unit_id = b.unit_id AND f.day >= l.starts_on AND f.day < l.ends_on"""
    + _OF_LINE
    + """
    WHERE l.is_whole AND f.metric = %(metric)s AND f.day = ANY (ARRAY(SELECT day FROM changed)) GROUP BY l.id),
plain AS (
    SELECT l.id, CASE WHEN l.person_id IS NULL THEN (
        SELECT sum(f.amount) FROM plans_factunitday f JOIN below b ON b.unit_id = f.unit_id AND b.root = l.unit_id
        WHERE f.metric = l.metric AND f.day >= l.starts_on AND f.day < l.ends_on
            AND NOT EXISTS (SELECT FROM changed c WHERE c.day = f.day))
    ELSE (
        SELECT sum(f.amount) FROM plans_factday f JOIN below b ON b.unit_id = f.unit_id AND b.root = l.unit_id
        WHERE f.person_id = l.person_id AND f.metric = l.metric AND f.day >= l.starts_on AND f.day < l.ends_on
            AND NOT EXISTS (SELECT FROM changed c WHERE c.day = f.day)) END AS amount
    FROM lines l WHERE NOT l.is_whole AND """
    + _CUT_BY
    + """ = 0),
cut AS (
    SELECT l.id, sum(f.amount) AS amount FROM lines l JOIN below b ON b.root = l.unit_id
    JOIN plans_factcell f ON f.metric = l.metric AND f.unit_id = b.unit_id
        AND f.day >= l.starts_on AND f.day < l.ends_on"""
    + _OF_LINE
    + " WHERE NOT l.is_whole AND "
    + _CUT_BY
    + """ > 0 AND NOT EXISTS (SELECT FROM changed c WHERE c.day = f.day)
    GROUP BY l.id),
fresh AS (
    SELECT l.id, sum(f.amount) AS amount FROM lines l JOIN below b ON b.root = l.unit_id
    JOIN live f ON f.unit_id = b.unit_id AND f.day >= l.starts_on AND f.day < l.ends_on"""
    + _OF_LINE
    + """
    GROUP BY l.id)"""
)
_PARTS = ("whole", "taken_back", "plain", "cut", "fresh")
_FLOW_FACT = (
    " + ".join(f"coalesce({part}.amount, 0)" for part in _PARTS),
    " ".join(f"LEFT JOIN {part} USING (id)" for part in _PARTS),
)
_LEVEL = (
    """
WITH {lines},
states AS MATERIALIZED (
    SELECT ending.ends_on, r.* FROM (SELECT DISTINCT ends_on FROM lines) ending CROSS JOIN LATERAL ({states}) r),
stood AS (
    SELECT l.id, sum(f.amount) AS amount FROM lines l JOIN below b ON b.root = l.unit_id
    JOIN states f ON f.ends_on = l.ends_on AND f.unit_id = b.unit_id"""
    + _OF_LINE
    + """
    GROUP BY l.id)"""
)
_LEVEL_FACT = ("coalesce(stood.amount, 0)", "LEFT JOIN stood USING (id)")
_SHOWN = """
SELECT l.unit_id, l.person_id, l.product_group_id, l.client_segment_id, l.region_id, l.channel_id, l.is_new_client,
    coalesce(person.name, unit.name),
    concat_ws(', ', product_group.name, segment.name, region.name, channel.name),
    l.starts_on, l.ends_on, l.amount,
    {0}
FROM lines l
{1}
JOIN org_unit unit ON unit.id = l.unit_id
LEFT JOIN org_person person ON person.id = l.person_id
LEFT JOIN billing_productgroup product_group ON product_group.id = l.product_group_id
LEFT JOIN customers_clientsegment segment ON segment.id = l.client_segment_id
LEFT JOIN customers_region region ON region.id = l.region_id
LEFT JOIN customers_channel channel ON channel.id = l.channel_id
ORDER BY l.starts_on, l.id"""
