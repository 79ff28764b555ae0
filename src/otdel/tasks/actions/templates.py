"""Templates: kept, changed, and work given from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.billing.access import visible_invoices
from otdel.billing.models import Invoice
from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Invalid
from otdel.customers.models import Contact, Customer
from otdel.deals.models import Deal, Lead
from otdel.org.access import latest_unit, limit, reach, require, tree_for
from otdel.org.models import Person
from otdel.org.queries import worktime
from otdel.org.rules import Right
from otdel.tasks import access, rules
from otdel.tasks.actions.making import create_tasks
from otdel.tasks.models import Task, Template
from otdel.tasks.rules import TaskValues, To

Assign = Template.Assign
WATCHERS = (Assign.HEAD, Assign.OWNER, Assign.OWNER_HEAD)
RECORDS: dict[str, type[Any]] = {
    "deal": Deal,
    "lead": Lead,
    "customer": Customer,
    "invoice": Invoice,
    "contact": Contact,
}


@dataclass(frozen=True)
class TemplateValues:
    name: str
    title: str
    scope: str = Template.Scope.OWN
    unit_id: int | None = None
    text: str = ""
    checklist: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    priority: int = 2
    due_after: int | None = None
    due_in: str = Template.After.DAYS
    assign: str = Assign.GIVER
    assignee_id: int | None = None
    to_unit_id: int | None = None
    to_deep: bool = False
    watch: tuple[str, ...] = ()
    observers: tuple[int, ...] = ()
    needs_acceptance: bool = False
    proof: str = ""
    most_moves: int | None = None
    most_days: int | None = None


@action
def save_template(*, by: Person, template_id: int | None = None, values: TemplateValues, now: datetime) -> Template:
    """Make a template, or change one."""
    require(by, access.KIND, Right.CREATE)
    template = access.template_for(by, template_id) if template_id else Template(owner=by, created_at=now)
    if not template_id or values.scope != template.scope or values.unit_id != template.unit_id:
        access.check_template_scope(by, values.scope, values.unit_id)
    _check(by, values, now)
    for field in fields(TemplateValues):
        setattr(template, field.name, getattr(values, field.name))
    template.name, template.title = " ".join(values.name.split())[:120], " ".join(values.title.split())[:250]
    template.unit_id = values.unit_id if values.scope == Template.Scope.UNIT else None
    template.checklist, template.tags = rules.tidy(values.checklist, 250, 50), rules.tidy(values.tags, 60, 20)
    template.text = values.text.strip()[: rules.LONGEST_TEXT]
    template.assignee_id = values.assignee_id if values.assign == Assign.PERSON else None
    template.to_unit_id = values.to_unit_id if values.assign == Assign.UNIT else None
    template.watch, template.observers = list(values.watch), list(values.observers)
    template.updated_at = now
    template.save()
    journal.record("task_template.saved", template, by=by, at=now, name=template.name)
    return template


def _check(by: Person, values: TemplateValues, now: datetime) -> None:
    if not values.name.strip():
        raise Invalid(_("Give the template a name."), field="name")
    rules.check(TaskValues(title=values.title, priority=values.priority, proof=values.proof), now)
    known = values.scope in Template.Scope.values and values.due_in in Template.After.values
    if not known or values.assign not in Assign.values or set(values.watch) - set(WATCHERS):
        raise Invalid(_("There is no such choice."), field="assign")
    if values.assign == Assign.PERSON and not values.assignee_id:
        raise Invalid(_("Choose the person."), field="assignee")
    if values.assign == Assign.UNIT:
        if not values.to_unit_id:
            raise Invalid(_("Choose the department."), field="to_unit")
        access.check_unit(by, values.to_unit_id)
    people = {*values.observers, *([values.assignee_id] if values.assignee_id else [])}
    if people and access.receivers(by).filter(pk__in=people).count() != len(people):
        raise Invalid(_("Choose somebody who works here."), field="assignee")


@action
def drop_template(*, by: Person, template_id: int, now: datetime) -> None:
    """Take a template away; what was given from it stays, what it repeats stops."""
    template = access.template_for(by, template_id)
    template.deleted_at = template.updated_at = now
    template.save(update_fields=["deleted_at", "updated_at"])
    template.repeats.filter(deleted_at=None).update(deleted_at=now, is_on=False)
    journal.record("task_template.dropped", template, by=by, at=now, name=template.name)


@action
def give_from_template(
    *, by: Person, template_id: int, about: Mapping[str, int] | None = None, now: datetime
) -> list[Task]:
    """Give what the template says to whom it says; `about` names records: {"deal": 5}."""
    values, to = prepare(by=by, template_id=template_id, about=about, now=now)
    return create_tasks(by=by, values=values, to=to, now=now)


def prepare(
    *, by: Person, template_id: int, about: Mapping[str, int] | None = None, now: datetime
) -> tuple[TaskValues, To]:
    """Return what the template asks for, and of whom, without giving it."""
    template = access.visible_templates(by).filter(pk=template_id).first()
    if template is None:
        raise Invalid(_("There is no such template."), field="template")
    records = {kind: _record(by, kind, pk) for kind, pk in (about or {}).items()}
    return values_of(template, by, records, now), address_of(template, by, records)


def visible_records(by: Person, kind: str) -> Any:
    """Living records of a kind that the person sees."""
    if kind == "invoice":
        return visible_invoices(by)
    return limit(RECORDS[kind].objects.filter(deleted_at=None), reach(by, kind, Right.VIEW))


def _record(by: Person, kind: str, pk: int) -> Any:
    found = visible_records(by, kind).select_related("owner__role").filter(pk=pk).first()
    if found is None:
        raise Invalid(_("The record is not there any more, or may not be seen."), field="about")
    return found


def deadline_of(template: Template, by: Person, now: datetime) -> tuple[datetime | None, bool]:
    """Return until when, and whether the hour counts. One query when there is a deadline."""
    if template.due_after is None:
        return None, False
    work = worktime(by)
    if template.due_in == Template.After.HOURS:
        return work.add(now, template.due_after * 60), True
    local = now.astimezone(work.zone).date()
    return rules.end_of(work.calendar.add_working_days(local, template.due_after), work.zone), False


def values_of(template: Template, by: Person, records: Mapping[str, Any], now: datetime) -> TaskValues:
    deadline, has_time = deadline_of(template, by, now)
    watching = [pk for role in template.watch if (pk := _role(role, by, records))]
    names = _names(records)
    return TaskValues(
        title=rules.put_names(template.title, names, close=False),
        text=rules.put_names(template.text, names, close=False),
        deadline=deadline,
        has_time=has_time,
        priority=template.priority,
        observers=tuple(dict.fromkeys([*template.observers, *(pk for pk in watching if pk != by.pk)])),
        needs_acceptance=template.needs_acceptance,
        proof=template.proof,
        most_moves=template.most_moves,
        most_days=template.most_days,
        tags=tuple(template.tags),
        checklist=tuple(rules.put_names(each, names, close=False) for each in template.checklist),
        template_id=template.pk,
        **{f"{kind}_id": record.pk for kind, record in records.items()},
    )


def _names(records: Mapping[str, Any]) -> dict[str, str]:
    """What {customer}, {deal}, {contact}, {lead} or {invoice} of the template says; the rest may still be chosen."""
    customer = next((each.customer for each in records.values() if getattr(each, "customer", None)), None)
    return ({"customer": str(customer)} if customer else {}) | {kind: str(each) for kind, each in records.items()}


def address_of(template: Template, by: Person, records: Mapping[str, Any]) -> To:
    if template.assign == Assign.UNIT:
        return To(unit_id=template.to_unit_id, deep=template.to_deep)
    person = template.assignee_id if template.assign == Assign.PERSON else _role(template.assign, by, records)
    return To(people=(person or by.pk,))


def _role(role: str, by: Person, records: Mapping[str, Any]) -> int | None:
    """Return who stands in the role, seen from the giver or the record; None when nobody does."""
    owner = next((each.owner for each in records.values() if getattr(each, "owner", None)), by)
    match role:
        case Assign.GIVER:
            return by.pk
        case Assign.HEAD:
            return head_over(by)
        case Assign.OWNER:
            return owner.pk
        case Assign.OWNER_HEAD:
            return head_over(owner)
    return None


def head_over(person: Person) -> int | None:
    """Return the nearest head above the person who is not the person."""
    unit = latest_unit(person)
    heads = tree_for(person).heads_above(unit) if unit else ()
    return next((head for head in heads if head != person.pk), None)
