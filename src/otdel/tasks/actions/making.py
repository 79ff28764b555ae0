"""Giving work: to oneself, to one person, to several, to a whole department."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from otdel.billing.access import visible_invoices
from otdel.billing.models import Invoice
from otdel.core.act import action
from otdel.core.errors import Invalid, NotFound
from otdel.customers.models import Contact, Customer
from otdel.deals.models import Deal, Lead
from otdel.org.access import limit, reach, tree_for
from otdel.org.models import Company, Membership, Person
from otdel.org.rules import Right
from otdel.tasks import access, rules
from otdel.tasks.actions import chains, journal, reminding
from otdel.tasks.models import ChecklistItem, Task, Template
from otdel.tasks.rules import TaskValues, To

ABOUT: tuple[tuple[str, type[Any]], ...] = (
    ("deal", Deal),
    ("lead", Lead),
    ("contact", Contact),
    ("customer", Customer),
)
PLAIN = tuple(
    field.name
    for field in fields(TaskValues)
    if field.name not in ("title", "text", "tags", "checklist", "observers", "participants", "template_id")
)


@action
def create_tasks(*, by: Person, values: TaskValues, to: To, now: datetime) -> list[Task]:
    """Give a task to people or a department: one shared by all, or one each. Returns what was made."""
    rules.check(values, now)
    values = _named(about(by, values, None))
    people, called, lines = _receivers(by, to, now), named_in(by, values.text), _lines(by, values.checklist)
    if to.each or len(people) == 1:
        made = [_make(by, values, person, (), called, lines, now) for person in people]
    else:
        made = [_make(by, values, people[0], tuple(people[1:]), called, lines, now)]
    if len(made) > 1:
        Task.objects.filter(pk__in=[each.pk for each in made]).update(group_id=made[0].pk)
    for each in made:
        data = {"unit": to.unit_id, "deep": to.deep} if to.unit_id else {}
        journal.record("task.created", each, by=by, at=now, assignee=each.assignee_id, group=len(made), **data)
    reminding.remind(made, now)
    reminding.tell_given(made, by, now)
    return made


def _named(values: TaskValues) -> TaskValues:
    """Say by name what the words of a template leave open; what it is not about is left out of them."""
    if values.template_id is None or not rules.asks_names(values.title, values.text, *values.checklist):
        return values
    kinds: dict[str, type[Any]] = dict(ABOUT) | {"invoice": Invoice}
    found = {kind: getattr(values, f"{kind}_id") for kind in kinds}
    names = {kind: str(kinds[kind].objects.get(pk=pk)) for kind, pk in found.items() if pk}

    def said(text: str) -> str:
        return rules.put_names(text, names, close=True)

    title = said(values.title).strip() or Template.objects.values_list("name", flat=True).get(pk=values.template_id)
    return replace(values, title=title, text=said(values.text), checklist=tuple(map(said, values.checklist)))


def _receivers(by: Person, to: To, now: datetime) -> list[int]:
    """Whom the work is for, the first of a shared task first."""
    allowed = access.receivers(by)
    if to.unit_id:
        access.check_unit(by, to.unit_id)
        wanted = _of_unit(by, to.unit_id, to.deep, now)
    else:
        wanted = list(dict.fromkeys(to.people)) or [by.pk]
    if len(wanted) > rules.MOST_PEOPLE:
        raise Invalid(_("That is too many people for one task."), field="people")
    found = set(allowed.filter(pk__in=wanted).values_list("pk", flat=True))
    if to.unit_id:
        wanted = [pk for pk in wanted if pk in found]
    if not wanted or set(wanted) - found:
        raise Invalid(_("Choose somebody who works here."), field="people")
    return wanted


def _of_unit(by: Person, unit_id: int, deep: bool, now: datetime) -> list[int]:
    """Who is in the department now, its head first; the giver gives no work to themselves this way."""
    tree, today = tree_for(by), now.astimezone(company_zone()).date()
    units = tree.under(unit_id) if deep else {unit_id}
    working = Q(person__employed_to=None, person__is_active=True)
    rows = Membership.objects.on(today).filter(working, unit_id__in=units).order_by("person_id")
    people = [pk for pk in rows.values_list("person_id", flat=True) if pk != by.pk]
    head = tree.nodes[unit_id].head_id
    return sorted(people, key=lambda pk: pk != head)


def company_zone() -> ZoneInfo:
    return ZoneInfo(Company.objects.values_list("time_zone", flat=True).first() or "UTC")


def named_in(by: Person, text: str) -> list[int]:
    """Return who is called in by @name in the text. No query when nobody is."""
    if "@" not in text:
        return []
    people = access.receivers(by).values_list("pk", "name")
    return [pk for pk in rules.find_mentions(text, list(people)) if pk != by.pk]


def call_in(task: Task, people: Sequence[int]) -> list[int]:
    """Let those named see the task and count it until they look; a private one shows itself to nobody new."""
    named = {task.creator_id, task.assignee_id, *task.participants, *task.observers}
    strangers = [pk for pk in dict.fromkeys(people) if pk not in named]
    if not task.is_private:
        task.observers = [*task.observers, *strangers]
    called = [pk for pk in people if pk in named or not task.is_private]
    task.mentioned = list(dict.fromkeys([*task.mentioned, *called]))
    return called


Line = tuple[str, int | None]


def _lines(by: Person, texts: Sequence[str]) -> list[Line]:
    """Return the lines of a checklist with who does each, named in it as @Surname. No query when nobody is."""
    lines = rules.tidy(texts, 250, 50)
    if not any("@" in line for line in lines):
        return [(line, None) for line in lines]
    people = list(access.receivers(by).values_list("pk", "name"))
    return [(line, next(iter(rules.find_mentions(line, people)), None)) for line in lines]


def _make(
    by: Person,
    values: TaskValues,
    assignee: int,
    participants: tuple[int, ...],
    called: Sequence[int],
    lines: Sequence[Line],
    now: datetime,
) -> Task:
    own = assignee == by.pk and not participants
    task = Task(
        creator=by,
        assignee_id=assignee,
        participants=list(participants),
        is_shared=bool(participants),
        judged_by=values.deadline,
        first_deadline=values.deadline,
        state=Task.State.SEEN if own else Task.State.NEW,
        seen_at=now if own else None,
        created_at=now,
        updated_at=now,
    )
    fill(task, by, values)
    task.template_id = values.template_id
    doing = [pk for _text, pk in lines if pk and pk not in (by.pk, assignee, *participants)]
    call_in(task, [*called, *doing])
    task.save()
    named = {by.pk, assignee, *task.participants, *task.observers}
    ChecklistItem.objects.bulk_create(
        ChecklistItem(task=task, text=text, assignee_id=pk if pk in named else None, position=place)
        for place, (text, pk) in enumerate(lines)
    )
    return task


def fill(task: Task, by: Person, values: TaskValues) -> None:
    """Put what is asked for into the task; nobody accepts their own work."""
    task.title, task.text = " ".join(values.title.split())[:250], values.text.strip()[: rules.LONGEST_TEXT]
    task.tags = rules.tidy(values.tags, 60, 20)
    task.observers = _known(by, values.observers, task.observers)
    if not task.is_shared:
        task.participants = [pk for pk in _known(by, values.participants, task.participants) if pk != task.assignee_id]
    for name in PLAIN:
        setattr(task, name, getattr(values, name))
    named = {task.creator_id, task.assignee_id, *task.participants, *task.observers}
    task.mentioned = [pk for pk in task.mentioned if pk in named]
    if task.assignee_id == task.creator_id and not task.is_shared:
        task.needs_acceptance = False


def _known(by: Person, wanted: Sequence[int], was: Sequence[int]) -> list[int]:
    fresh = set(wanted) - set(was)
    if fresh and access.receivers(by).filter(pk__in=fresh).count() != len(fresh):
        raise Invalid(_("Choose somebody who works here."), field="observers")
    return list(dict.fromkeys(wanted))


def about(by: Person, values: TaskValues, task: Task | None) -> TaskValues:
    """Check that what it is about may be seen by whoever ties it; a deal, lead or invoice brings its customer along."""
    customer_id = values.customer_id
    for kind, model in ABOUT:
        pk = getattr(values, f"{kind}_id")
        if pk and pk != getattr(task, f"{kind}_id", None):
            rows = limit(model.objects.filter(deleted_at=None), reach(by, kind, Right.VIEW))
            found = _one(rows, kind, pk)
            customer_id = customer_id or getattr(found, "customer_id", None)
    if values.invoice_id and values.invoice_id != getattr(task, "invoice_id", None):
        invoice = _one(visible_invoices(by), "invoice", values.invoice_id)
        customer_id = customer_id or invoice.customer_id
    if values.parent_id and values.parent_id != getattr(task, "parent_id", None):
        _one(access.visible_tasks(by), "parent", values.parent_id)
        if task is not None:
            chains.check(values.parent_id, task.pk)
    if values.template_id and task is None:
        _one(access.visible_templates(by), "template", values.template_id)
    return replace(values, customer_id=customer_id)


def _one(rows: Any, kind: str, pk: int) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such record, or you may not see it."), field=kind)
    return found
