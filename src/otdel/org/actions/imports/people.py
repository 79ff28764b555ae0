"""People."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.actions import Pen
from otdel.core.errors import Conflict, Invalid
from otdel.core.imports import Result, Settings, Status
from otdel.org import access
from otdel.org.actions.imports.hiring import LONG_AGO, Hiring, PersonRow, values_of
from otdel.org.actions.imports.placing import Placing, heads_of
from otdel.org.actions.imports.wanted import named
from otdel.org.actions.people import check_not_above, keep_an_administrator
from otdel.org.models import Membership, Person, Unit
from otdel.org.queries.naming import PeopleByName, people_by_name
from otdel.org.rules import Right


@action
def import_people(*, by: Person, rows: Sequence[PersonRow], settings: Settings, now: datetime) -> Result:
    """Add and change people, place them in departments, name the heads of those. The whole file at once."""
    access.require(by, "person", Right.CREATE)
    result = Result()
    hiring = Hiring(by, settings, result, now)
    role_id = hiring.role_id(settings)
    heads = heads_of(by, rows, settings, result, now)
    placing = Placing(hiring, heads, rows)
    people = people_by_name()
    known = {person.pk: person for person in Person.objects.select_related("role")}
    for row in rows:
        with result.guard(row.number):
            found = _known(people, known, row, settings.key)
            unit = placing.unit_of(row)
            if found is None:
                person = hiring.hire(row, role_id, unit, own_row=True)
                known[person.pk] = person
                people.add(named(person))
                result.note(row.number, Status.CREATED)
            else:
                hiring.write()
                changed = _change(by, known[found], row, unit, hiring)
                result.note(row.number, Status.UPDATED if changed else Status.UNCHANGED)
    hiring.write()
    keep_an_administrator()
    return result


def _known(people: PeopleByName, known: Mapping[int, Person], row: PersonRow, key: str) -> int | None:
    """The person of the row: by external id, else e-mail, else name."""
    refs = [row.external_id, row.email, row.name if not row.last_name else f"{row.last_name} {row.name or ''}".strip()]
    if key == "name":
        refs.reverse()
    for at, text in enumerate(ref for ref in refs if ref):
        if people.knows((text, "")):
            found = people.find((text, ""))
            if at == 0 or not _is_another(known[found], row):
                return found
    return None


def _is_another(person: Person, row: PersonRow) -> bool:
    """A namesake who has another id or e-mail is somebody else."""
    other_id = bool(row.external_id and person.external_id and person.external_id != row.external_id)
    return other_id or bool(row.email and person.email and person.email != row.email and not row.external_id)


def _change(by: Person, person: Person, row: PersonRow, unit: Unit | None, hiring: Hiring) -> bool:
    values = values_of(row)
    pen = Pen(Person)
    changed = pen.change(person, values)
    if changed:
        access.check(by, "person", Right.CHANGE, person.pk)
        check_not_above(by, person)
        if "email" in values and Person.objects.filter(email=values["email"]).exclude(pk=person.pk).exists():
            raise Invalid(_("Somebody else has this e-mail address."))
        pen.write()
    return (_move(by, person, unit, hiring) if unit is not None else False) or changed


def _move(by: Person, person: Person, unit: Unit, hiring: Hiring) -> bool:
    """Place the person in the department from today; where they were before today stays."""
    today = hiring.settings.today
    stays = Membership.objects.filter(person=person)
    current = stays.filter(Q(ends_on=None) | Q(ends_on__gt=today)).order_by("starts_on").first()
    if current is not None and current.unit_id == unit.pk:
        return False
    if person.employed_to and person.employed_to <= today:
        return False
    access.check(by, "person", Right.CHANGE, person.pk)
    if current is None:
        hiring.place(person, unit, today if stays.exists() else hiring.settings.since or LONG_AGO)
    elif current.starts_on >= today:
        raise Conflict(_("There is a later move already. Move from a later day, or undo that move first."))
    else:
        ends_on, current.ends_on = current.ends_on, today
        current.save(update_fields=["ends_on"])
        Membership.objects.create(person=person, unit=unit, starts_on=today, ends_on=ends_on)
    access.forget(by)
    journal.record("person.moved", person, by=by, at=hiring.now, after=unit.pk, on=today)
    return True
