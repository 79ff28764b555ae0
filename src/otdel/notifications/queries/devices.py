"""The ways to a person that they set up themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from otdel.notifications import channels, hooks, messengers, pushes
from otdel.notifications.models import Address
from otdel.org.models import Person


@dataclass(frozen=True)
class Device:
    id: int
    channel: str
    label: Any
    title: str
    mark: str
    is_on: bool
    works: bool  # the administrator lets this channel be used
    created_at: datetime
    last_ok_at: datetime | None
    last_error_at: datetime | None
    last_error: str


@dataclass(frozen=True)
class Offer:
    """Which channels are set up in this installation."""

    push_key: str  # "" while pushes are off
    webhook: bool
    messenger: bool


def devices(person: Person) -> list[Device]:
    """Return the person's own addresses, oldest first. One query."""
    return [_device(row) for row in Address.objects.filter(person=person).order_by("id")]


def _device(row: Address) -> Device:
    found = channels.get(row.channel)
    return Device(
        row.pk, row.channel, found.label if found else row.channel, row.title, row.mark, row.is_on,
        bool(found and found.works()), row.created_at, row.last_ok_at, row.last_error_at, row.last_error,
    )  # fmt: skip


def offer() -> Offer:
    return Offer(pushes.public_key() if pushes.works() else "", hooks.works(), messengers.works())
