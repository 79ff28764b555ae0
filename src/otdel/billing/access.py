"""Whose invoices, payments and shipments a person may see and change. Products are everybody's or nobody's."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from otdel.billing.models import Invoice, Payment, Product, ProductGroup, Shipment
from otdel.core.errors import NotFound
from otdel.customers import access as customers
from otdel.customers.models import Customer
from otdel.deals import access as deals
from otdel.deals.models import Deal
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right, Scope


def visible_invoices(person: Person, right: str = Right.VIEW, binned: bool = False) -> Any:
    return access.records(Invoice.objects.all(), person, "invoice", right, binned)


def visible_payments(person: Person, right: str = Right.VIEW, binned: bool = False) -> Any:
    return access.records(Payment.objects.all(), person, "payment", right, binned)


def visible_shipments(person: Person, right: str = Right.VIEW, binned: bool = False) -> Any:
    return access.records(Shipment.objects.all(), person, "shipment", right, binned)


def seen_invoices(person: Person) -> Any:
    return access.seen(Invoice.objects.kept(), person, "invoice")


def seen_payments(person: Person) -> Any:
    return access.seen(Payment.objects.kept(), person, "payment")


def seen_shipments(person: Person) -> Any:
    return access.seen(Shipment.objects.kept(), person, "shipment")


def invoice_for(person: Person, right: Right, invoice_id: int) -> Invoice:
    found: Invoice = access.one_for(seen_invoices(person), person, "invoice", right, invoice_id)
    return found


def payment_for(person: Person, right: Right, payment_id: int) -> Payment:
    found: Payment = access.one_for(seen_payments(person), person, "payment", right, payment_id)
    return found


def shipment_for(person: Person, right: Right, shipment_id: int) -> Shipment:
    found: Shipment = access.one_for(seen_shipments(person), person, "shipment", right, shipment_id)
    return found


def visible_products(person: Person, right: str = Right.VIEW, binned: bool = False) -> Any:
    """The catalogue has no owners: the right to one product is the right to all."""
    rights = {Right(right), Right.DELETE} if binned else {Right(right)}
    products = Product.objects.exclude(deleted_at=None) if binned else Product.objects.filter(deleted_at=None)
    allowed = all(access.scope(person, "product", each) > Scope.NONE for each in rights)
    return products if allowed else products.none()


def visible_groups(person: Person) -> models.QuerySet[ProductGroup]:
    groups = ProductGroup.objects.all()
    return groups if access.scope(person, "product", Right.VIEW) > Scope.NONE else groups.none()


def product_for(person: Person, right: Right, product_id: int, *, binned: bool = False) -> Product:
    found: Product = _locked(visible_products(person, binned=binned), product_id)
    access.require(person, "product", right)
    return found


def group_for_change(person: Person, group_id: int) -> ProductGroup:
    found: ProductGroup = _locked(visible_groups(person), group_id)
    access.require(person, "product", Right.CHANGE)
    return found


def _locked(visible: models.QuerySet[Any], pk: int) -> Any:
    found = visible.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such record, or you may not see it."))
    return found


def customer_seen(person: Person, customer_id: int) -> Customer:
    """Return the customer a document is made out to; one that may not be seen does not exist."""
    found: Customer | None = customers.visible_to(person).filter(pk=customer_id).first()
    if found is None:
        raise NotFound(_("There is no such customer, or you may not see it."), field="customer")
    return found


def deal_seen(person: Person, deal_id: int) -> Deal:
    found: Deal | None = deals.visible_to(person).filter(pk=deal_id).first()
    if found is None:
        raise NotFound(_("There is no such deal, or you may not see it."), field="deal")
    return found
