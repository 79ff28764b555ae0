"""What clients are asked to pay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from otdel.billing import access
from otdel.billing.actions import allocation
from otdel.billing.actions.lines import checked, replace_invoice_lines
from otdel.billing.actions.parties import parties
from otdel.billing.models import Invoice, InvoiceLine, Payment
from otdel.billing.rules import (
    InvoiceClosed,
    InvoiceValues,
    LineValues,
    WrongSum,
    check_dates,
    check_open,
    check_size,
    check_unpaid,
    total,
)
from otdel.core import custom, journal
from otdel.core.act import action
from otdel.core.errors import Invalid
from otdel.org.access import one_for, require
from otdel.org.models import Person
from otdel.org.rules import Right


@action
def create_invoice(*, by: Person, values: InvoiceValues, lines: Sequence[LineValues] = (), now: datetime) -> Invoice:
    """Make out an invoice; its sum is that of its lines, or as given when it has none."""
    require(by, "invoice", Right.CREATE)
    ready = checked(lines)
    invoice = Invoice(created_at=now)
    _fill(invoice, by, values, now)
    invoice.amount = _sum(ready, values.amount)
    invoice.save()
    replace_invoice_lines(invoice.pk, ready)
    journal.record("invoice.created", invoice, by=by, at=now, amount=invoice.amount)
    return invoice


def _fill(invoice: Invoice, by: Person, values: InvoiceValues, now: datetime) -> None:
    check_dates(values.issued_on, values.due_on)
    found = parties(by, "invoice", values, invoice if invoice.pk else None)
    if found.customer_id is None:
        raise Invalid(_("Choose the customer."), field="customer")
    invoice.customer_id, invoice.deal_id, invoice.owner_id = found.customer_id, found.deal_id, found.owner_id
    invoice.number, invoice.note = values.number.strip()[:60], values.note.strip()
    invoice.issued_on, invoice.due_on = values.issued_on, values.due_on
    if values.custom is not None:
        invoice.custom = custom.check("billing.invoice", values.custom, invoice.custom if invoice.pk else None)
    invoice.updated_at = now


def _sum(lines: Sequence[LineValues], amount: Decimal | None) -> Decimal:
    given = total(lines) if lines else check_size(amount or Decimal(0))
    if given <= 0:
        raise WrongSum(_("The amount of an invoice must be more than zero."), field="amount")
    return given


@action
def change_invoice(
    *, by: Person, invoice_id: int, values: InvoiceValues, lines: Sequence[LineValues] | None = None, now: datetime
) -> Invoice:
    """Correct an invoice; once something is paid, only its number, day to pay by, deal, owner and note.

    `lines=None` leaves the lines as they are.
    """
    invoice = access.invoice_for(by, Right.CHANGE, invoice_id)
    check_open(invoice)
    before = _essence(invoice)
    ready = None if lines is None else checked(lines)
    _fill(invoice, by, values, now)
    amount = _new_sum(invoice, values, ready)
    if _essence(invoice) != before or amount != invoice.amount or (ready is not None and _differ(invoice, ready)):
        check_unpaid(invoice)
    invoice.amount = amount
    invoice.save()
    if ready is not None:
        replace_invoice_lines(invoice.pk, ready)
    journal.record("invoice.changed", invoice, by=by, at=now)
    return invoice


def _essence(invoice: Invoice) -> tuple[int, date]:
    return invoice.customer_id, invoice.issued_on


def _new_sum(invoice: Invoice, values: InvoiceValues, ready: list[LineValues] | None) -> Decimal:
    """The sum as it will be: of the new lines, of the lines there are, or as given."""
    if ready:
        return _sum(ready, None)
    if ready is None and InvoiceLine.objects.filter(invoice=invoice).exists():
        return invoice.amount
    return invoice.amount if values.amount is None else _sum([], values.amount)


def _differ(invoice: Invoice, ready: Sequence[LineValues]) -> bool:
    fields = ("product_id", "name", "quantity", "price", "amount")
    there = InvoiceLine.objects.filter(invoice=invoice).order_by("position", "id").values_list(*fields)
    return list(there) != [tuple(getattr(line, field) for field in fields) for line in ready]


@action
def cancel_invoice(*, by: Person, invoice_id: int, day: date, now: datetime) -> Invoice:
    """Call the invoice off. What was paid on it becomes the customer's advance."""
    invoice = access.invoice_for(by, Right.CHANGE, invoice_id)
    if invoice.cancelled_on is not None:
        raise InvoiceClosed(_("The invoice is already cancelled."))
    released = allocation.release_invoice(invoice, now)
    invoice.cancelled_on, invoice.updated_at = day, now
    invoice.save(update_fields=["cancelled_on", "updated_at"])
    journal.record("invoice.cancelled", invoice, by=by, at=now, released=allocation.remembered(released))
    return invoice


@action
def reopen_invoice(*, by: Person, invoice_id: int, now: datetime) -> Invoice:
    """Return a cancelled invoice to work, with the money it had as far as that is still free."""
    seen = access.seen_invoices(by).filter(pk=invoice_id).first()
    parts = allocation.recalled("invoice.cancelled", seen) if seen else {}
    payments = _lock_payments(parts)
    invoice = access.invoice_for(by, Right.CHANGE, invoice_id)
    if invoice.cancelled_on is None:
        raise InvoiceClosed(_("The invoice is not cancelled."))
    invoice.cancelled_on, invoice.updated_at = None, now
    invoice.save(update_fields=["cancelled_on", "updated_at"])
    _give_back(invoice, payments, parts, now)
    journal.record("invoice.reopened", invoice, by=by, at=now)
    return invoice


@action
def bin_invoice(*, by: Person, invoice_id: int, now: datetime) -> None:
    """Put the invoice in the bin. What was paid on it becomes the customer's advance."""
    invoice = access.invoice_for(by, Right.DELETE, invoice_id)
    released = allocation.release_invoice(invoice, now)
    invoice.deleted_at = invoice.updated_at = now
    invoice.save(update_fields=["deleted_at", "updated_at"])
    journal.record("invoice.binned", invoice, by=by, at=now, released=allocation.remembered(released))


@action
def restore_invoice(*, by: Person, invoice_id: int, now: datetime) -> Invoice:
    """Take the invoice out of the bin, with the money it had as far as that is still free."""
    seen = access.visible_invoices(by, binned=True).filter(pk=invoice_id).first()
    parts = allocation.recalled("invoice.binned", seen) if seen else {}
    payments = _lock_payments(parts)
    invoice: Invoice = one_for(access.visible_invoices(by, binned=True), by, "invoice", Right.DELETE, invoice_id)
    invoice.deleted_at, invoice.updated_at = None, now
    invoice.save(update_fields=["deleted_at", "updated_at"])
    _give_back(invoice, payments, parts, now)
    journal.record("invoice.restored", invoice, by=by, at=now)
    return invoice


def _lock_payments(ids: Sequence[int] | dict[int, Decimal]) -> dict[int, Payment]:
    rows = Payment.objects.select_for_update(of=("self",)).filter(pk__in=list(ids)).order_by("pk")
    return {payment.pk: payment for payment in rows}


def _give_back(invoice: Invoice, payments: dict[int, Payment], parts: dict[int, Decimal], now: datetime) -> None:
    wanted = {(payment_id, invoice.pk): amount for payment_id, amount in parts.items()}
    allocation.give_back(payments, {invoice.pk: invoice}, wanted, now)
