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
    kind: str = ""  # the kind of object one must be allowed to see, or to create for ADD; "" is everybody


NAV = (
    Entry("today", lazy("Today"), "today", "t"),
    Entry("plan", lazy("Plan"), "plan", "p", "plan"),
    Entry("deals", lazy("Deals"), "deals", "d", "deal"),
    Entry("customers", lazy("Customers"), "building", "c", "customer"),
    Entry("tasks", lazy("Tasks"), "tasks", "k"),
    Entry("money", lazy("Money"), "cash", "m", "invoice"),
    Entry("people", lazy("People"), "users", "e", "person"),
    Entry("reports", lazy("Reports"), "report", "r"),
    Entry("settings", lazy("Settings"), "settings", "s", "settings"),
)
# What `c` and «Add» offer.
ADD = (
    Entry("deal_new", lazy("Deal"), "deals", "", "deal"),
    Entry("lead_new", lazy("Lead"), "star", "", "lead"),
    Entry("customer_new", lazy("Customer"), "building", "", "customer"),
    Entry("contact_new", lazy("Contact"), "user", "", "contact"),
    Entry("payment_new", lazy("Payment"), "cash", "", "payment"),
    Entry("import", lazy("Import a file"), "upload", "", "import"),
)
ON_PHONE = 4  # entries of the bottom bar; the others are behind «More»


def address(name: str) -> str:
    """Return where a page is, or "" while it is not built."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
