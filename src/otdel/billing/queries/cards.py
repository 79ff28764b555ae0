"""One invoice, payment or shipment with all that its page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Value
from django.utils.translation import gettext as _

from otdel.billing import access
from otdel.billing.models import Allocation, Invoice, Shipment
from otdel.billing.queries.lines import LineRow, invoice_lines, shipment_lines
from otdel.billing.rules import InvoiceState, invoice_state
from otdel.core.errors import NotFound
from otdel.org.access import reach
from otdel.org.models import Person
from otdel.org.rules import Right

ABOUT = ("customer", "deal", "owner")


@dataclass(frozen=True)
class Link:
    """A record another one names."""

    id: int
    name: str


@dataclass(frozen=True)
class Rights:
    """What the person looking may do with the record."""

    change: bool
    delete: bool


def _rights(person: Person, kind: str, owner_id: int) -> Rights:
    return Rights(*(reach(person, kind, right).includes(owner_id) for right in (Right.CHANGE, Right.DELETE)))


def _link(record: Any) -> Link | None:
    return Link(record.pk, str(record)) if record is not None else None


def _one(seen: Any, binned: Any, pk: int, *related: str) -> Any:
    """Return the record, living or in the bin. One query, two for what is in the bin."""
    for rows in (seen, binned):
        found = rows.select_related(*ABOUT, *related).filter(pk=pk).first()
        if found is not None:
            return found
    raise NotFound(_("There is no such record, or you may not see it."))


@dataclass(frozen=True)
class PaymentRow:
    """A part of a payment on an invoice, or a shipment by it."""

    id: int
    day: date
    number: str
    amount: Decimal


@dataclass(frozen=True)
class InvoiceCard:
    id: int
    number: str
    issued_on: date
    due_on: date | None
    customer: Link
    deal: Link | None
    owner: Link
    amount: Decimal
    paid: Decimal
    cancelled_on: date | None
    note: str
    external_id: str
    in_bin: bool
    state: InvoiceState
    days_late: int
    rights: Rights
    custom: Mapping[str, Any]
    lines: list[LineRow] = field(default_factory=list)
    payments: list[PaymentRow] = field(default_factory=list)
    shipments: list[PaymentRow] = field(default_factory=list)

    @property
    def remaining(self) -> Decimal:
        return self.amount - self.paid

    @property
    def title(self) -> str:
        return self.number or f"#{self.id}"


def invoice_card(person: Person, invoice_id: int, today: date, moves: bool = True) -> InvoiceCard:
    """At most three queries besides those of access; without payments and shipments one less."""
    binned = access.visible_invoices(person, binned=True)
    invoice: Invoice = _one(access.seen_invoices(person), binned, invoice_id)
    state = invoice_state(
        amount=invoice.amount,
        paid=invoice.paid,
        due_on=invoice.due_on,
        cancelled_on=invoice.cancelled_on,
        today=today,
    )
    late = state == InvoiceState.OVERDUE and invoice.due_on is not None
    money, goods = _movements(invoice.pk) if moves else ([], [])
    return InvoiceCard(
        id=invoice.pk,
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        customer=Link(invoice.customer_id, invoice.customer.name),
        deal=_link(invoice.deal),
        owner=Link(invoice.owner_id, str(invoice.owner)),
        amount=invoice.amount,
        paid=invoice.paid,
        cancelled_on=invoice.cancelled_on,
        note=invoice.note,
        external_id=invoice.external_id or "",
        in_bin=invoice.deleted_at is not None,
        state=state,
        days_late=(today - invoice.due_on).days if late and invoice.due_on else 0,
        rights=_rights(person, "invoice", invoice.owner_id),
        custom=invoice.custom,
        lines=invoice_lines(invoice.pk),
        payments=money,
        shipments=goods,
    )


def _movements(invoice_id: int) -> tuple[list[PaymentRow], list[PaymentRow]]:
    """Return what was paid and what was shipped by the invoice, oldest first. One query."""
    parts = Allocation.objects.filter(invoice_id=invoice_id, payment__deleted_at=None)
    money = parts.order_by().values_list(Value(0), "payment_id", F("payment__paid_on"), F("payment__number"), "amount")
    goods = Shipment.objects.filter(invoice_id=invoice_id, deleted_at=None).order_by()
    both = money.union(goods.values_list(Value(1), "id", "shipped_on", "number", "amount"), all=True)
    rows = sorted(both, key=lambda row: (row[2], row[1]))
    return [PaymentRow(*row[1:]) for row in rows if not row[0]], [PaymentRow(*row[1:]) for row in rows if row[0]]


@dataclass(frozen=True)
class Target:
    """An invoice the payment is on or could go to."""

    id: int
    number: str
    issued_on: date
    due_on: date | None
    amount: Decimal
    remaining: Decimal  # not counting what this payment gives
    given: Decimal

    @property
    def paid(self) -> Decimal:
        """What can be given back: everything paid, not counting what this payment already takes."""
        return self.amount - self.remaining

    @property
    def title(self) -> str:
        return self.number or f"#{self.id}"


@dataclass(frozen=True)
class PaymentCard:
    id: int
    number: str
    paid_on: date
    amount: Decimal
    customer: Link | None
    deal: Link | None
    owner: Link
    unit: str
    purpose: str
    external_id: str
    in_bin: bool
    rights: Rights
    custom: Mapping[str, Any]
    targets: list[Target] = field(default_factory=list)

    @property
    def free(self) -> Decimal:
        """What lies on no invoice: the customer's advance."""
        return self.amount - sum((target.given for target in self.targets), Decimal(0))

    @property
    def spread(self) -> Decimal:
        return self.amount - self.free

    @property
    def parts(self) -> list[Target]:
        return [target for target in self.targets if target.given]

    @property
    def title(self) -> str:
        return self.number or f"#{self.id}"


def payment_card(person: Person, payment_id: int, aims: bool = True) -> PaymentCard:
    """Three queries besides those of access; one without the invoices it could go to."""
    binned = access.visible_payments(person, binned=True)
    payment = _one(access.seen_payments(person), binned, payment_id, "unit")
    return PaymentCard(
        id=payment.pk,
        number=payment.number,
        paid_on=payment.paid_on,
        amount=payment.amount,
        customer=_link(payment.customer),
        deal=_link(payment.deal),
        owner=Link(payment.owner_id, str(payment.owner)),
        unit=payment.unit.name if payment.unit else "",
        purpose=payment.purpose,
        external_id=payment.external_id or "",
        in_bin=payment.deleted_at is not None,
        rights=_rights(person, "payment", payment.owner_id),
        custom=payment.custom,
        targets=targets(person, payment.customer_id, payment.pk, refund=payment.amount < 0) if aims else [],
    )


def targets(person: Person, customer_id: int | None, payment_id: int = 0, refund: bool = False) -> list[Target]:
    """Return the invoices a payment is on, and those of the customer it could go to, oldest first. One query."""
    mine = (
        dict(Allocation.objects.filter(payment_id=payment_id).values_list("invoice_id", "amount")) if payment_id else {}
    )
    if customer_id is None and not mine:
        return []
    could = Invoice.objects.standing().filter(customer_id=customer_id)
    could = could.filter(paid__gt=0) if refund else could.unpaid()
    rows = (could | Invoice.objects.filter(pk__in=mine)).order_by("due_on", "issued_on", "id")
    seen = access.seen_invoices(person).filter(pk__in=rows.values("pk")) if not mine else rows
    found = seen.order_by("due_on", "issued_on", "id").values_list(
        "id", "number", "issued_on", "due_on", "amount", "paid"
    )[:200]
    return [
        Target(pk, number, issued, due, amount, amount - paid + mine.get(pk, Decimal(0)), mine.get(pk, Decimal(0)))
        for pk, number, issued, due, amount, paid in found
    ]


@dataclass(frozen=True)
class ShipmentCard:
    id: int
    number: str
    shipped_on: date
    amount: Decimal
    customer: Link | None
    deal: Link | None
    invoice: Link | None
    owner: Link
    unit: str
    region: Link | None
    channel: Link | None
    external_id: str
    in_bin: bool
    rights: Rights
    custom: Mapping[str, Any]
    lines: list[LineRow] = field(default_factory=list)

    @property
    def cost(self) -> Decimal | None:
        """Cost of the whole, or None when a line has none: half a cost is no cost."""
        costs = [line.cost for line in self.lines if line.cost is not None]
        return sum(costs, Decimal(0)) if costs and len(costs) == len(self.lines) else None

    @property
    def margin(self) -> Decimal | None:
        return None if self.cost is None else self.amount - self.cost

    @property
    def title(self) -> str:
        return self.number or f"#{self.id}"


def shipment_card(person: Person, shipment_id: int) -> ShipmentCard:
    """At most two queries besides those of access."""
    binned = access.visible_shipments(person, binned=True)
    related = ("unit", "invoice", "region", "channel")
    shipment = _one(access.seen_shipments(person), binned, shipment_id, *related)
    return ShipmentCard(
        id=shipment.pk,
        number=shipment.number,
        shipped_on=shipment.shipped_on,
        amount=shipment.amount,
        customer=_link(shipment.customer),
        deal=_link(shipment.deal),
        invoice=_link(shipment.invoice),
        owner=Link(shipment.owner_id, str(shipment.owner)),
        unit=shipment.unit.name if shipment.unit else "",
        region=_link(shipment.region),
        channel=_link(shipment.channel),
        external_id=shipment.external_id or "",
        in_bin=shipment.deleted_at is not None,
        rights=_rights(person, "shipment", shipment.owner_id),
        custom=shipment.custom,
        lines=shipment_lines(shipment.pk),
    )
