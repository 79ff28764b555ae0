"""Everything that changes customers, contacts and the short lists they are described by."""

from __future__ import annotations

from otdel.customers.actions.contacts import change_contact, create_contact
from otdel.customers.actions.customers import change_customer, create_customer
from otdel.customers.actions.imports import (
    ContactRow,
    CustomerRow,
    RegionRow,
    import_contacts,
    import_customers,
    import_regions,
)
from otdel.customers.actions.lists import LISTS, change_entry, create_entry, delete_entry, order_entries
from otdel.customers.actions.many import (
    assign_contacts,
    assign_customers,
    bin_contacts,
    bin_customers,
    restore_contacts,
    restore_customers,
    tag_customers,
    undo_contacts,
    undo_customers,
)
from otdel.customers.actions.points import set_points

__all__ = [
    "ContactRow",
    "CustomerRow",
    "LISTS",
    "RegionRow",
    "assign_contacts",
    "assign_customers",
    "bin_contacts",
    "bin_customers",
    "change_contact",
    "change_customer",
    "change_entry",
    "create_contact",
    "create_customer",
    "create_entry",
    "delete_entry",
    "import_contacts",
    "import_customers",
    "import_regions",
    "order_entries",
    "restore_contacts",
    "restore_customers",
    "set_points",
    "tag_customers",
    "undo_contacts",
    "undo_customers",
]
