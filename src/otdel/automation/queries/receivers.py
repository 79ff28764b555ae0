"""To whom a rule turns: the same when it fires and when it is tried.

A role is looked for around the record: in the department of whoever answers for it with all under it, then in the next
one above, and so on; who is away today is passed over while there is anybody else. Nobody is found whom the rule's
owner may not give work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from otdel.automation.models import Rule
from otdel.billing.models import Invoice
from otdel.customers.models import Customer
from otdel.deals.models import Deal, Lead
from otdel.org.access import tree_for
from otdel.org.models import Absence, Membership, Person
from otdel.org.queries import zone_of
from otdel.tasks.access import receivers
from otdel.tasks.models import Task
from otdel.tasks.rules import LIVE

OWNERS: dict[str, Any] = {"deal": Deal, "lead": Lead, "customer": Customer, "invoice": Invoice}


@dataclass(frozen=True)
class Receivers:
    """Who gets it; `one`: only one of them, whoever has the fewest tasks to do."""

    people: tuple[int, ...] = ()
    one: bool = False


def receivers_of(rule: Rule, owner: Person, kind: str, ids: Collection[int], now: datetime) -> dict[int, Receivers]:
    """Return to whom the rule would turn about each record. Two queries, of a role four more at most."""
    match rule.does.get("to"):
        case "PERSON":
            return dict.fromkeys(ids, Receivers((int(rule.does["person"]),)))
        case "CREATOR":
            return dict.fromkeys(ids, Receivers((owner.pk,)))
    answer = answering(owner, kind, ids)
    if rule.does.get("to") == "ROLE":
        units = {pk: unit for pk, (unit, _people) in answer.items()}
        return _of_role(rule, owner, units, now)
    place = 1 if rule.does.get("to") == "HEAD" else 0
    return {pk: Receivers(((*people, 0, 0)[place] or owner.pk,)) for pk, (_unit, people) in answer.items()}


def the_one(found: Receivers) -> tuple[int, ...]:
    """Return those who get it now: all of them, or whoever has the fewest tasks to do. One query for one of several."""
    if not found.one or len(found.people) < 2:
        return found.people
    todo = dict(
        Task.objects.filter(assignee__in=found.people, state__in=LIVE, deleted_at=None)
        .values_list("assignee")
        .annotate(Count("pk"))
    )
    return (min(found.people, key=lambda pk: (todo.get(pk, 0), pk)),)


# the department around a record, and who answers for it with the nearest head above
Answer = tuple[int | None, tuple[int, ...]]


def answering(owner: Person, kind: str, ids: Collection[int]) -> dict[int, Answer]:
    """Return who answers for each record, then their head; of a department, the two nearest heads above its line."""
    tree = tree_for(owner)
    if kind == "unit":
        return {pk: (pk, tree.heads_above(pk)[:2]) for pk in ids}
    whose = _owners(kind, ids)
    units, found = _units(set(whose.values())), {}
    for pk, person in whose.items():
        unit = units.get(person)
        above = [head for head in tree.heads_above(unit) if head != person] if unit else []
        found[pk] = (unit, (person, *above[:1]))
    return found


def _owners(kind: str, ids: Collection[int]) -> dict[int, int]:
    if kind == "person":
        return {pk: pk for pk in ids}
    rows = Task.objects.values_list("pk", "assignee_id") if kind == "task" else None
    rows = OWNERS[kind].objects.values_list("pk", "owner_id") if rows is None else rows
    return dict(rows.filter(pk__in=ids))


def _units(people: Collection[int]) -> dict[int, int]:
    """Return the department each of the people is in now, or was in last. One query."""
    rows = Membership.objects.filter(person__in=people).order_by("person_id", "-starts_on").distinct("person_id")
    return dict(rows.values_list("person_id", "unit_id"))


def _of_role(rule: Rule, owner: Person, units: Mapping[int, int | None], now: datetime) -> dict[int, Receivers]:
    """Return those with the role who are nearest to each record's department."""
    people = _with_role(owner, int(rule.does["role"]), now)
    known: dict[int | None, tuple[int, ...]] = {}
    for unit in set(units.values()):
        known[unit] = _nearest(owner, unit, people)
    one = rule.does.get("spread") != "ALL"
    return {pk: Receivers(known[unit], one) for pk, unit in units.items()}


def _with_role(owner: Person, role_id: int, now: datetime) -> dict[int, int | None]:
    """Return whom the rule's owner may give work among those with the role, and their departments."""
    found = list(receivers(owner).filter(role_id=role_id).order_by("name", "pk").values_list("pk", flat=True))
    today = now.astimezone(zone_of(owner)).date()
    away = Absence.objects.filter(Q(starts_on__lte=today, ends_on__gt=today), person__in=found)
    gone = set(away.values_list("person_id", flat=True))
    here = [pk for pk in found if pk not in gone] or found
    units = _units(here)
    return {pk: units.get(pk) for pk in here}


def _nearest(owner: Person, unit: int | None, people: Mapping[int, int | None]) -> tuple[int, ...]:
    tree = tree_for(owner)
    for around in tree.above(unit) if unit else ():
        within = tree.under(around)
        if near := tuple(pk for pk, of in people.items() if of in within):
            return near
    return tuple(people)
