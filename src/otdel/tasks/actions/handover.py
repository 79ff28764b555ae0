"""Handing over what a person who leaves has in hand, in one action that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid, NotFound
from otdel.core.models import Event
from otdel.customers import actions as customers
from otdel.deals import actions as deals
from otdel.org.actions.many import LONGEST_UNDO
from otdel.org.models import Person
from otdel.tasks import access
from otdel.tasks.actions.changing import reassign_task
from otdel.tasks.actions.flow import State, step
from otdel.tasks.queries.handover import in_hand, leaver
from otdel.tasks.rules.handover import BIGGEST_SHARE, MOST_RECEIVERS, deal_out

ASSIGN: Mapping[str, Callable[..., Event]] = {
    "customer": customers.assign_customers,
    "contact": customers.assign_contacts,
    "lead": deals.assign_leads,
    "deal": deals.assign_deals,
}
UNDO: Mapping[str, Callable[..., Event]] = {
    "customer": customers.undo_customers,
    "contact": customers.undo_contacts,
    "lead": deals.undo_leads,
    "deal": deals.undo_deals,
}


@action
def hand_over(*, by: Person, person_id: int, to: Mapping[int, int], now: datetime) -> Event:
    """Give what the person has in hand to one or several others by their shares; a client goes whole.

    Returns the event, by which it can be undone.
    """
    person = leaver(by, person_id)
    _check(person_id, to)
    dealt = deal_out(in_hand(by, person_id), to)
    events: list[tuple[str, int]] = []
    tasks: list[tuple[int, int, str]] = []
    counts: dict[str, int] = {}
    for kind, parts in dealt.parts.items():
        for owner, ids in parts.items():
            counts[kind] = counts.get(kind, 0) + len(ids)
            if kind == "task":
                tasks += _hand_tasks(by, ids, owner, now)
            else:
                events.append((kind, ASSIGN[kind](by=by, ids=ids, owner_id=owner, now=now).pk))
    if not counts:
        raise Conflict(_("There is nothing to hand over."))
    shares = {str(pk): share for pk, share in to.items()}
    return journal.record(
        "person.handed_over", person, by=by, at=now, to=shares, counts=counts, events=events, tasks=tasks
    )


def _check(person_id: int, to: Mapping[int, int]) -> None:
    if not 0 < len(to) <= MOST_RECEIVERS:
        raise Invalid(_("Choose who takes it over."), field="to")
    if person_id in to:
        raise Invalid(_("Choose somebody other than the person who is leaving."), field="to")
    if not all(0 < share <= BIGGEST_SHARE for share in to.values()):
        raise Invalid(_("A share is a whole number from 1 to 1000."), field="share")


def _hand_tasks(by: Person, ids: Sequence[int], to: int, now: datetime) -> list[tuple[int, int, str]]:
    """Return (task, whose it became, its state before)."""
    states = dict(access.visible_tasks(by).filter(pk__in=ids).values_list("pk", "state"))
    for task_id in ids:
        reassign_task(by=by, task_id=task_id, to=to, now=now)
    return [(pk, to, states[pk]) for pk in ids]


@action
def undo_handover(*, by: Person, event_id: int, now: datetime) -> Event:
    """Take back one's own handing over of the last hour; what was given on or begun since stays where it is."""
    event = Event.objects.select_for_update().filter(pk=event_id, by=by, kind="person.handed_over").first()
    if event is None:
        raise NotFound(_("There is nothing to undo."))
    if now - event.at > LONGEST_UNDO or event.data.get("undone"):
        raise Conflict(_("It is too late to undo this."))
    for kind, assigned in event.data["events"]:
        UNDO[kind](by=by, event_id=assigned, now=now)
    for task_id, owner, state in event.data["tasks"]:
        _give_back(by, task_id, owner, state, int(event.subject_id or 0), now)
    Event.objects.filter(pk=event.pk).update(data=event.data | {"undone": True})
    person = Person.objects.get(pk=event.subject_id or 0)
    return journal.record("person.handover_undone", person, by=by, at=now, event=event.pk)


def _give_back(by: Person, task_id: int, owner: int, state: str, to: int, now: datetime) -> None:
    rows = access.visible_tasks(by).select_for_update(of=("self",))
    task = rows.filter(pk=task_id, assignee_id=owner, state__in=(State.NEW, State.SEEN)).first()
    if task is not None:
        task.delegations.create(by=by, at=now, before_id=owner, after_id=to)
        observers = [pk for pk in task.observers if pk != to]
        step(task, now, assignee_id=to, state=state, observers=observers)
        journal.record("task.reassigned", task, by=by, at=now, before=owner, after=to)
