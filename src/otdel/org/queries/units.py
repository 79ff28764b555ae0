"""The tree of departments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from otdel.core.models import SortKey
from otdel.org import access
from otdel.org.models import Membership, Person, Succession, Unit
from otdel.org.rules import Right, Tree


@dataclass(frozen=True)
class Next:
    """The head leaves: from which day, and who heads then, "" while nobody is chosen."""

    starts_on: date
    head: str
    leaving_id: int


def next_heads() -> dict[int, Next]:
    """Return the departments whose head has a last day. One query."""
    rows = Succession.objects.values_list("unit_id", "starts_on", "head__name", "leaving_id")
    return {unit: Next(day, name or "", leaving) for unit, day, name, leaving in rows}


def headed(person: Person, head_id: int) -> list[tuple[int, str, int | None]]:
    """Return the departments somebody heads, each with its name and the next head chosen already. One query."""
    access.require(person, "unit", Right.VIEW)
    rows = Unit.objects.filter(head_id=head_id, closed_on=None).order_by("position", "pk")
    return list(rows.values_list("pk", "name", "succession__head_id"))


@dataclass(frozen=True)
class UnitRow:
    id: int
    name: str
    depth: int
    parent_id: int | None
    head_id: int | None
    head: str
    own_people: int
    all_people: int
    closed_on: date | None
    next: Next | None


def unit_rows(person: Person, today: date, *, closed: bool = False) -> list[UnitRow]:
    """Return the departments in the order of the tree. Four queries."""
    access.require(person, "unit", Right.VIEW)
    tree = access.tree_for(person)
    counts = people_by_unit(today)
    successions = next_heads()
    heads = _names({node.head_id for node in tree.nodes.values() if node.head_id})
    rows = [
        UnitRow(
            id=node.id,
            name=node.name,
            depth=depth,
            parent_id=node.parent_id,
            head_id=node.head_id,
            head=heads.get(node.head_id or 0, ""),
            own_people=counts.get(node.id, 0),
            all_people=sum(counts.get(unit, 0) for unit in tree.under(node.id)),
            closed_on=node.closed_on,
            next=successions.get(node.id),
        )
        for depth, node in tree.walk()
    ]
    return rows if closed else [row for row in rows if row.closed_on is None or row.closed_on > today]


def people_by_unit(today: date) -> Mapping[int, int]:
    """Return how many people work in each department itself. One query."""
    working = Membership.objects.on(today).filter(Q(person__employed_to=None) | Q(person__employed_to__gt=today))
    return dict(working.values_list("unit_id").annotate(Count("id")))


def _names(ids: set[int]) -> dict[int, str]:
    return dict(Person.objects.filter(pk__in=ids).values_list("id", "name")) if ids else {}


def unit_choices(tree: Tree, *, without: int | None = None) -> list[tuple[int, str]]:
    """Return open departments as an indented list, leaving out one with everything under it."""
    hidden = tree.under(without) if without else frozenset()
    return [
        (node.id, "\u2003" * depth + node.name)
        for depth, node in tree.walk()
        if node.id not in hidden and node.closed_on is None
    ]


def person_choices(person: Person, today: date) -> list[tuple[int, str]]:
    """Return everyone who works here now, by name. At most four queries."""
    working = access.visible_people(person).filter(Q(employed_to=None) | Q(employed_to__gt=today))
    return list(working.order_by(SortKey("name"), "id").values_list("id", "name"))
