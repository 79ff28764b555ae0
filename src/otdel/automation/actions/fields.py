"""A rule sets a field: by the action a person uses, so that what is refused by hand is refused here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.automation.models import Firing, Rule
from otdel.automation.queries.fields import DAYS, OF_COMPANY, OF_CUSTOMER, one
from otdel.core.errors import NotFound
from otdel.customers import actions as customers
from otdel.deals import actions as deals
from otdel.deals.models import Lead
from otdel.org.models import Person
from otdel.org.queries import calendar, company_of, zone_of
from otdel.tasks import actions as tasks
from otdel.tasks.rules import end_of


def set_field(rule: Rule, owner: Person, firing: Firing, record: Any, now: datetime) -> dict[str, Any]:
    """Return what was set to what."""
    name, given = str(rule.does["field"]), rule.does["value"]
    field = one(firing.kind, name)
    if field is None:
        raise NotFound(_("The field is not there any more."))
    value = _day(owner, int(given), now) if field.type == DAYS else given
    if name.startswith(OF_CUSTOMER):
        if record.customer_id is None:
            raise NotFound(_("The record has no customer."))
        _set(rule, owner, "customer", record.customer_id, name.removeprefix(OF_CUSTOMER), value, now)
    else:
        _set(rule, owner, firing.kind, record.pk, name, value, now)
    words = value.isoformat() if isinstance(value, date) else dict(field.options).get(str(value), str(value))
    return {"field": name, "value": given, "said": words}


def _day(owner: Person, days: int, now: datetime) -> date:
    today = now.astimezone(zone_of(owner)).date()
    return calendar(company_of(owner).country).add_working_days(today, days)


def _set(rule: Rule, owner: Person, kind: str, pk: int, name: str, value: Any, now: datetime) -> None:
    if kind == "task":
        _set_task(rule, owner, pk, name, value, now)
        return
    if name == "status":
        _set_status(rule, owner, pk, value, now)
        return
    custom = name.startswith(OF_COMPANY)
    values = {"custom": {name.removeprefix(OF_COMPANY): value}} if custom else {name: value}
    if kind == "deal":
        deals.change_deal(by=owner, deal_id=pk, values=values, now=now)
    elif kind == "lead":
        deals.change_lead(by=owner, lead_id=pk, values=values, now=now)
    else:
        customers.change_customer(by=owner, customer_id=pk, values=values, now=now)


def _set_status(rule: Rule, owner: Person, pk: int, value: str, now: datetime) -> None:
    if value == Lead.Status.REJECTED:
        reason = _("by rule “%(name)s”") % {"name": rule.name}
        deals.reject_lead(by=owner, lead_id=pk, reason=reason, now=now)
    elif not Lead.objects.filter(pk=pk, status=value).exists():
        deals.take_lead(by=owner, lead_id=pk, now=now)


def _set_task(rule: Rule, owner: Person, pk: int, name: str, value: Any, now: datetime) -> None:
    if name == "priority":
        tasks.set_priority(by=owner, task_id=pk, priority=int(value), now=now)
        return
    reason = _("by rule “%(name)s”") % {"name": rule.name}
    deadline = end_of(value, zone_of(owner))
    tasks.move_deadline(by=owner, task_id=pk, deadline=deadline, has_time=False, reason=reason, now=now)
