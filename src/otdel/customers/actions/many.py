"""The same for one or many customers and contacts: whose they are, tags, the bin."""

from __future__ import annotations

from otdel.customers import access
from otdel.org.actions.many import Kind

CUSTOMERS = Kind("customer", access.customers)
CONTACTS = Kind("contact", access.contacts)

assign_customers = CUSTOMERS.assign
tag_customers = CUSTOMERS.tag
bin_customers = CUSTOMERS.put_in_bin
restore_customers = CUSTOMERS.restore
undo_customers = CUSTOMERS.undo

assign_contacts = CONTACTS.assign
bin_contacts = CONTACTS.put_in_bin
restore_contacts = CONTACTS.restore
undo_contacts = CONTACTS.undo
