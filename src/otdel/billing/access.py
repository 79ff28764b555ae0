"""Whose invoices, payments and shipments a person may see and change. Products are everybody's or nobody's."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from otdel.billing.models import Invoice, Payment, Product, ProductGroup, Shipment
from otdel.core.errors import NotFound
from otdel.core.models import RecordQuerySet
from otdel.customers.models import Customer
from otdel.deals.models import Deal
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right, Scope


def _kept(model: type[models.Model], kind: str, person: Person, right: Right) -> Any:
    return access.limit(model._default_manager.filter(deleted_at=None), access.reach(person, kind, right))


def _binned(model: type[models.Model], kind: str, person: Person) -> Any:
    """The bin is open to those who may throw things into it."""
    binned = model._default_manager.exclude(deleted_at=None)
    return access.limit(binned, access.reach(person, kind, Right.DELETE))


def visible_invoices(person: Person, right: Right = Right.VIEW) -> Any:
    return _kept(Invoice, "invoice", person, right)


def visible_payments(person: Person, right: Right = Right.VIEW) -> Any:
    return _kept(Payment, "payment", person, right)


def visible_shipments(person: Person, right: Right = Right.VIEW) -> Any:
    return _kept(Shipment, "shipment", person, right)


def seen_invoices(person: Person) -> Any:
    return access.seen(Invoice.objects.kept(), person, "invoice")


def binned_invoices(person: Person) -> Any:
    return _binned(Invoice, "invoice", person)


def seen_payments(person: Person) -> Any:
    return access.seen(Payment.objects.kept(), person, "payment")


def binned_payments(person: Person) -> Any:
    return _binned(Payment, "payment", person)


def seen_shipments(person: Person) -> Any:
    return access.seen(Shipment.objects.kept(), person, "shipment")


def binned_shipments(person: Person) -> Any:
    return _binned(Shipment, "shipment", person)


def invoice_for(person: Person, right: Right, invoice_id: int) -> Invoice:
    found: Invoice = access.one_for(seen_invoices(person), person, "invoice", right, invoice_id)
    return found


def payment_for(person: Person, right: Right, payment_id: int) -> Payment:
    found: Payment = access.one_for(seen_payments(person), person, "payment", right, payment_id)
    return found


def shipment_for(person: Person, right: Right, shipment_id: int) -> Shipment:
    found: Shipment = access.one_for(seen_shipments(person), person, "shipment", right, shipment_id)
    return found


def visible_products(person: Person, right: Right = Right.VIEW) -> RecordQuerySet:
    """The catalogue has no owners: the right to one product is the right to all."""
    products = Product.objects.kept()
    return products if access.scope(person, "product", right) > Scope.NONE else products.none()


def visible_groups(person: Person) -> models.QuerySet[ProductGroup]:
    groups = ProductGroup.objects.all()
    return groups if access.scope(person, "product", Right.VIEW) > Scope.NONE else groups.none()


def product_for(person: Person, right: Right, product_id: int, *, binned: bool = False) -> Product:
    found: Product = _locked(visible_products(person) if not binned else _binned_products(person), product_id)
    access.require(person, "product", right)
    return found


def _binned_products(person: Person) -> models.QuerySet[Product]:
    products = Product.objects.exclude(deleted_at=None)
    return products if access.scope(person, "product", Right.DELETE) > Scope.NONE else products.none()


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
    reached = access.reach(person, "customer", Right.VIEW)
    found: Customer | None = (
        access.limit(Customer.objects.filter(deleted_at=None), reached).filter(pk=customer_id).first()
    )
    if found is None:
        raise NotFound(_("There is no such customer, or you may not see it."), field="customer")
    return found


def deal_seen(person: Person, deal_id: int) -> Deal:
    reached = access.reach(person, "deal", Right.VIEW)
    found: Deal | None = access.limit(Deal.objects.filter(deleted_at=None), reached).filter(pk=deal_id).first()
    if found is None:
        raise NotFound(_("There is no such deal, or you may not see it."), field="deal")
    return found


def deal_for_change(person: Person, deal_id: int) -> Deal:
    reached = access.reach(person, "deal", Right.VIEW)
    visible = access.limit(Deal.objects.filter(deleted_at=None), reached)
    found: Deal = access.one_for(visible, person, "deal", Right.CHANGE, deal_id)
    return found
