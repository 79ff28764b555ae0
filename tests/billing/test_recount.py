"""Random work with money: what is paid on an invoice is always what living payments gave it, and no more."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger import fresh, make_customer
from people import NOW

from otdel.billing import actions
from otdel.billing.models import Allocation, Invoice, Payment
from otdel.billing.rules import InvoiceValues, PaymentValues
from otdel.core.errors import Refusal

amounts = st.sampled_from([Decimal(n) for n in ("0.01", "10", "30", "33.33", "50", "100", "-10", "-33.33", "-100")])
pick = st.integers(0, 5)
wishes = st.none() | st.dictionaries(pick, st.none() | amounts, max_size=3)
steps = st.one_of(
    st.tuples(st.just("invoice"), pick, amounts.map(abs)),
    st.tuples(st.just("pay"), pick, amounts, wishes),
    st.tuples(st.just("amount"), pick, amounts),
    st.tuples(st.just("customer"), pick),
    st.tuples(st.just("spread"), pick, wishes),
    st.tuples(st.sampled_from(["cancel", "reopen", "bin_invoice", "restore_invoice"]), pick),
    st.tuples(st.sampled_from(["bin_payment", "restore_payment"]), pick),
)


class Till:
    """Runs steps against the real actions; numbers in steps wrap around what there is."""

    def __init__(self, by, customers):
        self.by, self.customers = by, customers

    def _pick(self, model, number):
        ids = list(model.objects.order_by("pk").values_list("pk", flat=True))
        return ids[number % len(ids)] if ids else 0

    def _wish(self, wish):
        return wish and {self._pick(Invoice, number): part for number, part in wish.items()}

    def run(self, name, *given):
        with suppress(Refusal), transaction.atomic():
            (getattr(self, name, None) or self._plain(name))(*given)

    def _plain(self, name):
        kind = "payment" if "payment" in name else "invoice"
        action = getattr(actions, name if "_" in name else f"{name}_invoice")
        extra = {"day": NOW.date()} if name == "cancel" else {}

        def act(number):
            pk = self._pick(Payment if kind == "payment" else Invoice, number)
            action(by=self.by, now=NOW, **{f"{kind}_id": pk}, **extra)

        return act

    def invoice(self, number, amount):
        customer = self.customers[number % 2]
        values = InvoiceValues(date(2026, 1, 1 + number), customer.pk, amount=amount)
        actions.create_invoice(by=self.by, values=values, now=NOW)

    def pay(self, number, amount, wish):
        values = PaymentValues(date(2026, 2, 1 + number), amount, customer_id=self.customers[number % 2].pk)
        actions.record_payment(by=self.by, values=values, wish=self._wish(wish), now=NOW)

    def _change(self, number, **changes):
        payment = Payment.objects.get(pk=self._pick(Payment, number))
        values = {"paid_on": payment.paid_on, "amount": payment.amount, "customer_id": payment.customer_id} | changes
        actions.change_payment(by=self.by, payment_id=payment.pk, values=PaymentValues(**values), now=NOW)

    def amount(self, number, amount):
        if Payment.objects.exists():
            self._change(number, amount=amount)

    def customer(self, number):
        if Payment.objects.exists():
            self._change(number, customer_id=self.customers[(number + 1) % 2].pk)

    def spread(self, number, wish):
        pk = self._pick(Payment, number)
        actions.allocate_payment(by=self.by, payment_id=pk, wish=self._wish(wish), now=NOW)


def check():
    for invoice in Invoice.objects.all():
        rows = Allocation.objects.filter(invoice=invoice, payment__deleted_at=None)
        assert invoice.paid == (rows.aggregate(sum=Sum("amount"))["sum"] or 0)
        assert 0 <= invoice.paid <= invoice.amount
        assert not invoice.paid or (invoice.deleted_at is None and invoice.cancelled_on is None)
    for payment in Payment.objects.all():
        parts = [part.amount for part in Allocation.objects.filter(payment=payment)]
        assert abs(sum(parts)) <= abs(payment.amount)
        assert all(part * payment.amount > 0 for part in parts)
        assert not parts or payment.deleted_at is None
    strange = Allocation.objects.exclude(payment__customer=F("invoice__customer"))
    assert not strange.exists()


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(steps, min_size=3, max_size=14))
def test_whatever_happens_paid_is_what_payments_gave(firm, plan):
    with transaction.atomic():
        olga = fresh(firm.olga)
        till = Till(olga, [make_customer(firm.anna), make_customer(firm.vera, "Roza")])
        till.invoice(0, Decimal(100))
        till.pay(0, Decimal(60), None)
        for step in plan:
            till.run(*step)
            check()
        transaction.set_rollback(True)
