"""The rooms on the rail and what can be added: the one place where the order of the house is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as lazy


@dataclass(frozen=True)
class Entry:
    """A room on the rail. `url` names its first page; a room whose page does not exist yet is not shown."""

    url: str
    label: Any
    icon: str
    key: str = ""  # pressed after `g`
    staff: bool = False


NAV = (
    Entry("today", lazy("Today"), "today", "t"),
    Entry("plan", lazy("Plan"), "plan", "p"),
    Entry("deals", lazy("Deals"), "deals", "d"),
    Entry("customers", lazy("Customers"), "building", "c"),
    Entry("tasks", lazy("Tasks"), "tasks", "k"),
    Entry("money", lazy("Money"), "cash", "m"),
    Entry("people", lazy("People"), "users", "e"),
    Entry("reports", lazy("Reports"), "report", "r"),
    Entry("settings", lazy("Settings"), "settings", "s"),
)
# What `c` and «Add» offer.
ADD = (
    Entry("deal_new", lazy("Deal"), "deals"),
    Entry("lead_new", lazy("Lead"), "star"),
    Entry("customer_new", lazy("Customer"), "building"),
    Entry("contact_new", lazy("Contact"), "user"),
    Entry("payment_new", lazy("Payment"), "cash"),
    Entry("import", lazy("Import a file"), "upload"),
)
ON_PHONE = 4  # entries of the bottom bar; the others are behind «More»


def address(name: str) -> str:
    """Return where a page is, or "" while it is not built."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
