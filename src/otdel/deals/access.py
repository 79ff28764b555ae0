"""Who may see and change which leads and deals. Doors get them from here and nowhere else."""

from __future__ import annotations

from typing import Any

from otdel.core.models import RecordQuerySet
from otdel.deals.models import Deal, Lead
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right


def deals(person: Person, right: str = Right.VIEW, binned: bool = False) -> Any:
    return access.records(Deal.objects.all(), person, "deal", right, binned)


def leads(person: Person, right: str = Right.VIEW, binned: bool = False) -> Any:
    return access.records(Lead.objects.all(), person, "lead", right, binned)


def visible_to(person: Person) -> RecordQuerySet:
    """Deals of the person's reach, without those in the bin."""
    found: RecordQuerySet = deals(person)
    return found


def deal_for_change(person: Person, deal_id: int, right: Right = Right.CHANGE, binned: bool = False) -> Deal:
    """Return the deal with its stage, locked until the transaction ends, or refuse."""
    visible = deals(person, binned=binned).select_related("stage", "owner")
    found: Deal = access.one_for(visible, person, "deal", right, deal_id)
    return found


def lead_for_change(person: Person, lead_id: int, right: Right = Right.CHANGE, binned: bool = False) -> Lead:
    found: Lead = access.one_for(leads(person, binned=binned).select_related("owner"), person, "lead", right, lead_id)
    return found
