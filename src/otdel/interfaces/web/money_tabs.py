"""The pages of the room of money, as tabs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

TABS = (
    (_("Debts"), "money"),
    (_("Invoices"), "invoices"),
    (_("Payments"), "payments"),
    (_("Shipments"), "shipments"),
    (_("Products"), "products"),
)
