"""Who may see and change which customers and contacts. Doors get them from here and nowhere else."""

from __future__ import annotations

from typing import Any

from otdel.core.models import RecordQuerySet
from otdel.customers.models import Contact, Customer
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right


def customers(person: Person, right: str = Right.VIEW, binned: bool = False) -> Any:
    return access.records(Customer.objects.all(), person, "customer", right, binned)


def contacts(person: Person, right: str = Right.VIEW, binned: bool = False) -> Any:
    return access.records(Contact.objects.all(), person, "contact", right, binned)


def visible_to(person: Person) -> RecordQuerySet:
    """Customers of the person's reach, without those in the bin."""
    found: RecordQuerySet = customers(person)
    return found


def customer_for_change(
    person: Person, customer_id: int, right: Right = Right.CHANGE, binned: bool = False
) -> Customer:
    """Return the customer locked until the transaction ends, or refuse."""
    found: Customer = access.one_for(customers(person, binned=binned), person, "customer", right, customer_id)
    return found


def contact_for_change(person: Person, contact_id: int, right: Right = Right.CHANGE, binned: bool = False) -> Contact:
    found: Contact = access.one_for(contacts(person, binned=binned), person, "contact", right, contact_id)
    return found
