"""Whom a document is made out to and whom it counts for: customer, deal, owner, department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from otdel.billing import access
from otdel.billing.rules import OtherCustomer
from otdel.core.errors import NotFound
from otdel.customers.models import Customer
from otdel.deals.models import Deal
from otdel.org.access import check
from otdel.org.models import Person
from otdel.org.queries import unit_on
from otdel.org.rules import Right


@dataclass(frozen=True)
class Parties:
    customer_id: int | None
    deal_id: int | None
    owner_id: int


def parties(by: Person, kind: str, values: Any, was: Any = None) -> Parties:
    """Return the three, the owner being the deal's, else the customer's, else oneself, and check they may be named.

    What a record already names (`was`) may be named again even if it is out of sight.
    """
    deal = _deal(by, values.deal_id, was)
    customer = _customer(by, values.customer_id or (deal.customer_id if deal else None), was)
    if deal and deal.customer_id and customer and deal.customer_id != customer.pk:
        raise OtherCustomer(_("The deal is with another customer."), field="deal")
    owner_id = values.owner_id or (was and was.owner_id) or (deal or customer or _self(by)).owner_id
    _check_owner(by, kind, owner_id, was)
    return Parties(customer.pk if customer else None, deal.pk if deal else None, owner_id)


@dataclass(frozen=True)
class _Self:
    owner_id: int


def _self(by: Person) -> _Self:
    return _Self(by.pk)


def _deal(by: Person, deal_id: int | None, was: Any) -> Deal | None:
    if not deal_id:
        return None
    if was is not None and was.deal_id == deal_id:
        return Deal.objects.filter(pk=deal_id).first()
    return access.deal_seen(by, deal_id)


def _customer(by: Person, customer_id: int | None, was: Any) -> Customer | None:
    if not customer_id:
        return None
    if was is not None and was.customer_id == customer_id:
        return Customer.objects.filter(pk=customer_id).first()
    return access.customer_seen(by, customer_id)


def _check_owner(by: Person, kind: str, owner_id: int, was: Any) -> None:
    if was is not None and was.owner_id == owner_id:
        return
    if not Person.objects.filter(pk=owner_id).exists():
        raise NotFound(_("There is no such person."), field="owner")
    check(by, kind, Right.CREATE if was is None else Right.CHANGE, owner_id)


def stamp(record: Any, day: date, was: tuple[int, date] | None) -> None:
    """Put the record under its owner's department of that day.

    `was` is the owner and day it was stamped for: while they stay, so does the department, whatever moved since.
    """
    if was != (record.owner_id, day):
        record.unit_id = unit_on(record.owner_id, day)
