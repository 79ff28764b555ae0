"""Finding people and departments as files name them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from otdel.core.errors import Conflict, NotFound
from otdel.core.imports import Ref, fold
from otdel.org.models import Person, Unit

_MARKS = re.compile(r"[.,]")


class UnknownPerson(NotFound):
    """Nobody is called so."""


@dataclass(frozen=True)
class Named:
    id: int
    last: str
    first: str
    middle: str
    email: str
    external_id: str


class PeopleByName:
    """Everyone, past colleagues included, by external id, e-mail, and name in any usual order."""

    def __init__(self, people: Iterable[Named]) -> None:
        self._by_id: dict[str, int] = {}
        self._by_name: dict[str, set[int]] = defaultdict(set)
        for person in people:
            self.add(person)

    def add(self, person: Named) -> None:
        for sure in (person.external_id, person.email):
            if sure:
                self._by_id[sure] = person.id
        for name in _ways(person):
            self._by_name[_plain(name)].add(person.id)

    def find(self, ref: Ref) -> int:
        """Raises UnknownPerson, or Conflict for namesakes."""
        name, external = ref
        sure = self._by_id.get(external or name) or self._by_id.get(name.lower())
        if sure:
            return sure
        found = self._by_name.get(_plain(name), set())
        if not found:
            raise UnknownPerson(_("There is nobody called “%(name)s” here.") % {"name": name[:160]})
        if len(found) > 1:
            raise Conflict(_("Several people are called “%(name)s”: name them by e-mail or id.") % {"name": name[:160]})
        return next(iter(found))

    def knows(self, ref: Ref) -> bool:
        try:
            return bool(self.find(ref))
        except Conflict:
            return True
        except UnknownPerson:
            return False

    def knows_one(self, ref: Ref) -> bool:
        try:
            return bool(self.find(ref))
        except (Conflict, UnknownPerson):
            return False


def _plain(name: str) -> str:
    return fold(_MARKS.sub(" ", name))


def _ways(person: Named) -> Iterator[str]:
    """«Петров Пётр», «Пётр Петров», with the patronymic, «Петров П.», «Петров П. С.», «П. С. Петров»."""
    last, first, middle = person.last, person.first, person.middle
    yield f"{last} {first}"
    yield f"{first} {last}"
    if last and first:
        yield f"{last} {first[0]}"
        yield f"{first[0]} {last}"
    if middle:
        yield f"{last} {first} {middle}"
        yield f"{first} {middle} {last}"
        yield f"{last} {first[:1]} {middle[0]}"
        yield f"{first[:1]} {middle[0]} {last}"


def people_by_name() -> PeopleByName:
    """One query."""
    rows = Person.objects.values_list("id", "last_name", "first_name", "middle_name", "email", "external_id")
    return PeopleByName(Named(*row[:4], row[4] or "", row[5] or "") for row in rows)


class UnitsByName:
    """Departments by external id, path, or name where only one is called so."""

    def __init__(self) -> None:
        self.units = {unit.pk: unit for unit in Unit.objects.order_by("position", "id")}

    def find(self, path: tuple[str, ...]) -> Unit | None:
        """Raises Conflict where several departments are called so."""
        if len(path) == 1:
            sure = [unit for unit in self.units.values() if unit.external_id == path[0]]
            found = sure or [unit for unit in self.units.values() if fold(unit.name) == fold(path[0])]
        else:
            found = [unit for unit in self.units.values() if self._path(unit)[-len(path) :] == [*map(fold, path)]]
        if len(found) > 1:
            raise Conflict(_("Several departments are called “%(name)s”.") % {"name": " / ".join(path)[:160]})
        return found[0] if found else None

    def child(self, parent_id: int | None, name: str) -> Unit | None:
        mine = (unit for unit in self.units.values() if unit.parent_id == parent_id and fold(unit.name) == fold(name))
        return next(mine, None)

    def _path(self, unit: Unit) -> list[str]:
        names, current = [], unit
        while True:
            names.append(fold(current.name))
            if current.parent_id is None:
                return names[::-1]
            current = self.units[current.parent_id]

    @property
    def root(self) -> Unit | None:
        return next((unit for unit in self.units.values() if unit.parent_id is None), None)
