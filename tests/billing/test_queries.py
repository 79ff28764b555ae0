from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from ledger import fresh, line, make_customer, make_invoice, pay
from people import NOW, TODAY

from otdel.billing import actions, queries
from otdel.billing.rules import InvoiceState, ProductValues, ShipmentValues
from otdel.core.errors import NotFound
from otdel.core.listing import Asking

D = Decimal


def asking(person):
    return Asking(fresh(person), timezone.localtime(NOW))


def read(listing, person, **params):
    state = listing.read({key: [value] for key, value in params.items()}, asking(person))
    return state, listing.page(state)


def cells(state, page, key):
    places = dict(zip((column.key for column in state.columns), state.listing.places(state.columns), strict=True))
    return {row[0]: row[places[key]] for row in page.rows}


@pytest.fixture
def four(firm, lutik):
    """An invoice late by 40 days and partly paid, one due today, one paid, one cancelled."""
    late = make_invoice(firm, lutik, 100, "2026-01-01", due_on=TODAY - timedelta(days=40), number="A-1")
    today = make_invoice(firm, lutik, 20, "2026-02-01", due_on=TODAY, number="A-2")
    full = make_invoice(firm, lutik, 30, "2026-02-02", number="B-3")
    gone = make_invoice(firm, lutik, 40, "2026-02-03", number="B-4")
    pay(firm, lutik, 25, wish={late.pk: None})
    pay(firm, lutik, 30, wish={full.pk: None})
    actions.cancel_invoice(by=fresh(firm.olga), invoice_id=gone.pk, day=TODAY, now=NOW)
    return late, today, full, gone


def test_list_of_invoices_says_what_remains_and_how_late(firm, four, django_assert_num_queries):
    late, today, full, gone = (invoice.pk for invoice in four)

    with django_assert_num_queries(2):
        state, page = read(queries.invoices_on(TODAY), firm.anna)

    assert page.ids == [gone, full, today, late]
    states = cells(state, page, "state")
    assert states == {late: "overdue", today: "open", full: "paid", gone: "cancelled"}
    assert cells(state, page, "remaining")[late] == D(75)
    assert cells(state, page, "late") == {late: 40, today: None, full: None, gone: None}


@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ({"state": "unpaid"}, {"A-1", "A-2"}),
        ({"state": "overdue"}, {"A-1"}),
        ({"state": "part"}, {"A-1"}),
        ({"state": "paid"}, {"B-3"}),
        ({"state": "cancelled"}, {"B-4"}),
        ({"age": "31-60"}, {"A-1"}),
        ({"age": "1-30"}, set()),
        ({"q": "a-"}, {"A-1", "A-2"}),
        ({"q": "lutik"}, {"A-1", "A-2", "B-3", "B-4"}),
        ({"due": "today"}, {"A-2"}),
        ({"amount_from": "30", "amount_to": "40"}, {"B-3", "B-4"}),
        ({"sort": "due"}, {"A-1", "A-2", "B-3", "B-4"}),
        ({"bin": "1"}, set()),
    ],
)
def test_invoices_are_narrowed(firm, four, params, numbers):
    state, page = read(queries.invoices_on(TODAY), firm.boris, **params)
    assert set(cells(state, page, "number").values()) == numbers


def test_lists_show_each_only_what_is_theirs(firm, four, lutik):
    values = ShipmentValues(shipped_on=TODAY, customer_id=lutik.pk)
    actions.record_shipment(by=fresh(firm.zoya), values=values, lines=[line(1, 1)], now=NOW)
    lists = (queries.invoices_on(TODAY), queries.PAYMENTS, queries.SHIPMENTS)
    for person in (firm.anna, firm.boris, firm.olga, firm.zoya):
        assert [bool(read(each, person)[1].rows) for each in lists] == [True, True, True]
    for person in (firm.vera, firm.gleb, firm.admin):
        assert [read(each, person)[1].rows for each in lists] == [[], [], []]


def test_payments_say_what_is_an_advance(firm, lutik):
    make_invoice(firm, lutik, 100)
    payment, refund = pay(firm, lutik, 130, number="77", purpose="Оплата по счёту"), pay(firm, None, -5)

    state, page = read(queries.PAYMENTS, firm.zoya)

    assert cells(state, page, "free") == {payment.pk: D(30), refund.pk: D(-5)}
    assert read(queries.PAYMENTS, firm.zoya, q="СЧЕТУ")[1].ids == [payment.pk]
    assert read(queries.PAYMENTS, firm.zoya, kind="back")[1].ids == [refund.pk]
    assert read(queries.PAYMENTS, firm.zoya, kind="unknown")[1].ids == [refund.pk]
    assert read(queries.PAYMENTS, firm.zoya, kind="unspread")[1].ids == [refund.pk]


def test_price_list_by_group(firm):
    boris = fresh(firm.boris)
    group = actions.create_group(by=boris, name="Bolts", now=NOW)
    bolt = actions.create_product(
        by=boris, values=ProductValues("Bolt", "B6", group.pk, "pcs", D(2), D("1.5")), now=NOW
    )
    nail = actions.create_product(by=boris, values=ProductValues("Nail", is_active=False), now=NOW)

    assert read(queries.PRODUCTS, firm.anna)[1].ids == [bolt.pk, nail.pk]
    assert read(queries.PRODUCTS, firm.anna, group=str(group.pk))[1].ids == [bolt.pk]
    assert read(queries.PRODUCTS, firm.anna, sale="off")[1].ids == [nail.pk]
    assert queries.find_products(fresh(firm.anna), "b6") == [(bolt.pk, "Bolt", "B6", D(2))]
    assert [(row.name, row.products) for row in queries.product_groups(fresh(firm.anna))] == [("Bolts", 1)]
    card = queries.product_card(fresh(firm.anna), bolt.pk)
    assert (card.margin, card.can_change) == (D("0.25"), False)


def test_card_of_an_invoice(firm, lutik, four, django_assert_max_num_queries):
    late = four[0]
    boris = fresh(firm.boris)

    with django_assert_max_num_queries(6):
        card = queries.invoice_card(boris, late.pk, TODAY)

    assert (card.state, card.days_late, card.remaining) == (InvoiceState.OVERDUE, 40, D(75))
    assert [(row.amount, row.day) for row in card.payments] == [(D(25), date(2026, 2, 10))]
    assert (card.rights.change, card.rights.delete) == (True, True)
    anna = queries.invoice_card(fresh(firm.anna), late.pk, TODAY)
    assert (anna.rights.change, anna.rights.delete) == (True, False)
    for stranger in (firm.vera, firm.gleb, firm.admin):
        with pytest.raises(NotFound):
            queries.invoice_card(fresh(stranger), late.pk, TODAY)


def test_card_of_a_payment_says_where_it_could_go(firm, lutik, four, django_assert_num_queries):
    payment, zoya = pay(firm, lutik, 85), fresh(firm.zoya)

    with django_assert_num_queries(3):
        card = queries.payment_card(zoya, payment.pk)

    assert [(each.number, each.given, each.remaining) for each in card.targets] == [
        ("A-1", D(75), D(75)),
        ("A-2", D(10), D(20)),
    ]
    assert card.free == 0
    actions.bin_payment(by=fresh(firm.zoya), payment_id=payment.pk, now=NOW)
    assert queries.payment_card(fresh(firm.zoya), payment.pk).in_bin
    with pytest.raises(NotFound):
        queries.payment_card(fresh(firm.anna), payment.pk)


def test_card_of_a_shipment_with_its_margin(firm, lutik):
    values = ShipmentValues(shipped_on=TODAY, customer_id=lutik.pk)
    lines = [line(2, 50, cost=D(60)), line(1, 7, cost=D(5))]
    shipment = actions.record_shipment(by=fresh(firm.zoya), values=values, lines=lines, now=NOW)
    card = queries.shipment_card(fresh(firm.anna), shipment.pk)
    assert (card.amount, card.cost, card.margin, card.unit) == (D(107), D(65), D(42), "North")
    assert replace(card, lines=[*card.lines, replace(card.lines[0], cost=None)]).margin is None


def test_debts_by_age(firm, lutik, four, django_assert_num_queries):
    roza = make_customer(firm.vera, "Roza")
    make_invoice(firm, roza, 500, "2025-10-01", due_on=TODAY - timedelta(days=91))
    make_invoice(firm, roza, 7, "2026-02-01")
    olga = fresh(firm.olga)

    with django_assert_num_queries(2):
        found = queries.debts(olga, TODAY)

    assert [(age.code, age.count, age.sum) for age in found.ages] == [
        ("1-30", 0, 0),
        ("31-60", 1, D(75)),
        ("61-90", 0, 0),
        ("91", 1, D(500)),
    ]
    assert (found.unpaid.sum, found.overdue.sum, found.soon.sum, found.no_day.sum) == (D(602), D(575), D(20), D(7))
    assert [(each.name, each.sum, each.days) for each in found.debtors] == [("Roza", D(500), 91), ("Lutik", D(75), 40)]
    assert queries.debts(fresh(firm.anna), TODAY).overdue.sum == D(75)
    assert queries.debts(fresh(firm.admin), TODAY).unpaid.count == 0


def test_money_of_a_customer_goes_with_the_customer(firm, lutik, four):
    lutik.owner = firm.vera
    lutik.save()
    vera = fresh(firm.vera)

    found = queries.customer_money(vera, lutik.pk, TODAY)

    assert (found.owed, found.overdue, len(found.invoices), len(found.payments)) == (D(95), D(75), 4, 2)
    assert queries.invoice_card(vera, four[0].pk, TODAY).rights.change is False
    assert read(queries.invoices_on(TODAY), firm.vera)[1].rows == []
