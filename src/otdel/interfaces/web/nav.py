"""The rooms on the rail and what can be added: the one place where the order of the house is said."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """A room on the rail. `url` names its first page; a room whose page does not exist yet is not shown."""

    url: str
    label: Any
    icon: str
    key: str = ""  # pressed after `g`
    kind: str = ""  # the kind of object one must be allowed to see, or to create for ADD; "" is everybody


NAV = (
    Entry("today", _("Today"), "today", "t"),
    Entry("plan", _("Plan"), "plan", "p", "plan"),
    Entry("deals", _("Deals"), "deals", "d", "deal"),
    Entry("customers", _("Customers"), "building", "c", "customer"),
    Entry("tasks", _("Tasks"), "tasks", "k"),
    Entry("money", _("Money"), "cash", "m", "invoice"),
    Entry("people", _("People"), "users", "e", "person"),
    Entry("reports", _("Reports"), "report", "r"),
    Entry("settings", _("Settings"), "settings", "s", "settings"),
)
# Pages that stand beside a room: the first of these rooms that the person has is lit for them.
BESIDE = {"/rules/": ("plan", "settings")}
# What `c` and «Add» offer.
ADD = (
    Entry("task_new", _("Task"), "tasks", "t", "task"),
    Entry("deal_new", _("Deal"), "deals", "", "deal"),
    Entry("lead_new", _("Lead"), "star", "", "lead"),
    Entry("customer_new", _("Customer"), "building", "", "customer"),
    Entry("contact_new", _("Contact"), "user", "", "contact"),
    Entry("payment_new", _("Payment"), "cash", "", "payment"),
    Entry("import", _("Import a file"), "upload", "", "import"),
)
ON_PHONE = 5  # entries of the bottom bar; the others are behind «More»


def address(name: str, *args: int | str) -> str:
    """Return where a page is, or "" while it is not built."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


# how a list is entered from the rail or a tab: what is done already is asked for, not met first
BEGINS = {"tasks": "?stage=open"}


def entrance(name: str) -> str:
    """Return where the rail and the tabs lead to, or "" while it is not built."""
    found = address(name)
    return found and found + BEGINS.get(name, "")


_SOME = 123456789012345678  # stands for any number while an address is taken apart


def numbered(name: str, *args: str | int) -> str:
    """Return the address of a record's page. Django walks its patterns once for each name, not for each record."""
    before, after = _around(name, *(each if isinstance(each, str) else None for each in args))
    return f"{before}{next(each for each in args if not isinstance(each, str))}{after}"


@lru_cache(maxsize=1024)
def _around(name: str, *args: str | None) -> tuple[str, str]:
    before, _number, after = reverse(name, args=[_SOME if each is None else each for each in args]).partition(
        str(_SOME)
    )
    return before, after
