"""Customers, contacts and regions from a file, a batch at a time."""

from __future__ import annotations

from otdel.customers.actions.imports.contact_rows import ContactRow, WantedContact
from otdel.customers.actions.imports.contacts import import_contacts
from otdel.customers.actions.imports.customers import CustomerRow, import_customers
from otdel.customers.actions.imports.lists import Lists, RegionRow, import_regions
from otdel.customers.actions.imports.wanted import ensure_contacts, ensure_customers

__all__ = [
    "ContactRow",
    "CustomerRow",
    "Lists",
    "RegionRow",
    "WantedContact",
    "ensure_contacts",
    "ensure_customers",
    "import_contacts",
    "import_customers",
    "import_regions",
]
