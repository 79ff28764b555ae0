"""What cards of customers and deals show about money. Whoever asks has already been shown the card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum, Window

from otdel.billing import access
from otdel.billing.queries.lists import UNPAID
from otdel.billing.rules import InvoiceState, invoice_state
from otdel.org.access import scope
from otdel.org.models import Person
from otdel.org.rules import Right, Scope

ZERO = Decimal(0)
SHOWN = 5


@dataclass(frozen=True)
class InvoiceLink:
    id: int
    title: str
    issued_on: date
    due_on: date | None
    amount: Decimal
    remaining: Decimal
    state: InvoiceState


@dataclass(frozen=True)
class PaymentLink:
    id: int
    title: str
    paid_on: date
    amount: Decimal


@dataclass(frozen=True)
class CustomerMoney:
    """The latest invoices and payments, and what remains."""

    invoices: list[InvoiceLink]
    payments: list[PaymentLink]
    owed: Decimal
    overdue: Decimal
    can_invoice: bool
    can_pay: bool


def may_pay(person: Person) -> bool:
    """May the person record payments at all?"""
    return scope(person, "payment", Right.CREATE) > Scope.NONE


def customer_money(person: Person, customer_id: int, today: date) -> CustomerMoney:
    """Two queries besides those of access."""
    return _money(person, Q(customer_id=customer_id), today)


def deal_money(person: Person, deal_id: int, today: date) -> CustomerMoney:
    """Two queries besides those of access."""
    return _money(person, Q(deal_id=deal_id), today)


def _money(person: Person, about: Q, today: date) -> CustomerMoney:
    rest = F("amount") - F("paid")
    invoices = access.seen_invoices(person).filter(about).order_by("-issued_on", "-id")
    with_sums = invoices.annotate(
        owed=Window(Sum(rest, filter=UNPAID)), overdue=Window(Sum(rest, filter=UNPAID & Q(due_on__lt=today)))
    )
    fields = ("id", "number", "issued_on", "due_on", "amount", "paid", "cancelled_on", "owed", "overdue")
    latest = list(with_sums.values_list(*fields)[:SHOWN])
    payments = access.seen_payments(person).filter(about).order_by("-paid_on", "-id")
    owed, overdue = latest[0][-2:] if latest else (None, None)
    return CustomerMoney(
        invoices=[_invoice(row[:-2], today) for row in latest],
        payments=[
            PaymentLink(pk, number or f"#{pk}", day, amount)
            for pk, number, day, amount in payments.values_list("id", "number", "paid_on", "amount")[:SHOWN]
        ],
        owed=owed or ZERO,
        overdue=overdue or ZERO,
        can_invoice=scope(person, "invoice", Right.CREATE) > Scope.NONE,
        can_pay=may_pay(person),
    )


def _invoice(row: tuple[Any, ...], today: date) -> InvoiceLink:
    pk, number, issued_on, due_on, amount, paid, cancelled_on = row
    state = invoice_state(amount=amount, paid=paid, due_on=due_on, cancelled_on=cancelled_on, today=today)
    return InvoiceLink(pk, number or f"#{pk}", issued_on, due_on, amount, amount - paid, state)
