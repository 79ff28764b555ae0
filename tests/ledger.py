"""Customers, deals and money for tests, in few words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from people import NOW, Firm

from otdel.billing import actions
from otdel.billing.models import Invoice, Payment
from otdel.billing.rules import InvoiceValues, LineValues, PaymentValues
from otdel.customers.models import Customer
from otdel.deals.models import Deal, Pipeline, Stage
from otdel.org.models import Person


def fresh(person: Person) -> Person:
    """The person as a new request would load them."""
    return Person.objects.select_related("role").get(pk=person.pk)


def make_customer(owner: Person, name: str = "Lutik", **fields: object) -> Customer:
    return Customer.objects.create(name=name, owner=owner, created_at=NOW, updated_at=NOW, **fields)


def make_deal(owner: Person, customer: Customer | None = None, title: str = "Supply", **fields: object) -> Deal:
    pipeline, _ = Pipeline.objects.get_or_create(name="Sales")
    stage, _ = Stage.objects.get_or_create(pipeline=pipeline, name="New", defaults={"position": 1})
    fields = {"opened_on": NOW.date(), "stage_since": NOW} | fields
    return Deal.objects.create(
        title=title, owner=owner, customer=customer, stage=stage, created_at=NOW, updated_at=NOW, **fields
    )


def make_invoice(
    firm: Firm, customer: Customer, amount: str | int, day: str = "2026-02-01", **fields: object
) -> Invoice:
    values = InvoiceValues(
        issued_on=date.fromisoformat(day), customer_id=customer.pk, amount=Decimal(str(amount)), **fields
    )
    return actions.create_invoice(by=fresh(firm.olga), values=values, now=NOW)


def pay(
    firm: Firm, customer: Customer | None, amount: str | int, day: str = "2026-02-10", wish=None, **fields
) -> Payment:
    values = PaymentValues(
        paid_on=date.fromisoformat(day),
        amount=Decimal(str(amount)),
        customer_id=customer.pk if customer else None,
        **fields,
    )
    return actions.record_payment(by=fresh(firm.zoya), values=values, wish=wish, now=NOW)


def paid(invoice: Invoice) -> Decimal:
    return Invoice.objects.get(pk=invoice.pk).paid


def line(quantity: str | int, price: str | int, name: str = "Bolt", **fields: object) -> LineValues:
    return LineValues(name=name, quantity=Decimal(str(quantity)), price=Decimal(str(price)), **fields)
