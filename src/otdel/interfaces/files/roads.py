"""Which action each kind of file goes to, and how: the table of contents of the import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from otdel.activities.actions import ActivityRow, import_activities
from otdel.billing import actions as billing
from otdel.core.imports import Result, Settings
from otdel.customers import actions as customers
from otdel.deals import actions as deals
from otdel.org import actions as org
from otdel.plans.actions import PlanRow, import_plans

Act = Callable[..., Result]


@dataclass(frozen=True)
class Road:
    row: type[Any]
    act: Act
    kind: str
    """The kind of object whose CREATE right lets one in."""
    right: str = "create"
    rename: Mapping[str, str] = field(default_factory=dict)
    """Fields of the file called otherwise in the row."""
    batch: int = 1000
    whole: bool = False
    """The whole file at once: rows speak of one another."""
    group: tuple[str, ...] = ()
    """Rows alike in these belong to one record and must come together."""
    group_if: str = ""
    """They do only when this field is given."""
    makes: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    """Fields that are understood but not kept; the wizard says so."""
    keeps_owner: bool = True
    page: str = ""
    """Address name of the list where the records are found."""

    def rename_of(self, name: str) -> str:
        return self.rename.get(name, name)


def _deals_with_lines(*, by: Any, rows: list[Any], settings: Settings, now: datetime) -> Result:
    result = Result()
    lines = billing.prepare_deal_lines(by=by, rows=rows, settings=settings, result=result, now=now)
    deals.import_deals(by=by, rows=result.standing(rows), settings=settings, now=now, result=result)
    billing.import_deal_lines(by=by, lines=lines, result=result, now=now)
    return result


ROADS: dict[str, Road] = {
    "people": Road(
        org.PersonRow, org.import_people, "person", whole=True, makes=("people", "units"), dropped=("regions",),
        keeps_owner=False, page="people",
    ),
    "customers": Road(
        customers.CustomerRow, customers.import_customers, "customer", makes=("people", "lists"), page="customers",
    ),
    "contacts": Road(
        customers.ContactRow, customers.import_contacts, "contact", makes=("people", "customers"),
        dropped=("source", "tags"), page="contacts",
    ),
    "products": Road(
        billing.ProductRow, billing.import_products, "product", batch=2000, makes=("products",), dropped=("note",),
        keeps_owner=False, page="products",
    ),
    "leads": Road(deals.LeadRow, deals.import_leads, "lead", makes=("people", "lists"), page="leads"),
    "deals": Road(
        deals.DealRow, _deals_with_lines, "deal", group=("external_id",), group_if="product",
        makes=("people", "customers", "products", "stages", "lists"), dropped=("probability",), page="deals",
    ),
    "sales": Road(
        billing.SaleRow, billing.import_sales, "shipment", rename={"date": "day"}, batch=2000,
        group=("order", "external_id"), makes=("people", "customers", "products", "lists"), dropped=("note",),
        page="shipments",
    ),
    "invoices": Road(
        billing.InvoiceRow, billing.import_invoices, "invoice", rename={"number": "document", "date": "day"},
        makes=("people", "customers"), page="invoices",
    ),
    "payments": Road(
        billing.PaymentRow, billing.import_payments, "payment", rename={"number": "document", "date": "day"},
        makes=("people", "customers"), page="payments",
    ),
    "activities": Road(
        ActivityRow, import_activities, "activity", rename={"date": "at"}, makes=("people", "customers"),
        page="activities",
    ),
    "plans": Road(
        PlanRow, import_plans, "plan", whole=True, makes=("people", "lists", "products"), dropped=("note",),
        keeps_owner=False, page="plans",
    ),
    "regions": Road(
        customers.RegionRow, customers.import_regions, "settings", right="change", dropped=("parent",),
        keeps_owner=False, whole=True,
    ),
}  # fmt: skip
WHOLE_AT_MOST = 100_000
