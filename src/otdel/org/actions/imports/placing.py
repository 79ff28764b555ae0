"""Which departments the rows of people belong to, and who heads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from otdel.core.imports import Ref, Result, Settings, fold
from otdel.org import access
from otdel.org.actions.imports.hiring import Hiring, PersonRow
from otdel.org.actions.imports.wanted import ensure_people
from otdel.org.models import Membership, Person, Role, Unit
from otdel.org.queries.naming import people_by_name
from otdel.org.rules import Right


def heads_of(
    by: Person, rows: Sequence[PersonRow], settings: Settings, result: Result, now: datetime
) -> dict[Ref, int]:
    """Who the rows name as heads; those unknown become people with the role of a head, where that was asked for.

    A head with a row of their own is added with that row.
    """
    own = {fold(text) for row in rows for text in (row.name, row.email, row.external_id) if text}
    refs = [row.head for row in rows if row.head and fold(row.head[0]) not in own]
    if not refs:
        return {}
    code = Role.objects.filter(code="head").values_list("pk", flat=True).first()
    people = ensure_people(by=by, refs=refs, settings=settings, result=result, now=now, role_id=code)
    return {ref: people.find(ref) for ref in set(refs) if people.knows(ref)}


class Placing:
    """Which department each row belongs to.

    Two heads of one department are heads of two groups in it, called by their names.
    """

    def __init__(self, hiring: Hiring, heads: dict[Ref, int], rows: Sequence[PersonRow]) -> None:
        self.hiring, self.heads = hiring, heads
        self.led: dict[tuple[str, ...], set[Ref]] = defaultdict(set)
        for row in rows:
            if row.head:
                self.led[row.department or ()].add(row.head)

    def unit_of(self, row: PersonRow) -> Unit | None:
        path = row.department or ()
        if row.head and (len(self.led[path]) > 1 or not path):
            path = (*path, row.head[0])
        if not path:
            return None
        unit = self.hiring.unit(path)
        if row.head:
            self._lead(unit, row.head)
        return unit

    def _lead(self, unit: Unit, ref: Ref) -> None:
        person_id = self.heads.get(ref)
        if person_id is None:
            self.hiring.write()
            people = people_by_name()
            if not people.knows(ref):
                return
            person_id = self.heads[ref] = people.find(ref)
        if unit.head_id is None:
            access.require(self.hiring.by, "unit", Right.CHANGE)
            unit.head_id = person_id
            unit.save(update_fields=["head"])
            self._join(unit, person_id)

    def _join(self, unit: Unit, person_id: int) -> None:
        """A head who was only just added works in the department they head."""
        self.hiring.write()
        stay = Membership.objects.filter(person_id=person_id).first()
        default = self.hiring.default_unit()
        if stay is not None and default is not None and stay.unit_id == default.pk and stay.unit_id != unit.pk:
            made_now = Person.objects.filter(pk=person_id, created_at=self.hiring.now).exists()
            if made_now:
                stay.unit = unit
                stay.save(update_fields=["unit"])
