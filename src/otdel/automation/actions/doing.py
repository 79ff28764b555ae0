"""What a rule can do: everything through the action a person would use, with the rights of the rule's owner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.automation.actions.fields import set_field
from otdel.automation.kinds import SAID
from otdel.automation.models import Firing, Rule
from otdel.automation.queries.receivers import Receivers, answering, receivers_of, the_one
from otdel.automation.rules import AS_IT_SAYS, names_in
from otdel.billing.models import Invoice
from otdel.core.errors import Invalid, NotFound
from otdel.customers import actions as customers
from otdel.customers.models import Customer
from otdel.deals import actions as deals
from otdel.deals.models import Deal, Lead
from otdel.notifications.actions.telling import Told, tell
from otdel.org.access import unit_reach
from otdel.org.models import Person, Unit
from otdel.org.queries import calendar, company_of, zone_of
from otdel.org.rules import Right
from otdel.tasks.actions import create_tasks
from otdel.tasks.actions.templates import prepare
from otdel.tasks.models import Task, Template
from otdel.tasks.rules import TaskValues, To, end_of

MODELS: dict[str, Any] = {
    "deal": Deal,
    "lead": Lead,
    "customer": Customer,
    "invoice": Invoice,
    "task": Task,
    "person": Person,
    "unit": Unit,
}
PATHS = {
    "deal": "/deals/{}/",
    "lead": "/deals/leads/{}/",
    "customer": "/customers/{}/",
    "invoice": "/money/invoices/{}/",
    "task": "/tasks/{}/",
    "person": "/people/{}/",
    "unit": "/plan/?unit={}",
}
Made = tuple[str, dict[str, Any]]
Doing = Callable[[Rule, Person, Firing, datetime], Made]


def do(rule: Rule, owner: Person, firing: Firing, now: datetime) -> Made:
    """Return the outcome and what was made; raises the refusal of the action."""
    return DOING[rule.then](rule, owner, firing, now)


def _record(firing: Firing) -> Any:
    found = MODELS[firing.kind].objects.filter(pk=firing.record_id).first()
    if found is None:
        raise NotFound(_("The record is not there any more."))
    return found


def _receivers(rule: Rule, owner: Person, firing: Firing, now: datetime) -> tuple[int, ...]:
    """Whoever gets it: not empty. Somebody of a role is refused when there is none the owner may turn to."""
    found = the_one(receivers_of(rule, owner, firing.kind, [firing.record_id], now).get(firing.record_id, Receivers()))
    if not found:
        raise Invalid(_("Nobody with this role to whom the rule's owner may give work works here."))
    return found


def _path(firing: Firing, to: int) -> str:
    """Return the page of the record; the board of a department, in its red month, is for those who may see its plan."""
    path = PATHS[firing.kind].format(firing.record_id)
    if firing.kind != "unit":
        return path
    person = Person.objects.select_related("role").get(pk=to)
    sees = unit_reach(person, "plan", Right.VIEW).includes_unit(firing.record_id)
    metric, month = firing.key.split(":")[:2]
    return f"{path}&period={month}&metric={metric}" if sees else "/today/"


def _notice(rule: Rule, owner: Person, firing: Firing, now: datetime) -> Made:
    record, to = _record(firing), _receivers(rule, owner, firing, now)
    key = f"{SAID}:{rule.pk}:{firing.kind}:{firing.record_id}:{firing.key}"
    told = [
        Told(
            SAID,
            person,
            key if person == to[0] else f"{key}:{person}",
            _filled(rule.does["title"], firing, record),
            _path(firing, person),
            params={"text": _filled(rule.does.get("text", ""), firing, record)},
        )
        for person in to
    ]
    return Firing.Outcome.DONE, {"told": tell(told, now), "to": to}


def _task(rule: Rule, owner: Person, firing: Firing, now: datetime) -> Made:
    record, does = _record(firing), rule.does
    to = _receivers(rule, owner, firing, now)
    zone, due = zone_of(owner), int(does.get("due") or 0)
    days = calendar(company_of(owner).country)
    values = TaskValues(
        title=_filled(does["title"], firing, record),
        text=_filled(does.get("text", ""), firing, record),
        deadline=end_of(days.add_working_days(now.astimezone(zone).date(), due), zone),
        needs_acceptance=bool(does.get("accept")),
        **_about(firing, record),
    )
    return _given(create_tasks(by=owner, values=values, to=To(people=to), now=now))


def _given(made: Sequence[Task]) -> Made:
    to = dict.fromkeys(each.assignee_id for each in made)
    return Firing.Outcome.DONE, {"task": made[0].pk, "to": list(to)}


def _about(firing: Firing, record: Any) -> dict[str, Any]:
    if firing.kind in ("person", "unit"):
        return {}
    if firing.kind == "task":
        return {"customer_id": record.customer_id, "deal_id": record.deal_id}
    return {f"{firing.kind}_id": record.pk}


def _filled(text: str, firing: Firing, record: Any) -> str:
    """Put names where the text says {record} or {customer}, in any language there is."""
    customer = str(getattr(record, "customer", None) or (record if firing.kind == "customer" else ""))
    for word, name in (("record", firing.name), ("customer", customer)):
        for each in names_in()[word]:
            text = text.replace(f"{{{each}}}", name)
    return text


def _template(rule: Rule, owner: Person, firing: Firing, now: datetime) -> Made:
    """To whom the template says, unless the rule says otherwise."""
    record, template_id = _record(firing), rule.does["template"]
    plain = firing.kind in ("person", "task", "unit")  # a template knows no such record
    about = {} if plain else {firing.kind: firing.record_id}
    values, to = prepare(by=owner, template_id=template_id, about=about, now=now)
    if plain:
        values = replace(values, **_about(firing, record))
        to = _role(template_id, owner, firing) or to
    if rule.does.get("to", AS_IT_SAYS) != AS_IT_SAYS:
        to = To(people=_receivers(rule, owner, firing, now))
    return _given(create_tasks(by=owner, values=values, to=to, now=now))


def _role(template_id: int, owner: Person, firing: Firing) -> To | None:
    """A template speaks of whoever answers for the record: the person, a task's assignee, a department's head."""
    assign = Template.objects.values_list("assign", flat=True).get(pk=template_id)
    place = {"OWNER": 0, "OWNER_HEAD": 1}.get(assign)
    if place is None:
        return None
    _unit, people = answering(owner, firing.kind, [firing.record_id])[firing.record_id]
    return To(people=(people[place],)) if len(people) > place else None


def _field(rule: Rule, owner: Person, firing: Firing, now: datetime) -> Made:
    return Firing.Outcome.DONE, set_field(rule, owner, firing, _record(firing), now)


TAGS: dict[str, Any] = {
    "deal": deals.tag_deals,
    "lead": deals.tag_leads,
    "customer": customers.tag_customers,
}
HANDS: dict[str, Any] = {
    "deal": deals.assign_deals,
    "lead": deals.assign_leads,
    "customer": customers.assign_customers,
}


def _tag(rule: Rule, owner: Person, firing: Firing, now: datetime) -> Made:
    TAGS[firing.kind](by=owner, ids=[firing.record_id], tag=rule.does["tag"], now=now)
    return Firing.Outcome.DONE, {"tag": rule.does["tag"]}


def _handover(rule: Rule, owner: Person, firing: Firing, now: datetime) -> Made:
    HANDS[firing.kind](by=owner, ids=[firing.record_id], owner_id=rule.does["owner"], now=now)
    return Firing.Outcome.DONE, {"owner": rule.does["owner"]}


def _stage(rule: Rule, owner: Person, firing: Firing, now: datetime) -> Made:
    today = now.astimezone(zone_of(owner)).date()
    deals.move_deal(by=owner, deal_id=firing.record_id, stage_id=rule.does["stage"], today=today, now=now)
    return Firing.Outcome.DONE, {"stage": rule.does["stage"]}


def _webhook(rule: Rule, owner: Person, firing: Firing, now: datetime) -> Made:
    """It is called after the commit, by a job: another server is not waited for inside a transaction."""
    return Firing.Outcome.WAITING, {}


DOING: dict[str, Doing] = {
    Rule.Then.NOTICE: _notice,
    Rule.Then.TASK: _task,
    Rule.Then.TEMPLATE: _template,
    Rule.Then.TAG: _tag,
    Rule.Then.FIELD: _field,
    Rule.Then.STAGE: _stage,
    Rule.Then.HANDOVER: _handover,
    Rule.Then.WEBHOOK: _webhook,
}
