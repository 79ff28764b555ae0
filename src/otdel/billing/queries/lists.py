"""The lists of products, invoices, payments and shipments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from otdel.billing import access
from otdel.billing.models import Allocation, ShipmentLine
from otdel.billing.queries.products import groups
from otdel.billing.rules import AGES, STATE_LABELS, InvoiceState
from otdel.core.listing import (
    Amount,
    Asking,
    Bin,
    Choice,
    Column,
    Days,
    Flag,
    Kind,
    Listing,
    Search,
    Sort,
)
from otdel.customers import queries as customers
from otdel.customers.listing import customer_column, customer_filter, of_customer
from otdel.org.listing import owner_column, owner_filter, unit_filter

MONEY_FIELD = models.DecimalField(max_digits=15, decimal_places=2)


PRODUCTS = Listing(
    key="product",
    visible=access.visible_products,
    order="name",
    columns=(
        Column("name", _("Product"), Kind.LINK, also=("id",), sort=Sort.text("name"), phone="m1"),
        Column("code", _("Code"), phone="m3"),
        Column("group", _("Product group"), source="group__name", phone="mw"),
        Column("price", _("Price"), Kind.MONEY, phone="m2"),
        Column("unit_name", _("Unit of measure"), phone="m4"),
        Column("unit_cost", _("Unit cost"), Kind.MONEY, shown=False),
        Column("is_active", _("On sale"), Kind.FLAG),
        Column("external", _("External number"), source="external_id", shown=False),
    ),
    filters=(
        Search("q", _("Search")),
        Choice("group", _("Product group"), path="group_id", options=groups),
        Flag(
            "sale",
            _("On sale"),
            conditions={
                "on": (_("On sale"), lambda asking: Q(is_active=True)),
                "off": (_("No longer sold"), lambda asking: Q(is_active=False)),
            },
        ),
        Amount("price", _("Price"), path="price"),
        Bin(),
    ),
)


def _state_on(today: date) -> Case:
    """invoice_state() as SQL."""
    return Case(
        When(cancelled_on__isnull=False, then=Value(InvoiceState.CANCELLED.value)),
        When(paid__gte=F("amount"), then=Value(InvoiceState.PAID.value)),
        When(due_on__lt=today, then=Value(InvoiceState.OVERDUE.value)),
        When(paid__gt=0, then=Value(InvoiceState.PART.value)),
        default=Value(InvoiceState.OPEN.value),
        output_field=models.CharField(),
    )


UNPAID = Q(cancelled_on=None, paid__lt=F("amount"))


def _days_late(today: date) -> Case:
    late = Func(
        Value(today, models.DateField()),
        F("due_on"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=models.IntegerField(),
    )
    return Case(When(UNPAID & Q(due_on__lt=today), then=late), output_field=models.IntegerField())


AGE_BOUNDS = {
    f"{first}-{last}" if last else f"{first}": (first, last)
    for first, last in ((1, AGES[0]), (AGES[0] + 1, AGES[1]), (AGES[1] + 1, AGES[2]), (AGES[2] + 1, None))
}
AGE_LABELS = {
    "1-30": _("Overdue up to 30 days"),
    "31-60": _("Overdue 31 to 60 days"),
    "61-90": _("Overdue 61 to 90 days"),
    "91": _("Overdue more than 90 days"),
}


def aged(first: int, last: int | None, today: date) -> Q:
    """Unpaid invoices from so many to so many days late."""
    found = UNPAID & Q(due_on__lte=today - timedelta(days=first))
    return found if last is None else found & Q(due_on__gte=today - timedelta(days=last))


@lru_cache(maxsize=4)
def invoices_on(today: date) -> Listing:
    """Return the list of invoices as it stands on a day: what is overdue depends on it."""
    return Listing(
        key="invoice",
        visible=access.visible_invoices,
        order="-issued",
        columns=(
            Column("number", _("Number"), Kind.LINK, also=("id",), phone="m3"),
            customer_column(phone="m1"),
            Column("issued", _("Issued on"), Kind.DATE, "issued_on", sort=Sort("issued_on", date, descending=True)),
            Column("due", _("Pay by"), Kind.DATE, "due_on", sort=Sort("due_on", date, nullable=True)),
            Column("state", _("State"), Kind.CHOICE, _state_on(today), choices=STATE_LABELS, phone="m4"),
            Column("amount", _("Amount"), Kind.MONEY, sort=Sort("amount", Decimal, descending=True), phone="m2"),
            Column("remaining", _("Remaining"), Kind.MONEY, F("amount") - F("paid")),
            Column("late", _("Days overdue"), Kind.NUMBER, _days_late(today)),
            owner_column(phone="mw"),
            Column("paid", _("Paid"), Kind.MONEY, shown=False),
            Column("deal", _("Deal"), Kind.LINK, "deal__title", also=("deal_id",), shown=False),
            Column("cancelled", _("Cancelled on"), Kind.DATE, "cancelled_on", shown=False),
            Column("note", _("Note"), shown=False),
            Column("external", _("External number"), source="external_id", shown=False),
        ),
        filters=(
            Search("q", _("Search"), others=of_customer),
            Flag(
                "state",
                _("State"),
                conditions={
                    "unpaid": (_("To be paid"), lambda asking: UNPAID),
                    "overdue": (_("Overdue"), lambda asking: UNPAID & Q(due_on__lt=asking.today)),
                    "part": (_("Partly paid"), lambda asking: UNPAID & Q(paid__gt=0)),
                    "paid": (_("Paid in full"), lambda asking: Q(cancelled_on=None, paid__gte=F("amount"))),
                    "cancelled": (_("Cancelled"), lambda asking: Q(cancelled_on__isnull=False)),
                },
            ),
            Flag("age", _("Overdue"), conditions=_ages()),
            owner_filter(),
            unit_filter(),
            Days("issued", _("Issued on"), path="issued_on"),
            Days("due", _("Pay by"), path="due_on", nullable=True),
            Amount("amount", _("Amount"), path="amount"),
            customer_filter(),
            Bin(),
        ),
    )


def _ages() -> dict[str, tuple[Any, Callable[[Asking], Q]]]:
    def condition(first: int, last: int | None) -> Callable[[Asking], Q]:
        return lambda asking: aged(first, last, asking.today)

    return {code: (AGE_LABELS[code], condition(*bounds)) for code, bounds in AGE_BOUNDS.items()}


# the list on no day in particular: its key, filters and columns are the same on every day
INVOICES = invoices_on(date(2000, 1, 1))


def _allocated() -> Coalesce:
    rows = Allocation.objects.filter(payment=OuterRef("pk")).order_by().values("payment")
    return Coalesce(
        models.Subquery(rows.annotate(sum=Sum("amount")).values("sum")), Value(Decimal(0)), output_field=MONEY_FIELD
    )


FREE = F("amount") - _allocated()

PAYMENTS = Listing(
    key="payment",
    visible=access.visible_payments,
    order="-paid",
    columns=(
        Column(
            "paid",
            _("Paid on"),
            Kind.LINK,
            "paid_on",
            also=("id",),
            sort=Sort("paid_on", date, descending=True),
            phone="m3",
        ),
        Column("number", _("Number"), phone="mw"),
        customer_column(phone="m1"),
        Column("amount", _("Amount"), Kind.MONEY, sort=Sort("amount", Decimal, descending=True), phone="m2"),
        Column("free", _("Advance"), Kind.MONEY, FREE, phone="m4"),
        Column("purpose", _("Purpose")),
        owner_column(),
        Column("unit", _("Department"), source="unit__name", shown=False),
        Column("deal", _("Deal"), Kind.LINK, "deal__title", also=("deal_id",), shown=False),
        Column("external", _("External number"), source="external_id", shown=False),
    ),
    filters=(
        Search("q", _("Search"), others=of_customer),
        Days("paid", _("Paid on"), path="paid_on"),
        Flag(
            "kind",
            _("Kind"),
            conditions={
                "in": (_("Money received"), lambda asking: Q(amount__gt=0)),
                "back": (_("Given back"), lambda asking: Q(amount__lt=0)),
                "unknown": (_("Customer not known"), lambda asking: Q(customer=None)),
                "unspread": (
                    _("Not on any invoice"),
                    lambda asking: Q(~Exists(Allocation.objects.filter(payment=OuterRef("pk")))),
                ),
            },
        ),
        owner_filter(),
        unit_filter(kept="unit_id"),
        Amount("amount", _("Amount"), path="amount"),
        customer_filter(),
        Bin(),
    ),
)


def _cost() -> Any:
    rows = ShipmentLine.objects.filter(shipment=OuterRef("pk")).order_by().values("shipment")
    return models.Subquery(rows.annotate(sum=Sum("cost")).values("sum"), output_field=MONEY_FIELD)


SHIPMENTS = Listing(
    key="shipment",
    visible=access.visible_shipments,
    order="-shipped",
    columns=(
        Column("number", _("Number"), Kind.LINK, also=("id",), phone="m3"),
        Column(
            "shipped",
            _("Shipped on"),
            Kind.DATE,
            "shipped_on",
            sort=Sort("shipped_on", date, descending=True),
            phone="m4",
        ),
        customer_column(phone="m1"),
        Column("amount", _("Amount"), Kind.MONEY, phone="m2"),
        Column("cost", _("Cost"), Kind.MONEY, _cost(), shown=False),
        owner_column(phone="mw"),
        Column("unit", _("Department"), source="unit__name", shown=False),
        Column("deal", _("Deal"), Kind.LINK, "deal__title", also=("deal_id",), shown=False),
        Column("region", _("Region"), source="region__name", shown=False),
        Column("channel", _("Channel"), source="channel__name", shown=False),
        Column("external", _("External number"), source="external_id", shown=False),
    ),
    filters=(
        Search("q", _("Search"), others=of_customer),
        Days("shipped", _("Shipped on"), path="shipped_on"),
        Flag(
            "kind",
            _("Kind"),
            conditions={
                "out": (_("Shipments"), lambda asking: Q(amount__gte=0)),
                "back": (_("Returns"), lambda asking: Q(amount__lt=0)),
            },
        ),
        owner_filter(),
        unit_filter(kept="unit_id"),
        Amount("amount", _("Amount"), path="amount"),
        Choice("region", _("Region"), path="region_id", options=customers.regions),
        Choice("channel", _("Channel"), path="channel_id", options=customers.channels),
        customer_filter(),
        Bin(),
    ),
)

__all__ = [
    "AGE_BOUNDS",
    "AGE_LABELS",
    "PRODUCTS",
    "aged",
    "invoices_on",
    "INVOICES",
    "PAYMENTS",
    "SHIPMENTS",
]
