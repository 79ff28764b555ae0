"""Lines of deals, invoices and shipments, ready to be shown and put into a form again."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from otdel.billing.models import DealLine, InvoiceLine, ShipmentLine
from otdel.core.errors import NotFound
from otdel.deals import access as deals
from otdel.org.access import check
from otdel.org.models import Person
from otdel.org.rules import Right

FIELDS = ("product_id", "product__name", "name", "quantity", "price", "amount", "product__unit_name")


@dataclass(frozen=True)
class LineRow:
    product_id: int | None
    product: str
    name: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    unit_name: str = ""
    cost: Decimal | None = None

    @property
    def title(self) -> str:
        """What it is called here: its own words, else the product's name."""
        return self.name or self.product


def _row(values: tuple[Any, ...]) -> LineRow:
    product_id, product, name, quantity, price, amount, unit_name, *cost = values
    return LineRow(product_id, product or "", name, quantity, price, amount, unit_name or "", *cost)


def invoice_lines(invoice_id: int) -> list[LineRow]:
    rows = InvoiceLine.objects.filter(invoice_id=invoice_id).order_by("position", "id")
    return [_row(values) for values in rows.values_list(*FIELDS)]


def shipment_lines(shipment_id: int) -> list[LineRow]:
    rows = ShipmentLine.objects.filter(shipment_id=shipment_id).order_by("position", "id")
    return [_row(values) for values in rows.values_list(*FIELDS, "cost")]


@dataclass(frozen=True)
class DealLines:
    lines: list[LineRow]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


@dataclass(frozen=True)
class DealHead:
    id: int
    title: str
    amount: Decimal | None


def deal_to_change(person: Person, deal_id: int) -> DealHead:
    """Return the deal whose lines are to be changed, or refuse as the action would."""
    row = deals.visible_to(person).filter(pk=deal_id).values_list("title", "amount", "owner_id").first()
    if row is None:
        raise NotFound(_("There is no such deal, or you may not see it."))
    check(person, "deal", Right.CHANGE, row[2])
    return DealHead(deal_id, row[0], row[1])


def deal_lines(deal_id: int) -> DealLines:
    """Return the lines of a deal somebody was already shown. One query."""
    rows = DealLine.objects.filter(deal_id=deal_id).order_by("position", "id")
    return DealLines([_row(values) for values in rows.values_list(*FIELDS)])
