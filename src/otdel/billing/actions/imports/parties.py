"""Whom an imported document is made out to and whom it counts for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.billing.models import Invoice
from otdel.billing.queries.naming import DealsByName
from otdel.billing.rules import OtherCustomer
from otdel.core.imports import Result, Settings
from otdel.customers.actions.imports import ensure_customers
from otdel.customers.models import Customer
from otdel.deals.models import Deal
from otdel.org.actions.imports import Owners
from otdel.org.models import Person


@dataclass(frozen=True)
class Party:
    customer: Customer | None
    deal: Deal | None
    owner_id: int
    is_owner_named: bool


class Parties:
    """Customers, deals and owners the rows name; the owner is the row's, else the deal's, else the customer's."""

    def __init__(
        self, *, by: Person, kind: str, rows: Sequence[Any], settings: Settings, result: Result, now: datetime
    ) -> None:
        self.by, self.settings = by, settings
        self.owners = Owners(
            by=by, kind=kind, refs=(row.owner for row in rows), settings=settings, result=result, now=now
        )
        self.deals = DealsByName(by, (row.deal for row in rows))
        wanted = ((row.customer, row.customer_inn, self._maker(row)) for row in rows)
        self.customers = ensure_customers(by=by, wanted=wanted, settings=settings, result=result, now=now)

    def _maker(self, row: Any) -> int:
        """Whose a customer made on the way becomes."""
        if row.owner and self.owners.people.knows_one(row.owner):
            return self.owners.people.find(row.owner)
        return self.settings.owner_id or self.by.pk

    def sides(self, row: Any) -> tuple[Customer | None, Deal | None]:
        """Raises NotFound, Conflict, OtherCustomer."""
        deal = self.deals.find(row.deal)
        customer = self.customers.find(row.customer, row.customer_inn)
        if deal and deal.customer_id and customer and deal.customer_id != customer.pk:
            raise OtherCustomer(_("The deal is with another customer."))
        return customer or (deal.customer if deal else None), deal

    def of(self, row: Any, invoice: Invoice | None = None) -> Party:
        """The owner of the invoice comes before the customer's. Raises NotFound, Conflict, OtherCustomer, Invalid."""
        customer, deal = self.sides(row)
        nearest = deal or invoice or customer
        owner_id = self.owners.find(row.owner, nearest.owner_id if nearest else None)
        return Party(customer, deal, owner_id, row.owner is not None)
