"""The same facts counted again, naively, from the records: plain Python loops that share nothing with the SQL."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from otdel.activities.models import Activity
from otdel.billing.models import Allocation, DealLine, InvoiceLine, Payment, Shipment, ShipmentLine
from otdel.deals.models import Deal
from otdel.org.models import Company

ZERO = Decimal(0)
# All five dimensions in one number, so that one reading compares every cell.
SEGMENTS_SQL = (
    "(((product_group_id * 10007 + client_segment_id) * 10009 + region_id) * 10037 + channel_id) * 3 + is_new"
)


def in_one(group: int, segment: int, region: int, channel: int, new: int) -> int:
    return (((group * 10007 + segment) * 10009 + region) * 10037 + channel) * 3 + new


@dataclass(frozen=True)
class Fact:
    metric: str
    day: date
    unit_id: int
    person_id: int
    record_id: int
    product_group_id: int
    client_segment_id: int
    region_id: int
    channel_id: int
    is_new: int
    amount: Decimal

    @property
    def all_segments(self) -> int:
        return in_one(self.product_group_id, self.client_segment_id, self.region_id, self.channel_id, self.is_new)


def cents(value: Fraction) -> Decimal:
    """Round half away from zero."""
    sign = -1 if value < 0 else 1
    exact = abs(value) * 100
    whole = int(exact) + (1 if exact - int(exact) >= Fraction(1, 2) else 0)
    return Decimal(sign * whole).scaleb(-2)


def shares(amount: Decimal, *places: list[tuple[int, Decimal]]) -> dict[int, Decimal]:
    """Split by the first place whose lines have a positive sum."""
    for lines in places:
        weights: Counter = Counter()
        for group, weight in lines:
            weights[group] += weight
        total = sum(weights.values(), ZERO)
        if total > 0:
            break
    else:
        return {0: amount}
    parts, upto, given = {}, ZERO, ZERO
    for group in sorted(weights):
        upto += weights[group]
        reached = cents(Fraction(amount) * Fraction(upto) / Fraction(total))
        parts[group], given = reached - given, reached
    return parts


class Recount:
    def __init__(self) -> None:
        self.company = Company.objects.get()
        self.payments = list(Payment.objects.filter(deleted_at=None).select_related("customer", "deal"))
        self.shipments = list(Shipment.objects.filter(deleted_at=None).select_related("customer"))
        self.deals = [
            deal
            for deal in Deal.objects.filter(deleted_at=None).select_related("stage", "customer")
            if deal.stage.outcome == "WON" and deal.closed_on
        ]
        self.activities = list(Activity.objects.filter(deleted_at=None, is_done=True).select_related("customer"))
        self.allocations = list(Allocation.objects.all())
        self.invoice_lines = self._lines(InvoiceLine, "invoice_id")
        self.deal_lines = self._lines(DealLine, "deal_id")
        self.shipment_lines = list(ShipmentLine.objects.select_related("product"))
        self.purchases = self._purchases()
        self.first = {}
        for customer, day, _, _ in sorted(self.purchases, key=lambda row: (row[1], row[2])):
            self.first.setdefault(customer, day)

    def _lines(self, model, field):
        found: dict[int, list] = {}
        for line in model.objects.select_related("product"):
            group = (line.product and line.product.group_id) or 0
            found.setdefault(getattr(line, field), []).append((group, line.amount))
        return found

    def _purchases(self):
        kind = self.company.purchase
        if kind == "payments":
            rows = [(p.customer_id, p.paid_on, p.pk, p) for p in self.payments if p.amount > 0]
        elif kind == "shipments":
            rows = [(s.customer_id, s.shipped_on, s.pk, s) for s in self.shipments if s.amount > 0]
        else:
            rows = [(d.customer_id, d.closed_on, d.pk, d) for d in self.deals]
        return [row for row in rows if row[0]]

    def is_new(self, customer_id, day) -> int:
        if customer_id is None:
            return -1
        first = self.first.get(customer_id, day)
        return int(first >= day - timedelta(days=self.company.new_client_days))

    def fact(self, metric, record, day, group, amount, region=None, channel=None) -> Fact:
        customer = record.customer
        return Fact(
            metric, day, record.unit_id or 0, record.owner_id, record.pk, group,
            (customer and customer.segment_id) or 0,
            region or (customer and customer.region_id) or 0,
            channel or (customer and customer.channel_id) or 0,
            self.is_new(record.customer_id, day), amount,
        )  # fmt: skip

    def all(self) -> list[Fact]:
        return [
            *self._of_payments(), *self._of_shipments(), *self._of_deals(), *self._of_activities(), *self._new_clients()
        ]  # fmt: skip

    def _of_payments(self):
        for p in self.payments:
            mine = [a for a in self.allocations if a.payment_id == p.pk]
            portions = [(a.invoice_id, a.amount) for a in mine] + [
                (None, p.amount - sum((a.amount for a in mine), ZERO))
            ]
            for invoice, amount in portions:
                parts = shares(amount, self.invoice_lines.get(invoice, []), self.deal_lines.get(p.deal_id, []))
                for group, part in parts.items():
                    yield self.fact(
                        "payments", p, p.paid_on, group, part,
                        p.deal and p.deal.region_id, p.deal and p.deal.channel_id,
                    )  # fmt: skip

    def _of_shipments(self):
        for s in self.shipments:
            lines = [line for line in self.shipment_lines if line.shipment_id == s.pk]
            rest = s.amount - sum((line.amount for line in lines), ZERO)
            yield self.fact("shipments", s, s.shipped_on, 0, rest, s.region_id, s.channel_id)
            for line in lines:
                group = (line.product and line.product.group_id) or 0
                yield self.fact("shipments", s, s.shipped_on, group, line.amount, s.region_id, s.channel_id)
                cost = line.cost
                if cost is None and line.product and line.product.unit_cost is not None:
                    cost = (line.product.unit_cost * line.quantity).quantize(Decimal("0.01"), ROUND_HALF_UP)
                if cost is not None:
                    margin = line.amount - cost
                    yield self.fact("margin", s, s.shipped_on, group, margin, s.region_id, s.channel_id)

    def _of_deals(self):
        for d in self.deals:
            lines = self.deal_lines.get(d.pk, [])
            for group, part in shares(d.amount or ZERO, lines).items():
                yield self.fact("won_amount", d, d.closed_on, group, part, d.region_id, d.channel_id)
            weights: Counter = Counter()
            for group, amount in lines:
                weights[group] += amount
            main = min(weights, key=lambda group: (-weights[group], group)) if weights else 0
            yield self.fact("deals_won", d, d.closed_on, main, Decimal(1), d.region_id, d.channel_id)

    def _of_activities(self):
        kinds = {"CALL": "calls", "MEETING": "meetings", "PROPOSAL": "proposals"}
        for a in self.activities:
            if a.kind in kinds:
                yield self.fact(kinds[a.kind], a, a.day, 0, Decimal(1))

    def _new_clients(self):
        taken = set()
        for customer, day, _, record in sorted(self.purchases, key=lambda row: (row[1], row[2])):
            if customer not in taken:
                taken.add(customer)
                yield self.fact("new_clients", record, day, 0, Decimal(1))

    def active(self, day: date, window: int) -> list[Fact]:
        last = {}
        for customer, on, pk, record in self.purchases:
            if day - timedelta(days=window) < on <= day and (customer not in last or last[customer][:2] < (on, pk)):
                last[customer] = (on, pk, record)
        return [self.fact("active_clients", record, on, 0, Decimal(1)) for on, _, record in last.values()]


def total(facts, *names) -> dict:
    """Sum by the named fields; sums of nothing left out."""
    sums: dict = {}
    for fact in facts:
        key = tuple(getattr(fact, name) for name in names)
        sums[key] = sums.get(key, ZERO) + fact.amount
    return {key: value for key, value in sums.items() if value}
