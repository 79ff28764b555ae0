"""Invoices, payments and shipments of the deals that were won."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from otdel.billing.models import Allocation, Invoice, InvoiceLine, Payment, Product, Shipment, ShipmentLine
from otdel.deals.models import Deal
from otdel.demo import words
from otdel.demo.world import Client, World, department_of, stamps

# How each kind of client pays: share before shipping, days of deferral for the rest.
TERMS = {
    "key": ((0.0, 45), (0.3, 30)),
    "dealer": ((0.0, 30), (0.0, 21)),
    "builder": ((0.5, 30), (0.3, 30)),
    "installer": ((1.0, 0), (0.5, 14), (1.0, 0)),
    "housing": ((0.3, 30), (0.0, 30)),
    "retail": ((1.0, 0),),
}
REFUNDS = 0.008
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Item:
    """A line of a sale before it is written."""

    group: str
    product: Product
    quantity: int
    price: Decimal
    amount: Decimal


class Till:
    """Writes what has come; what is still to come only counts towards the tally."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = world.rng("till")
        self._refunds: list[tuple[Payment, Invoice]] = []

    def sell(
        self, client: Client, key: str, invoiced: datetime, items: Sequence[Item], amount: Decimal, deal: Deal | None
    ) -> datetime:
        """Invoice, take the money, ship. Return when the deal was won: first money, or shipping on deferral."""
        rng, days = self.rng, self.world.days
        before, deferral = rng.choice(TERMS[client.segment])
        issued = invoiced.date()
        first = days.worked(issued, rng.randrange(1, 8))
        shipped = days.worked(first, rng.randrange(1, 9)) if before else days.worked(issued, rng.randrange(2, 10))
        due = shipped + timedelta(days=deferral) if before < 1 else issued + timedelta(days=10)
        invoice = self._invoice(client, key, issued, due, items, amount, deal)
        prepaid = (amount * Decimal(str(before))).quantize(CENT)
        if prepaid:
            self._pay(client, key, first, prepaid, invoice, deal)
        if prepaid < amount:
            late = days.worked(max(shipped, due + timedelta(days=round(client.delay + rng.gauss(0, 3)))))
            self._pay_rest(client, key, late, amount - prepaid, invoice, deal)
        self._ship(client, key, shipped, items, deal, invoice)
        if rng.random() < REFUNDS:
            self._take_back(client, key, days.worked(max(shipped, first), rng.randrange(8, 20)), items, invoice, deal)
        return days.at(first if before else shipped, rng, after=invoiced)

    def sell_on_promise(
        self, client: Client, key: str, invoiced: datetime, items: Sequence[Item], amount: Decimal, deal: Deal
    ) -> datetime:
        """Ship for a fifth of the money; the rest never comes."""
        days = self.world.days
        issued, first = invoiced.date(), days.worked(invoiced.date(), 3)
        shipped = days.worked(first, 4)
        invoice = self._invoice(client, key, issued, shipped + timedelta(days=30), items, amount, deal)
        self._pay(client, key, first, (amount / 5).quantize(CENT), invoice, deal)
        self._ship(client, key, shipped, items, deal, invoice)
        return days.at(first, self.rng, after=invoiced)

    def sold_before(self, client: Client) -> None:
        """What an old client bought in the last weeks before the story begins."""
        rng, days, start = self.rng, self.world.days, self.world.days.months[0].start
        day = days.worked(start - timedelta(days=rng.randrange(12, 85)))
        amount = Decimal(rng.randrange(20, 180) * 1000)
        key = client.owner(day)
        made = days.at(day, rng)
        self._payment(client, key, made, amount, None)
        client.bought_on = day
        self.world.shipments.append(self._shipment(client, key, made, amount, None, None))

    def invoice_in_vain(
        self, client: Client, key: str, invoiced: datetime, lost: datetime, items: Sequence[Item], deal: Deal | None
    ) -> None:
        """Issue the invoice of a deal that was lost later, and cancel it that day."""
        issued = invoiced.date()
        amount = sum((item.amount for item in items), Decimal(0))
        invoice = self._invoice(client, key, issued, issued + timedelta(days=10), items, amount, deal)
        if invoice is not None and self.world.days.has_passed(lost.date()):
            invoice.cancelled_on, invoice.updated_at = lost.date(), lost

    def _invoice(
        self, client: Client, key: str, issued: date, due: date, items: Sequence[Item], amount: Decimal,
        deal: Deal | None,
    ) -> Invoice | None:  # fmt: skip
        world = self.world
        if not world.days.has_passed(issued):
            return None
        row = world.new(
            Invoice,
            issued_on=issued,
            due_on=due,
            customer_id=client.row.pk,
            deal_id=deal and deal.pk,
            owner=world.people[world.at_work(key, issued)],
            amount=amount,
            paid=Decimal(0),
            **stamps(world.days.at(issued, self.rng)),
        )
        world.invoices.append(row)
        world.invoice_lines += [
            world.new(InvoiceLine, invoice_id=row.pk, **_line(item, place)) for place, item in enumerate(items)
        ]
        return row

    def _pay_rest(
        self, client: Client, key: str, day: date, amount: Decimal, invoice: Invoice | None, deal: Deal | None
    ) -> None:
        """Pay at once, or now and then in two goes."""
        if self.rng.random() < 0.12 and amount > 50_000:
            half = (amount / 2).quantize(CENT)
            self._pay(client, key, day, half, invoice, deal)
            day, amount = self.world.days.worked(day, self.rng.randrange(4, 15)), amount - half
        self._pay(client, key, day, amount, invoice, deal)

    def _pay(
        self, client: Client, key: str, day: date, amount: Decimal, invoice: Invoice | None, deal: Deal | None
    ) -> None:
        world = self.world
        key = world.at_work(key, day)
        self._tally(client, key, day, amount)
        if invoice is None or not world.days.has_passed(day):
            return
        payment = self._payment(client, key, world.days.at(day, self.rng), amount, deal)
        world.allocations.append(world.new(Allocation, payment=payment, invoice=invoice, amount=amount))
        invoice.paid += amount
        invoice.updated_at = payment.created_at

    def _payment(self, client: Client, key: str, at: datetime, amount: Decimal, deal: Deal | None) -> Payment:
        world = self.world
        payment = world.new(
            Payment,
            paid_on=at.date(),
            amount=amount,
            customer_id=client.row.pk,
            deal_id=deal and deal.pk,
            owner_id=world.people[key].pk,
            unit_id=world.unit_id(key, at.date()),
            **stamps(at),
        )
        world.payments.append(payment)
        return payment

    def _tally(self, client: Client, key: str, day: date, amount: Decimal) -> None:
        world, month = self.world, self.world.days.month_of(day)
        world.count("payments", key, day, float(amount))
        unit = world.unit_key(key, day)
        world.tally.buyers[unit or "", month].add(id(client))
        if client.bought_on is None:
            client.bought_on = day
            if client.row.created_at.date() >= world.days.months[0].start:
                world.count("new_clients", key, day, 1)

    def _ship(
        self, client: Client, key: str, day: date, items: Sequence[Item], deal: Deal | None, invoice: Invoice | None
    ) -> None:
        world = self.world
        key, month = world.at_work(key, day), world.days.month_of(day)
        amount = sum((item.amount for item in items), Decimal(0))
        lines = [{**_line(item, place), "cost": self._cost(item)} for place, item in enumerate(items)]
        world.count("shipments", key, day, float(amount))
        world.count("margin", key, day, float(amount - sum((line["cost"] for line in lines), Decimal(0))))
        world.tally.by_segment[client.segment, month] += float(amount)
        unit = world.unit_key(key, day) or ""
        world.tally.by_cut[client.segment, department_of(unit), month] += float(amount)
        if unit in ("north", "south"):
            for item in items:
                world.tally.by_group[item.group, month] += float(item.amount)
                world.tally.by_cut[item.group, unit, month] += float(item.amount)
        if invoice is None or not world.days.has_passed(day):
            return
        row = self._shipment(client, key, world.days.at(day, self.rng), amount, deal, invoice)
        world.shipments.append(row)
        world.shipment_lines += [world.new(ShipmentLine, shipment_id=row.pk, **line) for line in lines]

    def _shipment(
        self, client: Client, key: str, at: datetime, amount: Decimal, deal: Deal | None, invoice: Invoice | None
    ) -> Shipment:
        world = self.world
        return world.new(
            Shipment,
            shipped_on=at.date(),
            customer_id=client.row.pk,
            deal_id=deal and deal.pk,
            invoice_id=invoice and invoice.pk,
            owner_id=world.people[key].pk,
            unit_id=world.unit_id(key, at.date()),
            amount=amount,
            **stamps(at),
        )

    def _cost(self, item: Item) -> Decimal:
        cost = (item.product.unit_cost or Decimal(0)) * item.quantity
        return (cost * Decimal(self.rng.randrange(97, 107)) / 100).quantize(CENT)

    def _take_back(
        self, client: Client, key: str, day: date, items: Sequence[Item], invoice: Invoice | None, deal: Deal | None
    ) -> None:
        """Take the first position back and return its money."""
        world, key = self.world, self.world.at_work(key, day)
        item = items[0]
        if invoice is None or not world.days.has_passed(day) or invoice.paid < item.amount:
            return
        at = world.days.at(day, self.rng)
        row = self._shipment(client, key, at, -item.amount, deal, invoice)
        world.shipments.append(row)
        line = {**_line(item, 0), "quantity": -item.quantity, "amount": -item.amount, "cost": -self._cost(item)}
        world.shipment_lines.append(world.new(ShipmentLine, shipment_id=row.pk, **line))
        self._refunds.append((self._payment(client, key, at, -item.amount, deal), invoice))

    def number(self) -> None:
        """Number the documents in the order of their days, and say on each payment what it is for."""
        world = self.world
        world.invoices.sort(key=lambda row: row.created_at)
        world.payments.sort(key=lambda row: row.created_at)
        world.shipments.sort(key=lambda row: row.created_at)
        for number, invoice in enumerate(world.invoices, start=1):
            invoice.number = f"{invoice.issued_on:%y}-{number:05}"
        for number, payment in enumerate(world.payments, start=1):
            payment.number = str(1000 + number)
        for number, shipment in enumerate(world.shipments, start=1):
            shipment.number = f"УТ-{number:05}"
        for allocation in world.allocations:
            allocation.payment.purpose = world.say(words.PAYMENT_PURPOSE).format(allocation.invoice.number)
        for refund, invoice in self._refunds:
            refund.purpose = world.say(words.REFUND_PURPOSE).format(invoice.number)


def _line(item: Item, place: int) -> dict[str, Any]:
    return {
        "product_id": item.product.pk,
        "name": item.product.name,
        "quantity": item.quantity,
        "price": item.price,
        "amount": item.amount,
        "position": place,
    }
