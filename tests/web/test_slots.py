"""What cards of customers and deals show about money and calls."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone, translation
from ledger import fresh, line, make_customer, make_deal, make_invoice, pay
from people import NOW, TODAY, make_firm

from otdel.activities import actions as activities
from otdel.activities.rules import ActivityValues
from otdel.billing import actions
from otdel.interfaces.web import slots
from otdel.org import queries


@pytest.fixture
def firm(db):
    return make_firm()


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def lutik(firm):
    return make_customer(firm.anna)


@pytest.fixture
def asked(rf):
    def by(person):
        request = rf.get("/customers/1/")
        request.user, request.company = fresh(person), queries.company()
        request.now, request.today = timezone.localtime(NOW), TODAY
        return request

    return by


def test_money_of_a_customer(firm, lutik, asked, django_assert_num_queries):
    make_invoice(firm, lutik, 100, "2026-01-01", due_on=TODAY, number="A-1")
    make_invoice(firm, lutik, 40, "2025-12-01", due_on=date(2026, 1, 1), number="A-0")
    pay(firm, lutik, 30)
    request = asked(firm.anna)

    with django_assert_num_queries(2):
        shown = slots.customer_money(request, lutik.pk)

    assert "Invoice A-1" in shown
    assert "overdue" in shown
    assert f"/money/invoices/new/?customer={lutik.pk}" in shown
    assert "/money/payments/new/" not in shown  # a manager records no payments
    assert "/money/payments/new/" in slots.customer_money(asked(firm.zoya), lutik.pk)
    assert slots.customer_money(asked(firm.admin), lutik.pk) == ""


def test_what_passed_with_a_quick_form(firm, lutik, asked, django_assert_num_queries):
    values = ActivityValues("MEETING", NOW, subject="Price list", text="They think", customer_id=lutik.pk)
    activities.log_activity(by=fresh(firm.anna), values=values, now=NOW)
    request = asked(firm.anna)

    with django_assert_num_queries(1):
        shown = slots.what_passed(request, "customer", lutik.pk)

    assert "Price list" in shown
    assert "They think" in shown
    assert f'name="customer" value="{lutik.pk}"' in shown
    assert f'name="next" value="/customers/{lutik.pk}/"' in shown
    assert slots.what_passed(asked(firm.zoya), "customer", lutik.pk) == ""


def test_lines_of_a_deal_say_when_the_amount_differs(firm, lutik, asked):
    deal = make_deal(firm.anna, lutik, amount=Decimal(100))
    assert "not been entered yet" in slots.deal_lines(asked(firm.anna), deal.pk, deal.amount, firm.anna.pk)
    actions.set_deal_lines(by=fresh(firm.anna), deal_id=deal.pk, lines=[line(2, 30)], now=NOW)

    shown = slots.deal_lines(asked(firm.anna), deal.pk, deal.amount, firm.anna.pk)

    assert "Take as the amount" in shown
    assert f"/deals/{deal.pk}/lines/" in shown
    assert f"/deals/{deal.pk}/lines/" not in slots.deal_lines(asked(firm.zoya), deal.pk, deal.amount, firm.anna.pk)
