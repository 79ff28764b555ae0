"""The ready roles and what they allow at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    pass


def _all(
    kinds: str, view: str, *, change: str = "none", delete: str = "none", export: str = ""
) -> dict[str, dict[str, str]]:
    given = {"view": view, "create": change, "change": change, "delete": delete, "export": export or view}
    return {kind: dict(given) for kind in kinds.split()}


RECORDS = "customer contact lead deal activity"


def _tasks(width: str) -> dict[str, dict[str, str]]:
    """Everyone may ask anyone for something, other departments too; whose tasks one sees and steers differs."""
    return {"task": {"view": width, "create": "all", "change": width, "delete": width, "export": width}}


MONEY = "invoice payment shipment"

PRESETS: dict[str, tuple[str, dict[str, dict[str, str]]]] = {
    "manager": (
        "Sales manager",
        _all(RECORDS, "own", change="own", delete="none")
        | _tasks("own")
        | _all("product", "all")
        | _all("invoice", "own", change="own")
        | _all("payment shipment", "own")
        | _all("plan", "own")
        | _all("person unit", "all", export="none"),
    ),
    "head": (
        "Head of sales",
        _all(RECORDS, "subtree", change="subtree", delete="subtree")
        | _tasks("subtree")
        | _all("product", "all", change="all")
        | _all(MONEY, "subtree", change="subtree", delete="subtree")
        | _all("plan", "subtree", change="subtree", delete="subtree")
        | _all("person unit", "all", export="subtree")
        | _all("import", "own", change="own"),
    ),
    "director": (
        "Director",
        _all(f"{RECORDS} {MONEY} product plan", "all", change="all", delete="all")
        | _tasks("all")
        | _all("person unit", "all", change="all")
        | _all("import", "all", change="all")
        | _all("settings audit", "all", change="all"),
    ),
    "accountant": (
        "Accountant",
        _all("customer contact", "all", export="all")
        | _tasks("own")
        | _all("deal", "all", export="none")
        | _all("product", "all", change="all")
        | _all(MONEY, "all", change="all", delete="all")
        | _all("person unit", "all", export="none")
        | _all("import", "own", change="own"),
    ),
    "administrator": (
        "Administrator",
        _all("person unit settings audit", "all", change="all", delete="all")
        | _tasks("own")
        | _all("import", "all", change="all", delete="all")
        | _all("product", "all", change="all", delete="all"),
    ),
}

# So that the names of the ready roles are translated where they are shown.
PRESET_LABELS = {
    "manager": _("Sales manager"),
    "head": _("Head of sales"),
    "director": _("Director"),
    "accountant": _("Accountant"),
    "administrator": _("Administrator"),
}
