"""Payments, laid on the invoices they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from otdel.billing.actions.allocation import lock_invoices, recount
from otdel.billing.actions.imports.parties import Parties
from otdel.billing.models import Allocation, Invoice, Payment
from otdel.billing.queries.naming import InvoicesByNumber
from otdel.billing.rules import InvoiceClosed, OtherCustomer, WrongSum, check_size
from otdel.core.act import action
from otdel.core.actions import Pen
from otdel.core.custom import Incoming
from otdel.core.errors import Conflict, Invalid
from otdel.core.imports import Ref, Result, Settings, Status, cut, given
from otdel.core.queries import ids_of, made_in_batch
from otdel.org.models import Person
from otdel.org.queries import units_on


@dataclass(slots=True)
class PaymentRow:
    number: int
    external_id: str | None = None
    document: str | None = None
    day: date | None = None
    amount: Decimal | None = None
    customer: Ref | None = None
    customer_inn: str | None = None
    invoice: Ref | None = None
    purpose: str | None = None
    owner: Ref | None = None
    currency: str | None = None
    deal: Ref | None = None
    custom: Mapping[str, Any] | None = None


@action
def import_payments(*, by: Person, rows: Sequence[PaymentRow], settings: Settings, now: datetime) -> Result:
    """Create and change payments, known by external id, else by number, day and sum.

    A payment that names an invoice pays it as far as it needs; the rest, and one that names none, is an advance.
    """
    result = Result()
    parties = Parties(by=by, kind="payment", rows=rows, settings=settings, result=result, now=now)
    invoices = InvoicesByNumber(by, (row.invoice for row in rows))
    read: list[tuple[PaymentRow, dict[str, Any], Any]] = []
    for row in rows:
        with result.guard(row.number):
            read.append((row, *_values(row, parties, invoices)))
    known, pen, own = _Known(read, settings), Pen(Payment, now), Incoming("billing.payment")
    laid: list[tuple[Payment, Invoice, int]] = []
    units = units_on((values["owner_id"], values["paid_on"]) for _row, values, _invoice in read)
    for row, values, invoice in read:
        with result.guard(row.number):
            payment = known.find(row, values)
            values |= given(custom=own.merged(row.custom, payment))
            owner_id, day = values["owner_id"], values["paid_on"]
            if payment is None:
                parties.owners.check_new(owner_id)
                payment = pen.add(Payment(created_at=now, unit_id=units.get((owner_id, day)), **values))
                known.add(payment)
                status = Status.CREATED
            else:
                parties.owners.check_old(payment.owner_id)
                status = _change(payment, values, row, parties, units, pen)
            if invoice is not None:
                laid.append((payment, invoice, row.number))
            result.note(row.number, status)
    pen.write()
    _lay(laid, result, now)
    return result


def _values(row: PaymentRow, parties: Parties, invoices: InvoicesByNumber) -> tuple[dict[str, Any], Any]:
    customer, _deal = parties.sides(row)
    customer_id = customer.pk if customer else None
    invoice = invoices.find(row.invoice, customer_id)
    if invoice is not None:
        if customer_id is not None and invoice.customer_id != customer_id:
            raise OtherCustomer(_("The invoice is another customer's."))
        if invoice.cancelled_on is not None:
            raise InvoiceClosed(_("A cancelled invoice cannot be paid."))
        customer_id = invoice.customer_id
    if row.day is None or row.amount is None:
        raise Invalid(_("The payment has no date or no sum."))
    amount = check_size(row.amount)
    if not amount:
        raise WrongSum(_("The sum of a payment cannot be zero."))
    party = parties.of(row, invoice)
    deal_id = party.deal.pk if party.deal else invoice.deal_id if invoice else None
    values = given(
        number=row.document and cut(row.document, 60, _("Number")),
        external_id=row.external_id and cut(row.external_id, 120, _("External id")),
        paid_on=row.day, amount=amount, customer_id=customer_id, deal_id=deal_id, owner_id=party.owner_id,
        purpose=row.purpose and row.purpose[:400],
    )  # fmt: skip
    return values, invoice


class _Known:
    """Payments of the same external ids; those without one that are alike in number, day, sum and customer."""

    def __init__(self, read: Sequence[tuple[PaymentRow, dict[str, Any], Any]], settings: Settings) -> None:
        ids = [row.external_id for row, _values, _invoice in read if row.external_id]
        self._external: dict[str, Payment] = {}
        self._same: dict[tuple[Any, ...], list[Payment]] = defaultdict(list)
        for payment in Payment.objects.select_for_update().filter(external_id__in=ids):
            self._external[str(payment.external_id)] = payment
        alike = _alike({_likeness_of(row, values) for row, values, _invoice in read if not row.external_id})
        mine = made_in_batch(settings.batch, "billing.payment", (payment.pk for payment in alike))
        for payment in alike:
            if payment.pk not in mine:
                self.add(payment)

    def add(self, payment: Payment) -> None:
        if payment.external_id:
            self._external[payment.external_id] = payment
        elif payment.pk is not None:
            self._same[_likeness(payment.number, payment.paid_on, payment.amount, payment.customer_id)].append(payment)

    def find(self, row: PaymentRow, values: dict[str, Any]) -> Payment | None:
        """Two payments alike in one file are two payments: each one known is taken once."""
        if row.external_id:
            found = self._external.get(row.external_id)
            if found is not None and found.deleted_at is not None:
                raise Conflict(_("This payment is in the bin. Restore it first."))
            return found
        same = self._same.get(_likeness_of(row, values))
        return same.pop(0) if same else None


Likeness = tuple[str, date, Decimal, int | None]


def _likeness(number: str, day: date, amount: Decimal, customer_id: int | None) -> Likeness:
    return (number.strip(), day, amount, customer_id)


def _likeness_of(row: PaymentRow, values: dict[str, Any]) -> Likeness:
    return _likeness(row.document or "", values["paid_on"], values["amount"], values.get("customer_id"))


def _alike(keys: set[Likeness]) -> list[Payment]:
    """Locked payments of these days and sums: a few, however many others their days have."""
    found = ids_of(Payment, ("paid_on", "amount"), {(day, amount) for _number, day, amount, _customer in keys})
    return list(Payment.objects.select_for_update().filter(pk__in=found, deleted_at=None).order_by("pk"))


def _change(
    payment: Payment, values: dict[str, Any], row: PaymentRow, parties: Parties, units: Any, pen: Pen[Payment]
) -> Status:
    if row.owner is None:
        values["owner_id"] = payment.owner_id
    owner_id, day = values["owner_id"], values["paid_on"]
    if owner_id != payment.owner_id:
        parties.owners.check_new(owner_id)
    if (owner_id, day) != (payment.owner_id, payment.paid_on):
        values["unit_id"] = units.get((owner_id, day))
    fixed = ("amount", "customer_id")
    differs = any(getattr(payment, name) != values.get(name, getattr(payment, name)) for name in fixed)
    if differs and payment.pk and Allocation.objects.filter(payment=payment).exists():
        raise Conflict(_("Part of this payment is allocated to an invoice: change its sum or customer by hand."))
    return Status.UPDATED if pen.change(payment, values) else Status.UNCHANGED


def _lay(laid: Sequence[tuple[Payment, Invoice, int]], result: Result, now: datetime) -> None:
    """Lay each payment on its invoice, no more than the payment has and the invoice needs."""
    if not laid:
        return
    locked = lock_invoices({invoice.pk for _payment, invoice, _number in laid})
    there: dict[int, dict[int, Decimal]] = defaultdict(dict)
    parts = Allocation.objects.filter(payment_id__in=[payment.pk for payment, _invoice, _number in laid])
    for payment_id, invoice_id, amount in parts.values_list("payment_id", "invoice_id", "amount"):
        there[payment_id][invoice_id] = amount
    pen = Pen(Allocation)
    for payment, named, number in laid:
        invoice = locked[named.pk]
        left = payment.amount - sum(there[payment.pk].values(), Decimal(0))
        room = invoice.amount - invoice.paid if payment.amount > 0 else -invoice.paid
        if invoice.pk in there[payment.pk] or left * room <= 0:
            continue
        part = min(left, room, key=abs)
        pen.add(Allocation(payment=payment, invoice=invoice, amount=part))
        there[payment.pk][invoice.pk] = part
        invoice.paid += part
        result.note(number, Status.UPDATED)
    pen.write()
    recount(locked, now)
