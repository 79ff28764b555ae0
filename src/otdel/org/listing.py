"""The parts of lists that are about people: whose record it is, and of which department."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otdel.core.listing import Asking, Choice, Column, Kind
from otdel.core.listing.filters import Option
from otdel.core.models import SortKey
from otdel.org import access
from otdel.org.models import Person

INDENT = "\u2003"


def people(asking: Asking) -> Iterator[Option]:
    """Yield everyone the person may choose as an owner; those who left come last. One query."""
    rows = access.visible_people(asking.person).order_by("-is_active", SortKey("name"), "id")
    for pk, name in rows.values_list("id", "name"):
        yield str(pk), name


def departments(asking: Asking) -> Iterator[Option]:
    """Yield departments in the order of the tree, indented. One query per request in all."""
    for depth, node in access.tree_for(asking.person).walk():
        yield str(node.id), INDENT * depth + node.name


@dataclass(frozen=True)
class PersonFilter(Choice):
    """Whose the rows are; `me` is whoever looks, so that a saved view fits everybody."""

    def read(self, params: Any, asking: Asking) -> tuple[Any, ...] | None:
        if "me" in (params.get(self.key) or ()):
            return ("me",)
        return super().read(params, asking)

    def narrow(self, rows: QuerySet[Any], value: tuple[Any, ...], asking: Asking) -> QuerySet[Any]:
        if value == ("me",):
            value = (asking.person.pk,)
        return super().narrow(rows, value, asking)

    def says(self, value: tuple[Any, ...], asking: Asking) -> str:
        if value == ("me",):
            return f"{self.label}: {asking.person.name}"
        chosen = Person.objects.filter(pk__in=[each for each in value if each != "none"])
        return f"{self.label}: {', '.join(chosen.order_by('name').values_list('name', flat=True)) or '?'}"


@dataclass(frozen=True)
class UnitFilter(Choice):
    """Rows of the department with everything under it.

    A closed row belongs to the department kept with it (`kept`), an open one to that of its owner now.
    """

    kept: str = ""

    def narrow(self, rows: QuerySet[Any], value: tuple[Any, ...], asking: Asking) -> QuerySet[Any]:
        units = access.tree_for(asking.person).under(*(each for each in value if each != "none"))
        belongs = Q(**{f"{self.path}__in": access.people_of(units)})
        if not self.kept:
            return rows.filter(belongs)
        return rows.filter(Q(**{f"{self.kept}__in": units}) | Q(belongs, **{f"{self.kept}__isnull": True}))

    def says(self, value: tuple[Any, ...], asking: Asking) -> str:
        nodes = access.tree_for(asking.person).nodes
        return f"{self.label}: {', '.join(nodes[each].name if each in nodes else '?' for each in value)}"


def owner_filter(path: str = "owner_id") -> PersonFilter:
    return PersonFilter("owner", _("Responsible"), path=path, options=people)


def unit_filter(path: str = "owner_id", kept: str = "") -> UnitFilter:
    return UnitFilter("unit", _("Department"), path=path, options=departments, kept=kept)


def owner_column(path: str = "owner", **changes: Any) -> Column:
    """Return the column of the responsible person: drawn from last and first name."""
    given = {"source": f"{path}__last_name", "also": (f"{path}__first_name",), "kind": Kind.PERSON} | changes
    return Column("owner", _("Responsible"), **given)


__all__ = ["PersonFilter", "UnitFilter", "departments", "owner_column", "owner_filter", "people", "unit_filter"]
