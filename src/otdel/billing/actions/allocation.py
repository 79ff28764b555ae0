"""Which part of which payment pays which invoice, and what is thereby paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from otdel.billing import access
from otdel.billing.models import Allocation, Invoice, Payment
from otdel.billing.rules import ZERO, InvoiceClosed, Need, OtherCustomer, spread, trim
from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import NotFound
from otdel.org.models import Person
from otdel.org.rules import Right

# Which invoices a payment should go to: None is every unpaid one of the customer, oldest first; an invoice with None
# takes as much as fits, with a sum exactly that; an empty wish leaves the money as an advance.
Wish = Mapping[int, Decimal | None]


@action
def allocate_payment(*, by: Person, payment_id: int, wish: Wish | None, now: datetime) -> Payment:
    """Spread the payment anew."""
    payment = access.payment_for(by, Right.CHANGE, payment_id)
    check_wish(by, payment.customer_id, wish, already=allocated(payment))
    parts = allocate(payment, wish, now)
    journal.record("payment.allocated", payment, by=by, at=now, parts=_plain(parts))
    return payment


def check_wish(by: Person, customer_id: int | None, wish: Wish | None, already: Iterable[int] = ()) -> None:
    """Refuse invoices that may not be seen or are another customer's."""
    asked = set(wish or ())
    rows = access.seen_invoices(by).filter(pk__in=asked) | Invoice.objects.filter(pk__in=asked & set(already))
    found = {invoice.pk: invoice for invoice in rows}
    if asked - set(found):
        raise NotFound(_("There is no such invoice, or you may not see it."), field="allocation")
    if any(invoice.customer_id != customer_id for invoice in found.values()):
        raise OtherCustomer(_("The invoice is another customer's."), field="allocation")


def allocated(payment: Payment) -> dict[int, Decimal]:
    return dict(Allocation.objects.filter(payment=payment).values_list("invoice_id", "amount"))


def allocate(payment: Payment, wish: Wish | None, now: datetime) -> dict[int, Decimal]:
    """Spread a payment that is locked or was just made over invoices; locks those."""
    now_on = allocated(payment)
    order = _oldest(payment) if wish is None else list(wish)
    invoices = lock_invoices({*order, *now_on})
    needs = [_need(invoices[pk], now_on.get(pk, ZERO)) for pk in order if pk in invoices]
    _check_standing(invoices, wish)
    parts = spread(payment.amount, needs, wish or {})
    write_parts(payment, parts, invoices, now)
    return parts


def _oldest(payment: Payment) -> list[int]:
    """The customer's unpaid invoices: those of the payment's deal first, then by the day they are due.

    Money given back waits for somebody to say which invoice it is for.
    """
    if payment.customer_id is None or payment.amount < 0:
        return []
    rows = Invoice.objects.unpaid().filter(customer_id=payment.customer_id)
    mine = Allocation.objects.filter(payment=payment).values("invoice_id")
    rows = rows | Invoice.objects.standing().filter(customer_id=payment.customer_id, pk__in=mine)
    ordered = rows.values_list("pk", "deal_id", "due_on", "issued_on")
    return [pk for pk, *key in sorted(ordered, key=lambda row: _age(row, payment.deal_id))]


def _age(row: tuple[Any, ...], deal_id: int | None) -> tuple[Any, ...]:
    pk, deal, due_on, issued_on = row
    return (deal_id is None or deal != deal_id, due_on or issued_on, issued_on, pk)


def lock_invoices(ids: Iterable[int]) -> dict[int, Invoice]:
    rows = Invoice.objects.select_for_update(of=("self",)).filter(pk__in=set(ids)).order_by("pk")
    return {invoice.pk: invoice for invoice in rows}


def _need(invoice: Invoice, mine: Decimal) -> Need:
    """What the invoice needs, not counting what this payment already gave."""
    return Need(invoice.pk, invoice.amount, invoice.paid - mine)


def _check_standing(invoices: Mapping[int, Invoice], wish: Wish | None) -> None:
    for pk in wish or ():
        invoice = invoices[pk]
        if invoice.cancelled_on is not None or invoice.deleted_at is not None:
            raise InvoiceClosed(_("A cancelled invoice cannot be paid."), field="allocation")


def write_parts(payment: Payment, parts: Mapping[int, Decimal], invoices: Mapping[int, Invoice], now: datetime) -> None:
    """Make the payment's allocations exactly these; every invoice concerned is locked and among `invoices`."""
    was = allocated(payment)
    changed = {pk for pk in {*was, *parts} if was.get(pk) != parts.get(pk)}
    Allocation.objects.filter(payment=payment, invoice_id__in=changed & set(was)).delete()
    Allocation.objects.bulk_create(
        Allocation(payment=payment, invoice_id=pk, amount=parts[pk]) for pk in sorted(changed & set(parts))
    )
    settle({pk: invoices[pk] for pk in changed}, now)


def settle(invoices: Mapping[int, Invoice], now: datetime) -> None:
    """Recount what is paid on locked invoices.

    Taking a payment away can leave a refund that refunds nothing; such a remainder goes back to its payment.
    """
    rows: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    living = Allocation.objects.filter(invoice_id__in=invoices, payment__deleted_at=None)
    ordered = living.order_by("payment__paid_on", "payment_id").values_list("invoice_id", "pk", "amount")
    for invoice_id, pk, amount in ordered:
        rows[invoice_id].append((pk, amount))
    was: dict[int, Decimal] = {}
    kept: dict[int, Decimal] = {}
    changed = []
    for invoice in invoices.values():
        parts = trim(rows[invoice.pk], ZERO, invoice.amount)
        was |= dict(rows[invoice.pk])
        kept |= parts
        paid = sum(parts.values(), ZERO)
        if invoice.paid != paid:
            invoice.paid, invoice.updated_at = paid, now
            changed.append(invoice)
    _write_trimmed(was, kept)
    Invoice.objects.bulk_update(changed, ["paid", "updated_at"], batch_size=1000)


def _write_trimmed(was: Mapping[int, Decimal], kept: Mapping[int, Decimal]) -> None:
    gone = [pk for pk, amount in kept.items() if not amount]
    if gone:
        Allocation.objects.filter(pk__in=gone).delete()
    for pk, amount in kept.items():
        if amount and amount != was[pk]:
            Allocation.objects.filter(pk=pk).update(amount=amount)


def release_payment(payment: Payment, now: datetime) -> dict[int, Decimal]:
    """Take a locked payment off every invoice; return what it paid."""
    parts = allocated(payment)
    write_parts(payment, {}, lock_invoices(parts), now)
    return parts


def release_invoice(invoice: Invoice, now: datetime) -> dict[int, Decimal]:
    """Give the money on a locked invoice back to its payments; return what each had paid."""
    rows = Allocation.objects.filter(invoice=invoice)
    parts = dict(rows.values_list("payment_id", "amount"))
    rows.delete()
    settle({invoice.pk: invoice}, now)
    return parts


def give_back(payments: Mapping[int, Payment], invoices: Mapping[int, Invoice], parts: Parts, now: datetime) -> None:
    """Lay the (payment, invoice) parts once more, as far as the payments still have them and the invoices need them.

    All of them are locked. Refunds go last: there must be something to refund.
    """
    for (payment_id, invoice_id), amount in sorted(parts.items(), key=lambda part: part[1], reverse=True):
        payment, invoice = payments.get(payment_id), invoices.get(invoice_id)
        if payment and invoice and _fit_together(payment, invoice):
            own = allocated(payment)
            left = payment.amount - sum(own.values(), ZERO)
            room = Need(invoice.pk, invoice.amount, invoice.paid).room(amount > 0)
            if left * amount > 0 and room * amount > 0:
                own[invoice_id] = own.get(invoice_id, ZERO) + min(amount, left, room, key=abs)
                write_parts(payment, own, invoices, now)


Parts = Mapping[tuple[int, int], Decimal]


def _fit_together(payment: Payment, invoice: Invoice) -> bool:
    """May this money lie on this invoice at all?"""
    standing = invoice.deleted_at is None and invoice.cancelled_on is None
    return standing and payment.deleted_at is None and payment.customer_id == invoice.customer_id


def recount(invoice_ids: Iterable[int], now: datetime) -> int:
    """Recount what is paid on these invoices, for those who wrote allocations in bulk; return how many were wrong.

    Runs in the caller's transaction.
    """
    invoices = lock_invoices(invoice_ids)
    before = {pk: invoice.paid for pk, invoice in invoices.items()}
    settle(invoices, now)
    return sum(before[pk] != invoice.paid for pk, invoice in invoices.items())


def trim_payment(payment: Payment, now: datetime) -> None:
    """Take off what a payment made smaller no longer has, the youngest allocation first."""
    rows = Allocation.objects.filter(payment=payment).order_by(F("invoice__issued_on"), "invoice_id")
    parts = list(rows.values_list("invoice_id", "amount"))
    kept = trim(parts, min(payment.amount, ZERO), max(payment.amount, ZERO))
    if kept != dict(parts):
        invoices = lock_invoices(kept)
        write_parts(payment, {pk: amount for pk, amount in kept.items() if amount}, invoices, now)


def _plain(parts: Mapping[int, Decimal]) -> dict[str, str]:
    return {str(pk): str(amount) for pk, amount in parts.items()}


def remembered(parts: Mapping[int, Decimal]) -> dict[str, str]:
    """What was released, as a journal entry keeps it."""
    return _plain(parts)


def recalled(kind: str, subject: Any) -> dict[int, Decimal]:
    """Return what was released when the subject was last put away."""
    event = journal.last(kind, subject)
    parts = event.data.get("released", {}) if event else {}
    return {int(pk): Decimal(amount) for pk, amount in parts.items()}
