"""How each metric is counted from the records: the one place. In prose: docs/methods/facts.md.

A definition is SQL for the rows behind a metric on given days. The same text fills the kept facts, counts
changed days live for the board, and lists the records under a number, so the three cannot differ.
`{on}` stands for the condition on the day, which follows the name of its column: "BETWEEN a AND b", "= ANY (…)".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from otdel.plans.models import Metric, Source

DIMENSIONS: Final = ("product_group_id", "client_segment_id", "region_id", "channel_id", "is_new")
# How a month's sums are told apart: whole is 0, then each dimension by its number.
MONTH_CUTS: Final = {name: number for number, name in enumerate(DIMENSIONS, start=1)}
# What every row of `cut` has, in this order.
COLUMNS: Final = ("day", "unit_id", "person_id", "record_id", "customer_id", *DIMENSIONS, "amount")


@dataclass(frozen=True)
class Definition:
    """`plain` gives day, unit_id, person_id, record_id, customer_id, amount, without a join it can do without."""

    source: Source
    plain: str
    cut: str


# otdel_first_purchase() written out, and the settings asked once: a call for each record costs more than all else.
_FIRST = """CASE (SELECT otdel_purchase())
    WHEN 'shipments' THEN (SELECT shipped_on FROM billing_shipment first WHERE first.customer_id = {client}
        AND first.deleted_at IS NULL AND first.amount > 0 ORDER BY shipped_on LIMIT 1)
    WHEN 'deals' THEN (SELECT min(first.closed_on) FROM deals_deal first JOIN deals_stage at ON at.id = first.stage_id
        WHERE first.customer_id = {client} AND first.deleted_at IS NULL AND at.outcome = 'WON')
    ELSE (SELECT paid_on FROM billing_payment first WHERE first.customer_id = {client}
        AND first.deleted_at IS NULL AND first.amount > 0 ORDER BY paid_on LIMIT 1) END"""


def _new(client: str, day: str) -> str:
    """Return a part of FROM: was the client new on the day; asked once a record, before it is split into groups."""
    first = _FIRST.format(client=client)
    return f"""CROSS JOIN LATERAL (SELECT CASE WHEN {client} IS NULL THEN -1
    WHEN coalesce({first}, {day}) >= {day} - (SELECT otdel_new_client_days()) THEN 1
    ELSE 0 END AS is_new OFFSET 0) freshness"""


# The group is looked up line by line: a join is planned as a walk through the whole catalogue for each record.
_GROUP = "coalesce((SELECT product.group_id FROM billing_product product WHERE product.id = {line}.product_id), 0)"
_PLACE = f"""
SELECT {{rank}} AS place, {_GROUP.format(line="line")} AS group_id, sum(line.amount) AS weight
FROM {{table}} line WHERE {{where}} GROUP BY 2"""


def _shares(amount: str, *places: tuple[str, str]) -> str:
    """Return SQL that splits `amount` by the product groups of the first place with lines of a positive sum.

    Each part is the difference of two rounded running sums, so that the parts add up to the cent.
    """
    found = " UNION ALL ".join(
        _PLACE.format(rank=rank, table=table, where=where) for rank, (table, where) in enumerate(places)
    )
    nowhere = f" UNION ALL SELECT {len(places)}, 0, 1"
    return f"""
SELECT group_id, round({amount} * upto / total, 2) - round({amount} * (upto - weight) / total, 2) AS part
FROM (SELECT *, min(place) OVER () AS best FROM (
        SELECT place, group_id, weight, sum(weight) OVER (PARTITION BY place ORDER BY group_id) AS upto,
               sum(weight) OVER (PARTITION BY place) AS total
        FROM ({found}{nowhere}) weights) sums
      WHERE total > 0) chosen
WHERE place = best"""


_INVOICE_LINES = ("billing_invoiceline", "line.invoice_id = portion.invoice_id")
_PAYMENT_DEAL_LINES = ("billing_dealline", "line.deal_id = p.deal_id")
_DEAL_LINES = ("billing_dealline", "line.deal_id = d.id")

_PAYMENTS = Definition(
    Source.PAYMENTS,
    plain="""
SELECT p.paid_on AS day, coalesce(p.unit_id, 0) AS unit_id, p.owner_id AS person_id,
       p.id AS record_id, p.customer_id, p.amount
FROM billing_payment p WHERE p.deleted_at IS NULL AND p.paid_on {on}""",
    cut=f"""
SELECT p.paid_on AS day, coalesce(p.unit_id, 0) AS unit_id, p.owner_id AS person_id,
       p.id AS record_id, p.customer_id,
       split.group_id AS product_group_id, coalesce(c.segment_id, 0) AS client_segment_id,
       coalesce(d.region_id, c.region_id, 0) AS region_id, coalesce(d.channel_id, c.channel_id, 0) AS channel_id,
       freshness.is_new, split.amount
FROM billing_payment p
LEFT JOIN customers_customer c ON c.id = p.customer_id
LEFT JOIN deals_deal d ON d.id = p.deal_id
{_new("p.customer_id", "p.paid_on")}
CROSS JOIN LATERAL (
    SELECT parts.group_id, sum(parts.part) AS amount
    FROM (SELECT a.invoice_id, a.amount FROM billing_allocation a WHERE a.payment_id = p.id
          UNION ALL
          SELECT NULL, p.amount - coalesce(
              (SELECT sum(a.amount) FROM billing_allocation a WHERE a.payment_id = p.id), 0)
         ) portion
    CROSS JOIN LATERAL ({_shares("portion.amount", _INVOICE_LINES, _PAYMENT_DEAL_LINES)}) parts
    GROUP BY parts.group_id HAVING sum(parts.part) <> 0
) split
WHERE p.deleted_at IS NULL AND p.paid_on {{on}}""",
)


def _of_shipments(lines: str) -> str:
    return f"""
SELECT s.shipped_on AS day, coalesce(s.unit_id, 0) AS unit_id, s.owner_id AS person_id,
       s.id AS record_id, s.customer_id,
       split.group_id AS product_group_id, coalesce(c.segment_id, 0) AS client_segment_id,
       coalesce(s.region_id, c.region_id, 0) AS region_id, coalesce(s.channel_id, c.channel_id, 0) AS channel_id,
       freshness.is_new, split.amount
FROM billing_shipment s
LEFT JOIN customers_customer c ON c.id = s.customer_id
{_new("s.customer_id", "s.shipped_on")}
CROSS JOIN LATERAL (
    SELECT group_id, sum(amount) AS amount FROM ({lines}) line GROUP BY group_id HAVING sum(amount) <> 0
) split
WHERE s.deleted_at IS NULL AND s.shipped_on {{on}}"""


_SHIPPED_LINES = f"""
SELECT {_GROUP.format(line="l")} AS group_id, l.amount FROM billing_shipmentline l WHERE l.shipment_id = s.id
UNION ALL
SELECT 0, s.amount - coalesce((SELECT sum(l.amount) FROM billing_shipmentline l WHERE l.shipment_id = s.id), 0)"""

# A line whose cost nobody knows adds nothing: all of its amount taken for margin would flatter the plan.
_LINE_MARGIN = "l.amount - coalesce(l.cost, round(product.unit_cost * l.quantity, 2), l.amount)"
_MARGIN_LINES = f"""
SELECT coalesce(product.group_id, 0) AS group_id, {_LINE_MARGIN} AS amount
FROM billing_shipmentline l LEFT JOIN billing_product product ON product.id = l.product_id WHERE l.shipment_id = s.id"""

_SHIPMENTS = Definition(
    Source.SHIPMENTS,
    plain="""
SELECT s.shipped_on AS day, coalesce(s.unit_id, 0) AS unit_id, s.owner_id AS person_id,
       s.id AS record_id, s.customer_id, s.amount
FROM billing_shipment s WHERE s.deleted_at IS NULL AND s.shipped_on {on}""",
    cut=_of_shipments(_SHIPPED_LINES),
)
_MARGIN = Definition(
    Source.SHIPMENTS,
    plain=f"""
SELECT s.shipped_on AS day, coalesce(s.unit_id, 0) AS unit_id, s.owner_id AS person_id,
       s.id AS record_id, s.customer_id, {_LINE_MARGIN} AS amount
FROM billing_shipment s JOIN billing_shipmentline l ON l.shipment_id = s.id
LEFT JOIN billing_product product ON product.id = l.product_id
WHERE s.deleted_at IS NULL AND s.shipped_on {{on}}""",
    cut=_of_shipments(_MARGIN_LINES),
)

_WON = "d.deleted_at IS NULL AND stage.outcome = 'WON' AND d.closed_on {on}"


def _of_deals(split: str) -> str:
    return f"""
SELECT d.closed_on AS day, coalesce(d.unit_id, 0) AS unit_id, d.owner_id AS person_id, d.id AS record_id, d.customer_id,
       split.group_id AS product_group_id, coalesce(c.segment_id, 0) AS client_segment_id,
       coalesce(d.region_id, c.region_id, 0) AS region_id, coalesce(d.channel_id, c.channel_id, 0) AS channel_id,
       freshness.is_new, split.amount
FROM deals_deal d
JOIN deals_stage stage ON stage.id = d.stage_id
LEFT JOIN customers_customer c ON c.id = d.customer_id
{_new("d.customer_id", "d.closed_on")}
CROSS JOIN LATERAL ({split}) split
WHERE {_WON}"""


def _plain_deals(amount: str) -> str:
    return f"""
SELECT d.closed_on AS day, coalesce(d.unit_id, 0) AS unit_id, d.owner_id AS person_id,
       d.id AS record_id, d.customer_id, {amount} AS amount
FROM deals_deal d JOIN deals_stage stage ON stage.id = d.stage_id WHERE {_WON}"""


# One deal cannot be shared out: it counts where most of its sum lies.
_MAIN_GROUP = """
SELECT coalesce((SELECT coalesce(product.group_id, 0) FROM billing_dealline line
                 LEFT JOIN billing_product product ON product.id = line.product_id WHERE line.deal_id = d.id
                 GROUP BY 1 ORDER BY sum(line.amount) DESC, 1 LIMIT 1), 0) AS group_id, 1::numeric AS amount"""

_WON_AMOUNT = Definition(
    Source.DEALS,
    plain=_plain_deals("coalesce(d.amount, 0)"),
    cut=_of_deals(
        f"SELECT group_id, part AS amount FROM ({_shares('coalesce(d.amount, 0)', _DEAL_LINES)}) p WHERE part <> 0"
    ),
)
_DEALS_WON = Definition(Source.DEALS, plain=_plain_deals("1::numeric"), cut=_of_deals(_MAIN_GROUP))


def _activity(kind: str) -> Definition:
    done = f"a.deleted_at IS NULL AND a.is_done AND a.kind = '{kind}' AND a.day {{on}}"
    return Definition(
        Source.ACTIVITIES,
        plain=f"""
SELECT a.day, coalesce(a.unit_id, 0) AS unit_id, a.owner_id AS person_id,
       a.id AS record_id, a.customer_id, 1::numeric AS amount
FROM activities_activity a WHERE {done}""",
        cut=f"""
SELECT a.day, coalesce(a.unit_id, 0) AS unit_id, a.owner_id AS person_id, a.id AS record_id, a.customer_id,
       0::bigint AS product_group_id, coalesce(c.segment_id, 0) AS client_segment_id,
       coalesce(c.region_id, 0) AS region_id, coalesce(c.channel_id, 0) AS channel_id,
       freshness.is_new, 1::numeric AS amount
FROM activities_activity a LEFT JOIN customers_customer c ON c.id = a.customer_id
{_new("a.customer_id", "a.day")}
WHERE {done}""",
    )


# What makes somebody a client is one of three, by the company's setting; the other two cost nothing.
_PURCHASES = (
    """
SELECT p.paid_on AS day, p.id AS record_id, p.customer_id, p.owner_id, p.unit_id FROM billing_payment p
WHERE otdel_purchase() = 'payments' AND p.deleted_at IS NULL AND p.amount > 0 AND p.customer_id IS NOT NULL
    AND p.paid_on {on}
UNION ALL
SELECT s.shipped_on, s.id, s.customer_id, s.owner_id, s.unit_id FROM billing_shipment s
WHERE otdel_purchase() = 'shipments' AND s.deleted_at IS NULL AND s.amount > 0 AND s.customer_id IS NOT NULL
    AND s.shipped_on {on}
UNION ALL
SELECT d.closed_on, d.id, d.customer_id, d.owner_id, d.unit_id
FROM deals_deal d JOIN deals_stage stage ON stage.id = d.stage_id
WHERE otdel_purchase() = 'deals' AND d.customer_id IS NOT NULL AND """
    + _WON
)


def _of_clients(one_per_client: str) -> str:
    return f"""
SELECT q.day, coalesce(q.unit_id, 0) AS unit_id, q.owner_id AS person_id, q.record_id, q.customer_id,
       0::bigint AS product_group_id, coalesce(c.segment_id, 0) AS client_segment_id,
       coalesce(c.region_id, 0) AS region_id, coalesce(c.channel_id, 0) AS channel_id,
       freshness.is_new, 1::numeric AS amount
FROM ({one_per_client}) q JOIN customers_customer c ON c.id = q.customer_id
{_new("q.customer_id", "q.day")}"""


_FIRST_PURCHASES = f"""
SELECT DISTINCT ON (customer_id) * FROM ({_PURCHASES}) purchase
WHERE otdel_first_purchase(customer_id) = day ORDER BY customer_id, record_id"""

# A level: clients who bought in the window of days given, each once, where they bought last.
_LAST_PURCHASES = f"""
SELECT DISTINCT ON (customer_id) * FROM ({_PURCHASES}) purchase ORDER BY customer_id, day DESC, record_id DESC"""

_NEW_CLIENTS = Definition(
    Source.CLIENTS,
    plain=f"""
SELECT day, coalesce(unit_id, 0) AS unit_id, owner_id AS person_id, record_id, customer_id,
       1::numeric AS amount
FROM ({_FIRST_PURCHASES}) purchase""",
    cut=_of_clients(_FIRST_PURCHASES),
)
_ACTIVE_CLIENTS = Definition(
    Source.CLIENTS,
    plain=f"""
SELECT day, coalesce(unit_id, 0) AS unit_id, owner_id AS person_id, record_id, customer_id,
       1::numeric AS amount
FROM ({_LAST_PURCHASES}) purchase""",
    cut=_of_clients(_LAST_PURCHASES),
)

DEFINITIONS: Mapping[str, Definition] = {
    Metric.PAYMENTS: _PAYMENTS,
    Metric.SHIPMENTS: _SHIPMENTS,
    Metric.MARGIN: _MARGIN,
    Metric.WON_AMOUNT: _WON_AMOUNT,
    Metric.DEALS_WON: _DEALS_WON,
    Metric.NEW_CLIENTS: _NEW_CLIENTS,
    Metric.ACTIVE_CLIENTS: _ACTIVE_CLIENTS,
    Metric.CALLS: _activity("CALL"),
    Metric.MEETINGS: _activity("MEETING"),
    Metric.PROPOSALS: _activity("PROPOSAL"),
}
# Counted on a day, not over days: a sum over days would count a client once for every day.
LEVELS: Final = frozenset({Metric.ACTIVE_CLIENTS})
MONEY: Final = frozenset({Metric.PAYMENTS, Metric.SHIPMENTS, Metric.MARGIN, Metric.WON_AMOUNT})


def step_of(metric: str, amount: Decimal) -> Decimal:
    """Return the smallest part an amount is given out in: nobody is asked for a third of a call."""
    return Decimal("0.01") if metric in MONEY or amount % 1 else Decimal(1)


def of_source(source: str) -> dict[str, Definition]:
    """Return the metrics kept by day that are counted from this source."""
    return {name: one for name, one in DEFINITIONS.items() if one.source == source and name not in LEVELS}


def plain(metric: str, on: str) -> str:
    return DEFINITIONS[metric].plain.format(on=on)


def cut(metric: str, on: str) -> str:
    return DEFINITIONS[metric].cut.format(on=on)
