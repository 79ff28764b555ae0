"""What a rule may say, and when it must not fire. No queries, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from otdel.core.errors import Invalid

# rules that call each other stop here
DEEPEST = 3
MOST_PER_HOUR = 1000
# a sweep looks back so far for what it missed
BACK_DAYS = 7
DRY_DAYS = 90
# so many happenings are looked at, and so many shown
DRY_LOOK = 10_000
DRY_MOST = 500

# the kind of record each trigger is about
ABOUT: Mapping[str, str] = {
    "DEAL_STAGE": "deal",
    "DEAL_CREATED": "deal",
    "DEAL_STANDS": "deal",
    "DEAL_NO_STEP": "deal",
    "LEAD_CREATED": "lead",
    "CUSTOMER_CREATED": "customer",
    "NO_CONTACT": "customer",
    "INVOICE_CREATED": "invoice",
    "INVOICE_OVERDUE": "invoice",
    "TASK_RETURNED": "task",
    "LINE_RED": "person",
}
EVENTS: Mapping[str, Sequence[str]] = {
    "DEAL_STAGE": ("deal.moved", "deal.reopened", "deal.created"),
    "DEAL_CREATED": ("deal.created",),
    "LEAD_CREATED": ("lead.created",),
    "CUSTOMER_CREATED": ("customer.created",),
    "INVOICE_CREATED": ("invoice.created",),
    "TASK_RETURNED": ("task.returned",),
}
BY_CLOCK = ("DEAL_STANDS", "DEAL_NO_STEP", "INVOICE_OVERDUE", "NO_CONTACT", "LINE_RED")
COUNTS_DAYS = ("DEAL_STANDS", "DEAL_NO_STEP", "INVOICE_OVERDUE", "NO_CONTACT")
# what can be done to which kind of record
CAN: Mapping[str, Sequence[str]] = {
    "TASK": ("deal", "lead", "customer", "invoice", "task", "person", "unit"),
    "NOTICE": ("deal", "lead", "customer", "invoice", "task", "person", "unit"),
    "TEMPLATE": ("deal", "lead", "customer", "invoice", "task", "person", "unit"),
    "TAG": ("deal", "lead", "customer"),
    "FIELD": ("deal", "lead", "customer", "invoice", "task"),
    "STAGE": ("deal",),
    "HANDOVER": ("deal", "lead", "customer"),
    "WEBHOOK": ("deal", "lead", "customer", "invoice", "task", "person", "unit"),
}
TO = ("OWNER", "HEAD", "CREATOR", "PERSON", "ROLE")
# a template says itself to whom
AS_IT_SAYS = "TEMPLATE"
# somebody of a role: one of the nearest, who has the fewest tasks to do, or each of them
SPREAD = ("ONE", "ALL")
# whose lines of the plan: the kinds of record such a rule fires for
LINES: Mapping[str, Sequence[str]] = {"PEOPLE": ("person",), "UNITS": ("unit",), "BOTH": ("person", "unit")}


@dataclass(frozen=True)
class RuleValues:
    name: str
    when: str
    then: str
    days: int = 0
    stage_id: int | None = None
    metric: str = ""
    lines: str = "PEOPLE"
    conditions: str = ""
    does: dict[str, Any] = field(default_factory=dict)
    unit_id: int | None = None
    most_per_hour: int = 50


def kinds_of(when: str, lines: str) -> Sequence[str]:
    """Return the kinds of record such a rule fires for."""
    return LINES.get(lines, ()) if when == "LINE_RED" else (ABOUT[when],)


def check(values: RuleValues) -> None:
    """Refuse a sentence that makes no sense."""
    if not values.name.strip():
        raise Invalid(_("Give the rule a name."), field="name")
    about = ABOUT.get(values.when)
    if about is None:
        raise Invalid(_("There is no such event."), field="when")
    if about not in CAN.get(values.then, ()):
        raise Invalid(_("This cannot be done to such a record: choose another action."), field="then")
    if values.when in COUNTS_DAYS and not 1 <= values.days <= 3650:
        raise Invalid(_("Say how many days: from 1 to 3650."), field="days")
    if values.when == "LINE_RED" and not 0 <= values.days <= 20:
        raise Invalid(_("Between 1 and 20 working days."), field="days")
    if values.lines not in LINES:
        raise Invalid(_("Choose whose lines."), field="lines")
    if not 1 <= values.most_per_hour <= MOST_PER_HOUR:
        raise Invalid(_("Between 1 and 1000 an hour."), field="most_per_hour")
    _check_does(values.then, values.does)


def _check_does(then: str, does: Mapping[str, Any]) -> None:
    needed = {
        "TASK": ("title", _("Say in a few words what is to be done.")),
        "NOTICE": ("title", _("Say in a few words what to tell.")),
        "TEMPLATE": ("template", _("Choose the template.")),
        "TAG": ("tag", _("Say which tag.")),
        "FIELD": ("field", _("Choose the field.")),
        "STAGE": ("stage", _("Choose the stage.")),
        "HANDOVER": ("owner", _("Choose the person.")),
        "WEBHOOK": ("url", _("Enter an address that begins with https://")),
    }
    name, words = needed[then]
    if not does.get(name):
        raise Invalid(words, field=name)
    if then in ("TASK", "NOTICE", "TEMPLATE"):
        _check_to(does, TO if then != "TEMPLATE" else (*TO, AS_IT_SAYS, None))
    if then == "TASK" and not 0 <= int(does.get("due") or 0) <= 365:
        raise Invalid(_("Between 0 and 365 working days."), field="due")


def _check_to(does: Mapping[str, Any], known: Sequence[str | None]) -> None:
    to = does.get("to")
    if to not in known:
        raise Invalid(_("Choose to whom."), field="to")
    if to == "PERSON" and not does.get("person"):
        raise Invalid(_("Choose the person."), field="person")
    if to == "ROLE" and not does.get("role"):
        raise Invalid(_("Choose the role."), field="role")
    if to == "ROLE" and does.get("spread", "ONE") not in SPREAD:
        raise Invalid(_("Choose to whom."), field="spread")


@cache
def names_in() -> Mapping[str, frozenset[str]]:
    """Return what stands in braces for a name, in every language: whoever reads may have another than whoever wrote."""
    said: dict[str, set[str]] = {"record": {"record"}, "customer": {"customer"}}
    for code, _language in settings.LANGUAGES:
        with override(code):
            said["record"].add(_("record"))
            said["customer"].add(_("customer"))
    return {name: frozenset(words) for name, words in said.items()}


def is_loop(rule_id: int, chain: Sequence[int]) -> bool:
    """Whether rules call each other: the chain is as long as is let."""
    return len(chain) >= DEEPEST


def is_own(rule_id: int, chain: Sequence[int]) -> bool:
    """A rule's own doing, direct or through others, does not fire it again."""
    return rule_id in chain
