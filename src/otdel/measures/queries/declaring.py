"""Where the line stands when manual control is declared, and who may declare and review it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from otdel.core.models import SortKey
from otdel.core.periods import Period
from otdel.measures import access
from otdel.measures.models import ManualControl
from otdel.measures.queries.standing import Standing, standing
from otdel.org import access as org
from otdel.org.models import Membership, Person, Unit
from otdel.org.queries import calendar, company_of
from otdel.org.rules import Right, Tree


@dataclass(frozen=True)
class Declared:
    """What the form of a declaration starts from."""

    unit_id: int
    unit: str
    person_id: int | None
    person: str
    standing: Standing
    reviewers: list[tuple[int, str]]
    controlled: bool


def declaration(
    person: Person, *, unit_id: int, person_id: int | None, metric: str, period: Period, today: date
) -> Declared:
    """Return where the line stands now. Raises what declaring would."""
    access.check_declare(person, unit_id, person_id)
    tree = org.tree_for(person)
    company = company_of(person)
    where = standing(
        unit_id=unit_id,
        person_id=person_id,
        metric=metric,
        period=period,
        day=yesterday(today),
        company=company,
        calendar=calendar(company.country),
    )
    heads = reviewers(tree, unit_id, person_id)
    names = dict(Person.objects.filter(pk__in={*heads, person_id}).values_list("pk", "name"))
    place: dict[str, Any] = {"unit_id": unit_id, "person_id": person_id}
    rows = ManualControl.objects.filter(**place, ended_on=None)
    return Declared(
        unit_id=unit_id,
        unit=tree.nodes[unit_id].name,
        person_id=person_id,
        person=names.get(person_id, "") if person_id else "",
        standing=where,
        reviewers=[(pk, names[pk]) for pk in heads if pk in names],
        controlled=rows.exists(),
    )


def yesterday(today: date) -> date:
    return date.fromordinal(today.toordinal() - 1)


def reviewers(tree: Tree, unit_id: int, person_id: int | None) -> list[int]:
    """Return the heads who may review, those above the department's own head first."""
    heads = [pk for pk in tree.heads_above(unit_id) if pk != person_id]
    own = tree.nodes[unit_id].head_id
    return sorted(heads, key=lambda pk: pk == own)


def unit_of(person_id: int, today: date) -> int | None:
    """Return the department somebody belongs to now. One query."""
    return Membership.objects.on(today).filter(person_id=person_id).values_list("unit_id", flat=True).first()


def may_declare(person: Person, person_id: int) -> bool:
    return access.may_steer(person, person_id)


def people(person: Person, today: date) -> list[tuple[int, str]]:
    """Return those whose days the person may steer. One query besides those of access."""
    reached = org.reach(person, access.KIND, Right.CHANGE)
    rows = (
        Person.objects.filter(is_active=True)
        .filter(Q(employed_to=None) | Q(employed_to__gt=today))
        .exclude(pk=person.pk)
    )
    return list(org.limit(rows, reached, "id").order_by(SortKey("name"), "pk").values_list("pk", "name"))


def unit_name(unit_id: int) -> str:
    return Unit.objects.values_list("name", flat=True).get(pk=unit_id)
