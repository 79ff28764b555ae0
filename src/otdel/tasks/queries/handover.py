"""What somebody who leaves has in hand, as far as the asker may give it to others."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from otdel.core.errors import NotAllowed, NotFound
from otdel.customers import access as customers
from otdel.deals import access as deals
from otdel.org import access as org
from otdel.org.models import Person
from otdel.org.queries import person_choices
from otdel.org.rules import Right
from otdel.tasks import access
from otdel.tasks.models import Task
from otdel.tasks.rules import LIVE
from otdel.tasks.rules.handover import KINDS, Owned

OPEN_LEADS = ("NEW", "WORK")


def leaver(by: Person, person_id: int) -> Person:
    """Return whose records are handed over, or refuse: a colleague some of whose records the asker may change."""
    found = org.visible_people(by).filter(pk=person_id).first()
    if found is None:
        raise NotFound(_("There is no such person."))
    if person_id == by.pk or not any(org.reach(by, kind, Right.CHANGE).includes(person_id) for kind in KINDS):
        raise NotAllowed(_("You may not hand over what this person has: ask their head."))
    return found


def in_hand(by: Person, person_id: int) -> dict[str, list[Owned]]:
    """Return customers, contacts, open leads and deals, unfinished tasks. Five queries at most."""
    sources: dict[str, Any] = {
        "customer": customers.customers(by, Right.CHANGE).filter(owner_id=person_id),
        "contact": customers.contacts(by, Right.CHANGE).filter(owner_id=person_id),
        "lead": deals.leads(by, Right.CHANGE).filter(owner_id=person_id, status__in=OPEN_LEADS),
        "deal": deals.deals(by, Right.CHANGE).filter(owner_id=person_id, stage__outcome="OPEN"),
        "task": access.visible_tasks(by, Right.CHANGE).filter(
            assignee_id=person_id, state__in=(*LIVE, Task.State.DEFERRED)
        ),
    }
    return {kind: _owned(kind, sources[kind]) for kind in KINDS if org.scope(by, kind, Right.CHANGE)}


def _owned(kind: str, rows: Any) -> list[Owned]:
    if kind in ("customer", "lead"):
        return [Owned(pk, None) for pk in rows.order_by("pk").values_list("pk", flat=True)]
    return [Owned(*row) for row in rows.order_by("pk").values_list("pk", "customer_id")]


def successors(by: Person, person_id: int, today: Any) -> list[tuple[int, str]]:
    """Return who may take it over: those the asker may give customers or deals, but the person themselves."""
    reached = [org.reach(by, kind, Right.CREATE) for kind in ("customer", "deal")]
    return [
        (pk, name)
        for pk, name in person_choices(by, today)
        if pk != person_id and all(each.includes(pk) or pk == by.pk for each in reached)
    ]
