"""People other rows name: found, or made on the way where that was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from otdel.core.errors import Invalid, NotAllowed
from otdel.core.imports import Ref, Result, Settings
from otdel.org import access
from otdel.org.actions.imports.hiring import Hiring, PersonRow
from otdel.org.models import Person
from otdel.org.queries.naming import Named, PeopleByName, people_by_name
from otdel.org.rules import Right


def ensure_people(
    *, by: Person, refs: Iterable[Ref], settings: Settings, result: Result, now: datetime, role_id: int | None = None
) -> PeopleByName:
    """Return everyone by name, having added those unknown where that was asked for. For use inside actions."""
    people = people_by_name()
    if not settings.may_create("people"):
        return people
    missing = [ref for ref in dict.fromkeys(refs) if not people.knows(ref)]
    if missing:
        access.require(by, "person", Right.CREATE)
        hiring = Hiring(by, settings, result, now)
        for ref in missing:
            if not people.knows(ref):
                person = hiring.hire(_of_ref(ref), role_id or hiring.role_id(settings))
                people.add(named(person))
        hiring.write()
    return people


def _of_ref(ref: Ref) -> PersonRow:
    name, external = ref
    email = name.lower() if "@" in name else None
    return PersonRow(0, external_id=external or None, name=name.split("@")[0] if email else name, email=email)


def named(person: Person) -> Named:
    return Named(
        person.pk, person.last_name, person.first_name, person.middle_name, person.email or "", person.external_id or ""
    )


class Owners:
    """Whose the rows are, and whether the importer may give and change records of those people."""

    def __init__(
        self, *, by: Person, kind: str, refs: Iterable[Ref | None], settings: Settings, result: Result, now: datetime
    ) -> None:
        access.require(by, kind, Right.CREATE)
        asked = [ref for ref in dict.fromkeys(refs) if ref]
        self.people = ensure_people(by=by, refs=asked, settings=settings, result=result, now=now)
        self._default = settings.owner_id
        self._new = access.reach(by, kind, Right.CREATE)
        self._old = access.reach(by, kind, Right.CHANGE)

    def find(self, ref: Ref | None, otherwise: int | None = None) -> int:
        """Raises UnknownPerson, Conflict for namesakes, Invalid when nobody is named at all."""
        if ref is not None:
            return self.people.find(ref)
        found = otherwise or self._default
        if found is None:
            raise Invalid(_("The row names nobody as its owner. Choose whose such rows are."))
        return found

    def check_new(self, owner_id: int) -> int:
        if not self._new.includes(owner_id):
            raise NotAllowed(_("Your role does not let you create records of this person."))
        return owner_id

    def check_old(self, owner_id: int) -> None:
        if not self._old.includes(owner_id):
            raise NotAllowed(_("This record belongs to somebody whose records you may not change."))
