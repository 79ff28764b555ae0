"""People and departments from a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.actions import Pen
from otdel.core.errors import Conflict, Invalid, NotAllowed
from otdel.core.imports import Ref, Result, Settings, Status, cut, fold, given
from otdel.core.names import split_name
from otdel.org import access, rules
from otdel.org.actions.people import _check_not_above, _role_to_give, keep_an_administrator
from otdel.org.models import Membership, Person, Role, Unit
from otdel.org.queries.naming import Named, PeopleByName, UnitsByName, people_by_name
from otdel.org.rules import Right

LONG_AGO = date(2000, 1, 1)


@dataclass(slots=True)
class PersonRow:
    number: int
    external_id: str | None = None
    name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    email: str | None = None
    phones: tuple[Any, ...] | None = None
    position: str | None = None
    department: tuple[str, ...] | None = None
    head: Ref | None = None
    employed_from: date | None = None
    employed_to: date | None = None
    regions: tuple[Ref, ...] | None = None
    """Not kept: sales and plans carry their own regions."""


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
                people.add(_named(person))
    return people


def _of_ref(ref: Ref) -> PersonRow:
    name, external = ref
    email = name.lower() if "@" in name else None
    return PersonRow(0, external_id=external or None, name=name.split("@")[0] if email else name, email=email)


def _named(person: Person) -> Named:
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


class Hiring:
    """Adds people and departments; they cannot sign in until they are invited."""

    def __init__(self, by: Person, settings: Settings, result: Result, now: datetime) -> None:
        self.by, self.settings, self.result, self.now = by, settings, result, now
        self.units = UnitsByName()

    def role_id(self, settings: Settings) -> int:
        found = settings.role_id or Role.objects.filter(code="manager").values_list("pk", flat=True).first()
        if found is None:
            raise Invalid(_("Choose the role of new people."))
        return _role_to_give(self.by, found).pk

    def hire(self, row: PersonRow, role_id: int, unit: Unit | None = None, *, own_row: bool = False) -> Person:
        values = _values(row)
        if not values.get("first_name"):
            raise Invalid(_("There is nobody with this id or e-mail, and the row gives no name."))
        person = Person(role_id=role_id, created_at=self.now, **values)
        person.set_unusable_password()
        person.save(force_insert=True)
        self.place(person, unit or self.default_unit(), row.employed_from or self.settings.since or LONG_AGO)
        if not own_row:
            self.result.made["people"].add(f"{person.last_name} {person.first_name}".strip())
        return person

    def default_unit(self) -> Unit | None:
        return self.units.units.get(self.settings.unit_id or 0) or self.units.root

    def place(self, person: Person, unit: Unit | None, since: date) -> None:
        if unit is not None:
            ends_on = person.employed_to if person.employed_to and person.employed_to > since else None
            Membership.objects.create(person=person, unit=unit, starts_on=since, ends_on=ends_on)

    def unit(self, path: tuple[str, ...]) -> Unit:
        """Find the department, or make it with those above it. Raises Invalid."""
        found = self.units.find(path)
        if found is not None:
            return found
        parent = self.default_unit()
        for name in path:
            parent = self.units.child(parent.pk if parent else None, name) or self._make(parent, name)
        assert parent is not None
        return parent

    def _make(self, parent: Unit | None, name: str) -> Unit:
        if not self.settings.may_create("units"):
            raise Invalid(_("There is no department “%(name)s”.") % {"name": name[:160]})
        access.require(self.by, "unit", Right.CREATE)
        position = sum(unit.parent_id == (parent.pk if parent else None) for unit in self.units.units.values())
        unit = Unit.objects.create(name=cut(name, 160, _("Department")), parent=parent, position=position)
        self.units.units[unit.pk] = unit
        access.forget(self.by)
        self.result.made["units"].add(unit.name)
        return unit


def _values(row: PersonRow) -> dict[str, Any]:
    """What the row says about the person, as it is stored. Raises Invalid."""
    last, first, middle = _name(row)
    if row.email:
        try:
            validate_email(row.email)
        except ValidationError:
            raise Invalid(_("This is not an e-mail address.")) from None
    rules.check_days(row.employed_from, row.employed_to)
    return given(
        last_name=last and cut(last, 80, _("Last name")),
        first_name=first and cut(first, 80, _("First name")),
        middle_name=middle and cut(middle, 80, _("Patronymic")),
        email=row.email and row.email.lower(),
        phone=_phone(row),
        position=row.position and cut(row.position, 160, _("Position")),
        external_id=row.external_id and cut(row.external_id, 120, _("External id")),
        employed_from=row.employed_from,
        employed_to=row.employed_to and row.employed_to + timedelta(days=1),
    )


def _name(row: PersonRow) -> tuple[str | None, str | None, str | None]:
    if row.last_name and row.name:
        return row.last_name, row.name, row.middle_name
    if not row.name:
        return None, row.last_name, row.middle_name
    last, first, middle = split_name(row.name)
    return last or None, first, row.middle_name or middle or None


def _phone(row: PersonRow) -> str | None:
    return row.phones[0][0] if row.phones else None


@action
def import_people(*, by: Person, rows: Sequence[PersonRow], settings: Settings, now: datetime) -> Result:
    """Add and change people, place them in departments, name the heads of those. The whole file at once."""
    access.require(by, "person", Right.CREATE)
    result = Result()
    hiring = Hiring(by, settings, result, now)
    role_id = hiring.role_id(settings)
    heads = _heads(by, rows, settings, result, now)
    placing = _Placing(hiring, heads, rows)
    people = people_by_name()
    known = {person.pk: person for person in Person.objects.select_related("role")}
    for row in rows:
        with result.guard(row.number):
            found = _known(people, row, settings.key)
            unit = placing.unit_of(row)
            if found is None:
                person = hiring.hire(row, role_id, unit, own_row=True)
                known[person.pk] = person
                people.add(_named(person))
                result.note(row.number, Status.CREATED)
            else:
                changed = _change(by, known[found], row, unit, hiring)
                result.note(row.number, Status.UPDATED if changed else Status.UNCHANGED)
    keep_an_administrator()
    return result


def _known(people: PeopleByName, row: PersonRow, key: str) -> int | None:
    """The person of the row: by external id, else e-mail, else name."""
    refs = [row.external_id, row.email, row.name if not row.last_name else f"{row.last_name} {row.name or ''}".strip()]
    if key == "name":
        refs.reverse()
    for at, text in enumerate(ref for ref in refs if ref):
        if people.knows((text, "")):
            found = people.find((text, ""))
            if at == 0 or not _is_another(found, row):
                return found
    return None


def _is_another(person_id: int, row: PersonRow) -> bool:
    """A namesake who has another id or e-mail is somebody else."""
    person = Person.objects.only("external_id", "email").get(pk=person_id)
    other_id = bool(row.external_id and person.external_id and person.external_id != row.external_id)
    return other_id or bool(row.email and person.email and person.email != row.email and not row.external_id)


def _change(by: Person, person: Person, row: PersonRow, unit: Unit | None, hiring: Hiring) -> bool:
    values = _values(row)
    pen = Pen(Person)
    changed = pen.change(person, values)
    if changed:
        access.check(by, "person", Right.CHANGE, person.pk)
        _check_not_above(by, person)
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


def _heads(by: Person, rows: Sequence[PersonRow], settings: Settings, result: Result, now: datetime) -> dict[Ref, int]:
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


class _Placing:
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
        stay = Membership.objects.filter(person_id=person_id).first()
        default = self.hiring.default_unit()
        if stay is not None and default is not None and stay.unit_id == default.pk and stay.unit_id != unit.pk:
            made_now = Person.objects.filter(pk=person_id, created_at=self.hiring.now).exists()
            if made_now:
                stay.unit = unit
                stay.save(update_fields=["unit"])
