"""What a company that has just begun does not have yet."""

from __future__ import annotations

from otdel.core.few import few
from otdel.customers.models import Channel, ClientSegment, Customer, Region, Source


def missing() -> set[str]:
    lists = [model.objects.all() for model in (ClientSegment, Region, Channel, Source)]
    found = {"customers": few(Customer.objects.all()), "lists": few(*lists)}
    return {what for what, is_few in found.items() if is_few}
