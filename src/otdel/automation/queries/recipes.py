"""Ready rules that a head takes with one press and then changes: what most sales departments begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from otdel.automation import access
from otdel.automation.rules import RuleValues
from otdel.core.errors import NotFound
from otdel.org.access import tree_for
from otdel.org.models import Person


@dataclass(frozen=True)
class Recipe:
    code: str
    icon: str
    values: RuleValues


def _debt() -> RuleValues:
    does = {"title": _("Call {customer}: invoice {record} is overdue"), "to": "OWNER", "due": 1}
    return RuleValues(_("Overdue invoice: call the customer"), "INVOICE_OVERDUE", "TASK", days=3, does=does)


def _lead() -> RuleValues:
    does = {"title": _("Call back at once: {record}"), "to": "OWNER", "due": 0}
    return RuleValues(_("New lead: call on the same day"), "LEAD_CREATED", "TASK", does=does)


def _silence() -> RuleValues:
    does = {"title": _("Call {customer}: we have not spoken for a month"), "to": "OWNER", "due": 2}
    return RuleValues(_("A month without contact: call"), "NO_CONTACT", "TASK", days=30, does=does)


def _stands() -> RuleValues:
    does = {"title": _("{record} stands still"), "text": _("Two weeks in the same stage."), "to": "HEAD"}
    return RuleValues(
        _("A deal has stood still for two weeks: tell the head"), "DEAL_STANDS", "NOTICE", days=14, does=does
    )


def _step() -> RuleValues:
    does = {"title": _("Plan the next step: {record}"), "to": "OWNER"}
    return RuleValues(_("A deal without a next step: remind"), "DEAL_NO_STEP", "NOTICE", days=3, does=does)


def _red() -> RuleValues:
    title = _("Say what you will do to get back to the plan")
    does = {"title": title, "to": "OWNER", "due": 1, "accept": True}
    return RuleValues(
        _("Red line of the plan: ask for measures"), "LINE_RED", "TASK", days=3, metric="payments", does=does
    )


def _red_unit() -> RuleValues:
    title = _("Say what the department will do to get back to the plan")
    does = {"title": title, "to": "OWNER", "due": 1, "accept": True}
    return RuleValues(
        _("Red line of a department: ask its head for measures"),
        "LINE_RED",
        "TASK",
        days=3,
        metric="payments",
        lines="UNITS",
        does=does,
    )


RECIPES: dict[str, tuple[str, Callable[[], RuleValues]]] = {
    "debt": ("cash", _debt),
    "lead": ("star", _lead),
    "silence": ("phone", _silence),
    "stands": ("deals", _stands),
    "step": ("calendar", _step),
    "red": ("plan", _red),
    "red_unit": ("users", _red_unit),
}


def recipes() -> list[Recipe]:
    """Return them in the language of whoever asks. No queries."""
    return [Recipe(code, icon, made()) for code, (icon, made) in RECIPES.items()]


def recipe(person: Person, code: str) -> RuleValues:
    """Return the rule to be, for what the person heads: the whole company, or their uppermost department."""
    access.require(person)
    if code not in RECIPES:
        raise NotFound(_("There is no such recipe."))
    return replace(RECIPES[code][1](), unit_id=_unit(person))


def _unit(person: Person) -> int | None:
    units = access.unit_ids(person)
    if units is None:
        return None
    return next((node.id for _depth, node in tree_for(person).walk() if node.id in units), None)
