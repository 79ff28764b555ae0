"""Whose records a person may see or change. Every room's access stands on `reach`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db import connection, models
from django.utils.translation import gettext as _

from otdel.core.errors import NotAllowed, NotFound
from otdel.org.models import Membership, Person, Unit
from otdel.org.rules import Node, Right, Scope, Tree, scope_of

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Reach:
    """The people whose records a right extends to, and the departments."""

    everyone: bool
    person_ids: frozenset[int] = frozenset()
    unit_ids: frozenset[int] = frozenset()

    def includes(self, person_id: int | None) -> bool:
        return self.everyone or person_id in self.person_ids

    def includes_unit(self, unit_id: int | None) -> bool:
        return self.everyone or unit_id in self.unit_ids

    @property
    def nothing(self) -> bool:
        return not self.everyone and not self.person_ids


ALL = Reach(everyone=True)
NOTHING = Reach(everyone=False)


def _memory(person: Person) -> dict[Any, Any]:
    """A cache that lives as long as the person object: one request."""
    memory: dict[Any, Any] = person.__dict__.setdefault("_reach_memory", {})
    return memory


def forget(person: Person) -> None:
    """Drop what was remembered, after a change of the tree inside the same request."""
    person.__dict__.pop("_reach_memory", None)


def tree() -> Tree:
    """Return all departments in display order. One query."""
    return Tree.of(Node(*row) for row in _units().values_list(*_NODE))


_NODE = ("id", "name", "parent_id", "head_id", "closed_on")


def _units() -> models.QuerySet[Unit]:
    return Unit.objects.order_by("position", "name", "id")


# Written out: nearly every page asks it, and Django takes longer to compose it than PostgreSQL to answer.
_TREE = """
SELECT id, name, parent_id, head_id, closed_on,
    (SELECT unit_id FROM org_membership WHERE person_id = %s ORDER BY starts_on DESC LIMIT 1)
FROM org_unit ORDER BY position, name, id"""


def _look(person: Person) -> None:
    """Read the departments, and with them the one the person belongs to: together one query, once per request."""
    with connection.cursor() as cursor:
        cursor.execute(_TREE, [person.pk])
        rows = cursor.fetchall()
    memory = _memory(person)
    memory["tree"] = Tree.of(Node(*row[:-1]) for row in rows)
    memory["unit"] = rows[0][-1] if rows else None


def tree_for(person: Person) -> Tree:
    """Return all departments, read once per request."""
    memory = _memory(person)
    if "tree" not in memory:
        _look(person)
    found: Tree = memory["tree"]
    return found


def scope(person: Person, kind: str, right: Right) -> Scope:
    if not person.is_active:
        return Scope.NONE
    return scope_of(person.role.rights, kind, right)


def _own_units(person: Person) -> frozenset[int]:
    """Departments the person heads, and the latest one they belong to."""
    headed = frozenset(tree_for(person).headed_by(person.pk))
    own = latest_unit(person)
    return headed if own is None else headed | {own}


def people_of(units: frozenset[int]) -> frozenset[int]:
    """Everyone whose latest department is among the units, those who left included. One query."""
    latest = Membership.objects.order_by("person_id", "-starts_on").distinct("person_id").values("person_id", "unit_id")
    rows = Membership.objects.filter(unit_id__in=units).values_list("person_id", flat=True).distinct()
    final = {row["person_id"]: row["unit_id"] for row in latest.filter(person_id__in=rows)}
    return frozenset(person for person, unit in final.items() if unit in units)


def reach(person: Person, kind: str, right: Right) -> Reach:
    """Return whose records of this kind the right extends to. At most two queries per request in all."""
    return reach_of_scope(person, scope(person, kind, right))


def reach_of_scope(person: Person, width: Scope) -> Reach:
    if width == Scope.ALL:
        return ALL
    if width == Scope.NONE:
        return NOTHING
    memory = _memory(person)
    if width not in memory:
        memory[width] = _measure(person, width)
    found: Reach = memory[width]
    return found


def unit_reach(person: Person, kind: str, right: Right) -> Reach:
    """Return the departments a right extends to, without asking who works there: for what is kept by department.

    The query for the departments themselves is its only one.
    """
    width = scope(person, kind, right)
    if width in (Scope.ALL, Scope.NONE):
        return reach_of_scope(person, width)
    memory = _memory(person)
    if ("units", width) not in memory:
        units = frozenset() if width == Scope.OWN else _own_units(person)
        units = tree_for(person).under(*units) if width == Scope.SUBTREE else units
        memory["units", width] = Reach(everyone=False, person_ids=frozenset({person.pk}), unit_ids=units)
    found: Reach = memory["units", width]
    return found


def latest_unit(person: Person) -> int | None:
    """Return the department the person belongs to now, or belonged to last."""
    tree_for(person)
    found: int | None = _memory(person)["unit"]
    return found


def _measure(person: Person, width: Scope) -> Reach:
    if width == Scope.OWN:
        return Reach(everyone=False, person_ids=frozenset({person.pk}))
    units = _own_units(person)
    if width == Scope.SUBTREE:
        units = tree_for(person).under(*units)
    return Reach(everyone=False, person_ids=people_of(units) | {person.pk}, unit_ids=units)


Q = TypeVar("Q", bound="models.QuerySet[Any]")


def limit(queryset: Q, reached: Reach, field: str = "owner_id") -> Q:
    """Keep the rows whose owner is within reach."""
    if reached.everyone:
        return queryset
    if reached.nothing:
        return queryset.none()
    return queryset.filter(**{f"{field}__in": reached.person_ids})


def records(queryset: Q, person: Person, kind: str, right: str, binned: bool) -> Q:
    """Keep the records the right reaches; what is in the bin only where asked and where one may delete."""
    kept = queryset.exclude(deleted_at=None) if binned else queryset.filter(deleted_at=None)
    found = limit(kept, reach(person, kind, Right(right)))
    return limit(found, reach(person, kind, Right.DELETE)) if binned else found


def sees(person: Person, kind: str, owner_id: int, binned: bool) -> bool:
    """The rule of `records`, about one that is read already."""
    rights = (Right.VIEW, Right.DELETE) if binned else (Right.VIEW,)
    return all(reach(person, kind, right).includes(owner_id) for right in rights)


def seen(queryset: Q, person: Person, kind: str) -> Q:
    """Keep what one may open: records within reach, and those of a customer within reach, whoever made them.

    For opening one record or the records of one customer; lists keep to `limit`, which an index serves.
    """
    own, clients = reach(person, kind, Right.VIEW), reach(person, "customer", Right.VIEW)
    if own.everyone or own.nothing:
        return limit(queryset, own)
    of_client = (
        models.Q(customer__isnull=False) if clients.everyone else models.Q(customer__owner__in=clients.person_ids)
    )
    return queryset.filter(models.Q(owner__in=own.person_ids) | of_client)


def require(person: Person, kind: str, right: Right) -> None:
    """Refuse who has no such right at all."""
    if scope(person, kind, right) == Scope.NONE:
        raise NotAllowed(_("Your role does not allow this."))


def check(person: Person, kind: str, right: Right, owner_id: int | None) -> None:
    """Refuse to do this to a visible record of the owner."""
    if not reach(person, kind, right).includes(owner_id):
        raise NotAllowed(_("Your role does not allow this for a record of this person."))


def one_for(
    visible: models.QuerySet[M],
    person: Person,
    kind: str,
    right: Right,
    pk: int,
    owner_field: str = "owner_id",
) -> M:
    """Return the visible record locked until the transaction ends, or refuse.

    What one may not see is NotFound; what one sees but may not change is NotAllowed.
    """
    found = visible.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such record, or you may not see it."))
    check(person, kind, right, getattr(found, owner_field))
    return found


def visible_people(person: Person) -> models.QuerySet[Person]:
    """Everyone by name: who works here is no secret to a colleague; their records are."""
    if scope(person, "person", Right.VIEW) == Scope.NONE:
        return Person.objects.filter(pk=person.pk)
    return limit(Person.objects.all(), reach(person, "person", Right.VIEW), "id")


def led_by(person: Person) -> frozenset[int]:
    """Everyone of the departments the person heads and of those under them, but not the person. One query."""
    tree = tree_for(person)
    headed = tree.headed_by(person.pk)
    return people_of(tree.under(*headed)) - {person.pk} if headed else frozenset()


def absences_reach(person: Person) -> Reach:
    """Whose absences the person looks after: their people's, and those of whose cards they may change."""
    reached = reach(person, "person", Right.CHANGE)
    if reached.everyone:
        return ALL
    return Reach(everyone=False, person_ids=reached.person_ids | led_by(person))


def keeps_absences(person: Person) -> bool:
    """Whether there are others whose absences the person looks after."""
    return bool(tree_for(person).headed_by(person.pk)) or scope(person, "person", Right.CHANGE) > Scope.OWN


@dataclass(frozen=True)
class StandIn:
    """Somebody who is away today, in whose place the person acts, and until when."""

    person_id: int
    name: str
    last_on: date


def stands_in_for(person: Person) -> dict[int, StandIn]:
    """In whose place the person acts today: read together with the signed-in person, at no further cost."""
    found: dict[int, StandIn] = person.__dict__.get("stands_in", {})
    return found


def person_for_absence(by: Person, person_id: int) -> Person:
    found = visible_people(by).select_for_update(of=("self",)).filter(pk=person_id).first()
    if found is None:
        raise NotFound(_("There is no such person."))
    if person_id != by.pk and not absences_reach(by).includes(person_id):
        raise NotAllowed(_("Only their head can record somebody's absence."))
    return found


def person_for_change(by: Person, person_id: int) -> Person:
    return one_for(visible_people(by), by, "person", Right.CHANGE, person_id, "pk")


def unit_for_change(by: Person, unit_id: int) -> Unit:
    require(by, "unit", Right.CHANGE)
    found = Unit.objects.select_for_update().filter(pk=unit_id).first()
    if found is None:
        raise NotFound(_("There is no such department."))
    if not reach(by, "unit", Right.CHANGE).includes_unit(unit_id):
        raise NotAllowed(_("Your role does not allow this for this department."))
    return found
