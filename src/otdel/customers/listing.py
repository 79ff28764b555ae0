"""The parts of lists that are about customers: whose the record is, and finding it by their name."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otdel.core.listing import Asking, Column, Kind, Reference
from otdel.core.listing.filters import fold
from otdel.customers.queries.lists import ids_by_text, name_of


def of_customer(text: str, asking: Asking) -> Q | None:
    """Also find what belongs to customers found by the text. One query."""
    found = ids_by_text(asking.person, fold(text), most=200)
    return Q(customer_id__in=found) if found else None


def customer_column(**changes: Any) -> Column:
    """Return the column of the customer, leading to its card."""
    return Column("customer", _("Customer"), Kind.LINK, "customer__name", also=("customer_id",), **changes)


def customer_filter() -> Reference:
    return Reference("customer", _("Customer"), path="customer_id", name_of=name_of)


__all__ = ["customer_column", "customer_filter", "of_customer"]
