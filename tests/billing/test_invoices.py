from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from ledger import fresh, line, make_customer, make_deal, make_invoice, paid, pay
from people import NOW, TODAY

from otdel.billing import actions
from otdel.billing.models import Invoice
from otdel.billing.rules import InvoiceClosed, InvoicePaid, InvoiceValues, OtherCustomer, WrongSum
from otdel.core.errors import Invalid, NotAllowed, NotFound
from otdel.core.models import Event

D = Decimal


def values(customer, **fields):
    return InvoiceValues(**({"issued_on": date(2026, 2, 1), "customer_id": customer.pk} | fields))


def create(by, customer, *lines, **fields):
    return actions.create_invoice(by=fresh(by), values=values(customer, **fields), lines=lines, now=NOW)


def change(by, invoice, customer, lines=None, **fields):
    given = values(customer, **fields)
    return actions.change_invoice(by=fresh(by), invoice_id=invoice.pk, values=given, lines=lines, now=NOW)


def test_invoice_is_the_sum_of_its_lines(firm, lutik, deal):
    invoice = create(firm.anna, lutik, line(3, "10.10"), line(1, 5), number="A-1", deal_id=deal.pk)

    assert invoice.amount == D("35.30")
    assert (invoice.owner_id, invoice.deal_id, invoice.number) == (firm.anna.pk, deal.pk, "A-1")
    assert [row.amount for row in invoice.lines.order_by("position")] == [D("30.30"), D(5)]


def test_invoice_changes_while_nothing_is_paid(firm, lutik):
    invoice = create(firm.anna, lutik, line(1, 10))
    change(firm.anna, invoice, lutik, [line(2, 10), line(1, 1)], due_on=date(2026, 3, 1))
    invoice.refresh_from_db()
    assert (invoice.amount, invoice.lines.count(), invoice.due_on) == (D(21), 2, date(2026, 3, 1))


def test_what_is_paid_for_does_not_change_under_the_payer(firm, lutik):
    invoice = create(firm.anna, lutik, line(1, 100))
    pay(firm, lutik, 40)
    roza = make_customer(firm.anna, "Roza")

    with pytest.raises(InvoicePaid):
        change(firm.anna, invoice, lutik, [line(1, 90)])
    with pytest.raises(InvoicePaid):
        change(firm.anna, invoice, lutik, [line(2, 50)])
    with pytest.raises(InvoicePaid):
        change(firm.anna, invoice, roza)
    changed = change(firm.anna, invoice, lutik, [line(1, 100)], note="Call first", due_on=date(2026, 4, 1))
    assert (changed.note, changed.amount, changed.paid) == ("Call first", D(100), D(40))


def test_invoice_refuses(firm, lutik):
    roza = make_customer(firm.anna, "Roza")
    with pytest.raises(WrongSum):
        create(firm.anna, lutik)
    with pytest.raises(WrongSum):
        create(firm.anna, lutik, line(1, -5))
    with pytest.raises(Invalid):
        create(firm.anna, lutik, amount=D(5), due_on=date(2026, 1, 1))
    with pytest.raises(OtherCustomer):
        create(firm.anna, lutik, amount=D(5), deal_id=make_deal(firm.anna, roza).pk)
    with pytest.raises(NotAllowed):
        create(firm.anna, lutik, amount=D(5), owner_id=firm.vera.pk)
    with pytest.raises(NotFound):
        create(firm.vera, lutik, amount=D(5))
    assert not Invoice.objects.exists()


def test_cancelled_invoice_gives_its_money_back_and_takes_it_again(firm, lutik):
    invoice = make_invoice(firm, lutik, 100)
    payment = pay(firm, lutik, 60)
    olga = fresh(firm.olga)

    actions.cancel_invoice(by=olga, invoice_id=invoice.pk, day=TODAY, now=NOW)
    assert (paid(invoice), payment.allocations.count()) == (D(0), 0)
    with pytest.raises(InvoiceClosed):
        actions.cancel_invoice(by=olga, invoice_id=invoice.pk, day=TODAY, now=NOW)
    with pytest.raises(InvoiceClosed):
        change(firm.olga, invoice, lutik)

    actions.reopen_invoice(by=olga, invoice_id=invoice.pk, now=NOW)
    assert paid(invoice) == D(60)
    with pytest.raises(InvoiceClosed):
        actions.reopen_invoice(by=olga, invoice_id=invoice.pk, now=NOW)


def test_binned_invoice_comes_back_with_the_money_that_is_still_free(firm, lutik):
    first, second = make_invoice(firm, lutik, 100), make_invoice(firm, lutik, 30)
    payment = pay(firm, lutik, 90)
    olga = fresh(firm.olga)

    actions.bin_invoice(by=olga, invoice_id=first.pk, now=NOW)
    actions.allocate_payment(by=olga, payment_id=payment.pk, wish=None, now=NOW)
    actions.restore_invoice(by=olga, invoice_id=first.pk, now=NOW)

    assert (paid(first), paid(second)) == (D(60), D(30))


def test_manager_may_not_bin_an_invoice_and_a_stranger_knows_of_none(firm, lutik):
    invoice = make_invoice(firm, lutik, 10)
    with pytest.raises(NotAllowed):
        actions.bin_invoice(by=fresh(firm.anna), invoice_id=invoice.pk, now=NOW)
    for stranger in (firm.vera, firm.gleb, firm.admin):
        with pytest.raises(NotFound):
            actions.bin_invoice(by=fresh(stranger), invoice_id=invoice.pk, now=NOW)


def test_states_as_conditions_on_rows(firm, lutik):
    late = make_invoice(firm, lutik, 10, due_on=date(2026, 3, 1))
    today = make_invoice(firm, lutik, 20, due_on=date(2026, 3, 2))
    part = make_invoice(firm, lutik, 30)
    full = make_invoice(firm, lutik, 40)
    gone = make_invoice(firm, lutik, 50)
    binned = make_invoice(firm, lutik, 60)
    pay(firm, lutik, 5, wish={part.pk: None})
    pay(firm, lutik, 40, wish={full.pk: None})
    olga = fresh(firm.olga)
    actions.cancel_invoice(by=olga, invoice_id=gone.pk, day=TODAY, now=NOW)
    actions.bin_invoice(by=olga, invoice_id=binned.pk, now=NOW)

    def found(rows):
        return set(rows.values_list("pk", flat=True))

    rows = Invoice.objects.all()
    assert found(rows.unpaid()) == {late.pk, today.pk, part.pk}
    assert found(rows.untouched()) == {late.pk, today.pk}
    assert found(rows.partly_paid()) == {part.pk}
    assert found(rows.settled()) == {full.pk}
    assert found(rows.overdue(TODAY)) == {late.pk}
    assert found(rows.cancelled()) == {gone.pk}


def test_invoice_records_what_happened(firm, lutik):
    invoice = create(firm.anna, lutik, amount=D(10))
    change(firm.anna, invoice, lutik, note="A word")
    actions.cancel_invoice(by=fresh(firm.anna), invoice_id=invoice.pk, day=TODAY, now=NOW)
    actions.reopen_invoice(by=fresh(firm.anna), invoice_id=invoice.pk, now=NOW)
    actions.bin_invoice(by=fresh(firm.boris), invoice_id=invoice.pk, now=NOW)
    actions.restore_invoice(by=fresh(firm.boris), invoice_id=invoice.pk, now=NOW)

    kinds = Event.objects.filter(subject_type="billing.invoice").order_by("pk").values_list("kind", flat=True)
    words = ["created", "changed", "cancelled", "reopened", "binned", "restored"]
    assert list(kinds) == [f"invoice.{word}" for word in words]
