"""Whose notices, addresses and deliveries a person may see: their own; whoever keeps the settings sees how all went."""

from __future__ import annotations

from django.db.models import QuerySet

from otdel.notifications.models import Address, Delivery, Notice, Reminder
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right


def is_keeper(person: Person) -> bool:
    """Whether the person keeps the settings, and so must know when telling fails."""
    return bool(access.scope(person, "settings", Right.CHANGE))


def visible_notices(person: Person) -> QuerySet[Notice]:
    return Notice.objects.filter(person=person)


def visible_deliveries(person: Person, everybody: bool = False) -> QuerySet[Delivery]:
    if everybody:
        access.require(person, "settings", Right.CHANGE)
        return Delivery.objects.all()
    return Delivery.objects.filter(person=person)


def visible_addresses(person: Person) -> QuerySet[Address]:
    return Address.objects.filter(person=person)


def visible_reminders(person: Person) -> QuerySet[Reminder]:
    """What one set oneself and was not told yet."""
    return Reminder.objects.filter(person=person, rule=None, state=Reminder.State.PENDING)
