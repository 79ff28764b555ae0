from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from ledger import fresh, make_customer, make_deal, make_invoice, paid, pay
from people import NOW

from otdel.billing import actions
from otdel.billing.models import Allocation, Payment
from otdel.billing.rules import InvoiceClosed, OtherCustomer, PaymentValues, TooMuch, WrongSum
from otdel.core.errors import NotAllowed, NotFound
from otdel.core.models import Event
from otdel.org.models import Membership

D = Decimal


def values_of(payment: Payment, **changes: object) -> PaymentValues:
    names = ("paid_on", "amount", "number", "customer_id", "deal_id", "owner_id", "purpose")
    return replace(PaymentValues(**{name: getattr(payment, name) for name in names}), **changes)


def change(firm, payment, **changes):
    payment.refresh_from_db()
    values = values_of(payment, **changes)
    return actions.change_payment(by=fresh(firm.zoya), payment_id=payment.pk, values=values, now=NOW)


def parts(payment):
    return dict(Allocation.objects.filter(payment=payment).values_list("invoice_id", "amount"))


def test_payment_goes_to_the_oldest_invoices_and_the_rest_is_an_advance(firm, lutik):
    young, old = make_invoice(firm, lutik, 100, "2026-02-01"), make_invoice(firm, lutik, 50, "2026-01-01")

    first = pay(firm, lutik, 70)
    second = pay(firm, lutik, 200)

    assert parts(first) == {old.pk: D(50), young.pk: D(20)}
    assert parts(second) == {young.pk: D(80)}
    assert (paid(old), paid(young)) == (D(50), D(100))


def test_payment_of_a_deal_goes_to_its_invoices_first(firm, lutik, deal):
    make_invoice(firm, lutik, 50, "2026-01-01")
    of_deal = make_invoice(firm, lutik, 100, "2026-02-01", deal_id=deal.pk)
    assert parts(pay(firm, lutik, 70, deal_id=deal.pk)) == {of_deal.pk: D(70)}


def test_payment_of_a_given_invoice_takes_its_customer_deal_and_owner(firm, lutik, deal):
    invoice = make_invoice(firm, lutik, 100, deal_id=deal.pk)

    payment = pay(firm, None, 150, wish={invoice.pk: None})

    assert (payment.customer_id, payment.deal_id, payment.owner_id) == (lutik.pk, deal.pk, firm.anna.pk)
    assert parts(payment) == {invoice.pk: D(100)}


def test_owner_is_the_deals_then_the_customers_then_oneself(firm, lutik):
    deal = make_deal(firm.vera, lutik)
    assert pay(firm, lutik, 1, deal_id=deal.pk).owner_id == firm.vera.pk
    assert pay(firm, lutik, 1).owner_id == firm.anna.pk
    assert pay(firm, None, 1).owner_id == firm.zoya.pk
    assert pay(firm, lutik, 1, owner_id=firm.boris.pk).owner_id == firm.boris.pk


def test_payment_is_a_fact_for_the_department_of_its_day(firm, lutik):
    firm.anna.memberships.update(ends_on="2026-02-01")
    Membership.objects.create(person=firm.anna, unit=firm.south, starts_on="2026-02-01")

    assert pay(firm, lutik, 1, "2026-01-31").unit_id == firm.north.pk
    assert pay(firm, lutik, 1, "2026-02-01").unit_id == firm.south.pk
    assert pay(firm, lutik, 1, "2019-12-31").unit_id is None


def test_new_owner_of_a_client_changes_no_past_payment(firm, lutik):
    payment = pay(firm, lutik, 10)
    lutik.owner = firm.vera
    lutik.save()
    firm.anna.memberships.update(unit=firm.south)

    change(firm, payment, purpose="A word")

    payment.refresh_from_db()
    assert (payment.owner_id, payment.unit_id) == (firm.anna.pk, firm.north.pk)


def test_named_new_owner_or_day_stamps_anew(firm, lutik):
    payment = pay(firm, lutik, 10)
    assert change(firm, payment, owner_id=firm.vera.pk).unit_id == firm.south.pk
    assert change(firm, payment, paid_on=date(2019, 1, 1)).unit_id is None


def test_smaller_payment_leaves_the_youngest_invoice(firm, lutik):
    old, young = make_invoice(firm, lutik, 50, "2026-01-01"), make_invoice(firm, lutik, 100, "2026-02-01")
    payment = pay(firm, lutik, 150)

    change(firm, payment, amount=D(60))

    assert (paid(old), paid(young)) == (D(50), D(10))


def test_payment_of_another_customer_pays_nothing_here(firm, lutik):
    invoice = make_invoice(firm, lutik, 50)
    payment = pay(firm, lutik, 50)
    change(firm, payment, customer_id=make_customer(firm.vera, "Roza").pk)
    assert (paid(invoice), parts(payment)) == (D(0), {})


def test_refund_lowers_what_is_paid_on_the_given_invoice(firm, lutik):
    invoice = make_invoice(firm, lutik, 100)
    pay(firm, lutik, 100)

    refund = pay(firm, lutik, -30, wish={invoice.pk: None})

    assert paid(invoice) == D(70)
    assert parts(refund) == {invoice.pk: D(-30)}
    assert parts(pay(firm, lutik, -5)) == {}


def test_refund_of_nothing_stays_with_the_refund(firm, lutik):
    invoice = make_invoice(firm, lutik, 100)
    payment = pay(firm, lutik, 40)
    refund = pay(firm, lutik, -30, wish={invoice.pk: None})

    actions.bin_payment(by=fresh(firm.zoya), payment_id=payment.pk, now=NOW)

    assert paid(invoice) == D(0)
    assert parts(refund) == {}


def test_binned_payment_unpays_and_restored_pays_as_far_as_needed(firm, lutik):
    invoice = make_invoice(firm, lutik, 100)
    payment = pay(firm, lutik, 80)
    zoya = fresh(firm.zoya)

    actions.bin_payment(by=zoya, payment_id=payment.pk, now=NOW)
    assert paid(invoice) == D(0)

    pay(firm, lutik, 50)
    actions.restore_payment(by=zoya, payment_id=payment.pk, now=NOW)
    assert paid(invoice) == D(100)
    assert parts(payment) == {invoice.pk: D(50)}
    with pytest.raises(NotFound):
        actions.restore_payment(by=zoya, payment_id=payment.pk, now=NOW)


def test_payment_is_spread_anew_on_request(firm, lutik):
    old, young = make_invoice(firm, lutik, 50, "2026-01-01"), make_invoice(firm, lutik, 100, "2026-02-01")
    payment = pay(firm, lutik, 60)
    zoya = fresh(firm.zoya)

    actions.allocate_payment(by=zoya, payment_id=payment.pk, wish={young.pk: D("55.50")}, now=NOW)
    assert (paid(old), paid(young)) == (D(0), D("55.50"))
    actions.allocate_payment(by=zoya, payment_id=payment.pk, wish={}, now=NOW)
    assert (paid(old), paid(young)) == (D(0), D(0))
    actions.allocate_payment(by=zoya, payment_id=payment.pk, wish=None, now=NOW)
    assert (paid(old), paid(young)) == (D(50), D(10))
    with pytest.raises(TooMuch):
        actions.allocate_payment(by=zoya, payment_id=payment.pk, wish={old.pk: D(51)}, now=NOW)
    assert Event.objects.filter(kind="payment.allocated", subject_id=payment.pk).count() == 3


def test_payment_refuses(firm, lutik, deal):
    roza = make_customer(firm.vera, "Roza")
    foreign = make_invoice(firm, roza, 10)
    cancelled = make_invoice(firm, lutik, 10)
    actions.cancel_invoice(by=fresh(firm.olga), invoice_id=cancelled.pk, day=date(2026, 2, 2), now=NOW)

    with pytest.raises(WrongSum):
        pay(firm, lutik, 0)
    with pytest.raises(WrongSum):
        pay(firm, lutik, "1e14")
    with pytest.raises(OtherCustomer):
        pay(firm, lutik, 10, wish={foreign.pk: None})
    with pytest.raises(OtherCustomer):
        pay(firm, roza, 10, deal_id=deal.pk)
    with pytest.raises(InvoiceClosed):
        pay(firm, lutik, 10, wish={cancelled.pk: None})
    with pytest.raises(NotFound):
        pay(firm, lutik, 10, wish={999_999: None})
    assert not Payment.objects.exists()


def test_who_may_record_a_payment(firm, lutik):
    values = PaymentValues(paid_on=date(2026, 2, 1), amount=D(5), customer_id=lutik.pk)

    for person in (firm.boris, firm.olga, firm.zoya):
        actions.record_payment(by=fresh(person), values=values, now=NOW)
    with pytest.raises(NotAllowed):
        actions.record_payment(by=fresh(firm.anna), values=values, now=NOW)
    with pytest.raises(NotFound):
        actions.record_payment(by=fresh(firm.gleb), values=values, now=NOW)


def test_payment_records_what_happened(firm, lutik):
    payment = pay(firm, lutik, 10)
    change(firm, payment, paid_on=date(2026, 2, 11))
    actions.bin_payment(by=fresh(firm.zoya), payment_id=payment.pk, now=NOW)
    actions.restore_payment(by=fresh(firm.zoya), payment_id=payment.pk, now=NOW)

    events = Event.objects.filter(subject_type="billing.payment", subject_id=payment.pk).order_by("pk")
    kinds = ["payment.recorded", "payment.changed", "payment.binned", "payment.restored"]
    assert [event.kind for event in events] == kinds
    assert {event.by_id for event in events} == {firm.zoya.pk}
    assert events[1].data["before"] == "2026-02-10"
