"""Money that came or went back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from otdel.billing import access
from otdel.billing.actions import allocation
from otdel.billing.actions.allocation import Wish
from otdel.billing.actions.parties import parties, stamp
from otdel.billing.models import Invoice, Payment
from otdel.billing.rules import PaymentValues, WrongSum, check_size
from otdel.core import custom, journal, live
from otdel.core.act import action
from otdel.org.access import one_for, require
from otdel.org.models import Person
from otdel.org.rules import Right


@action
def record_payment(*, by: Person, values: PaymentValues, wish: Wish | None = None, now: datetime) -> Payment:
    """Record money of a day and spread it over invoices; without a wish, over the customer's oldest unpaid ones."""
    require(by, "payment", Right.CREATE)
    if wish and values.customer_id is None:
        values = _of_invoice(by, values, wish)
    payment = Payment(created_at=now)
    _fill(payment, by, values, now)
    payment.save()
    allocation.check_wish(by, payment.customer_id, wish)
    allocation.allocate(payment, wish, now)
    live.changed([payment.owner_id], "days")
    journal.record("payment.recorded", payment, by=by, at=now, day=payment.paid_on, amount=payment.amount)
    return payment


def _of_invoice(by: Person, values: PaymentValues, wish: Wish) -> PaymentValues:
    """A payment of one invoice is its customer's and its deal's."""
    invoice = access.seen_invoices(by).filter(pk__in=list(wish)).order_by("pk").first()
    if invoice is None:
        return values
    return replace(values, customer_id=invoice.customer_id, deal_id=values.deal_id or _only_deal(invoice, wish))


def _only_deal(invoice: Invoice, wish: Wish) -> int | None:
    return invoice.deal_id if len(wish) == 1 else None


def _fill(payment: Payment, by: Person, values: PaymentValues, now: datetime) -> None:
    amount = check_size(values.amount)
    if not amount:
        raise WrongSum(_("The sum of a payment cannot be zero."), field="amount")
    was = payment if payment.pk else None
    stamped = (payment.owner_id, payment.paid_on) if payment.pk else None
    found = parties(by, "payment", values, was)
    payment.customer_id, payment.deal_id = found.customer_id, found.deal_id
    payment.owner_id = found.owner_id
    payment.paid_on, payment.amount = values.paid_on, amount
    payment.number, payment.purpose = values.number.strip()[:60], values.purpose.strip()[:400]
    if values.custom is not None:
        payment.custom = custom.check("billing.payment", values.custom, payment.custom if payment.pk else None)
    payment.updated_at = now
    stamp(payment, payment.paid_on, stamped)


@action
def change_payment(*, by: Person, payment_id: int, values: PaymentValues, now: datetime) -> Payment:
    """Correct a payment. Made smaller, it leaves the youngest invoices; given to another customer, all of them."""
    payment = access.payment_for(by, Right.CHANGE, payment_id)
    customer_id, day = payment.customer_id, payment.paid_on
    _fill(payment, by, values, now)
    payment.save()
    if payment.customer_id != customer_id:
        allocation.release_payment(payment, now)
    allocation.trim_payment(payment, now)
    live.changed([payment.owner_id], "days")
    journal.record("payment.changed", payment, by=by, at=now, day=payment.paid_on, before=day)
    return payment


@action
def bin_payment(*, by: Person, payment_id: int, now: datetime) -> None:
    """Put the payment in the bin: invoices it paid are unpaid again."""
    payment = access.payment_for(by, Right.DELETE, payment_id)
    released = allocation.release_payment(payment, now)
    payment.deleted_at = payment.updated_at = now
    payment.save(update_fields=["deleted_at", "updated_at"])
    data = {"day": payment.paid_on, "released": allocation.remembered(released)}
    live.changed([payment.owner_id], "days")
    journal.record("payment.binned", payment, by=by, at=now, **data)


@action
def restore_payment(*, by: Person, payment_id: int, now: datetime) -> Payment:
    """Take the payment out of the bin and lay it on the invoices it paid, as far as they still need it."""
    payment: Payment = one_for(access.visible_payments(by, binned=True), by, "payment", Right.DELETE, payment_id)
    payment.deleted_at, payment.updated_at = None, now
    payment.save(update_fields=["deleted_at", "updated_at"])
    parts = allocation.recalled("payment.binned", payment)
    invoices = allocation.lock_invoices(parts)
    wanted = {(payment.pk, invoice_id): amount for invoice_id, amount in parts.items()}
    allocation.give_back({payment.pk: payment}, invoices, wanted, now)
    live.changed([payment.owner_id], "days")
    journal.record("payment.restored", payment, by=by, at=now, day=payment.paid_on)
    return payment
