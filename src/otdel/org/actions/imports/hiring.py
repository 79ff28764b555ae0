"""People and departments as a file describes them, added to the company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.utils.translation import gettext as _

from otdel.core.actions import Pen
from otdel.core.errors import Invalid
from otdel.core.imports import Ref, Result, Settings, cut, given
from otdel.core.names import split_name
from otdel.org import access, rules
from otdel.org.actions.people import _role_to_give
from otdel.org.models import Membership, Person, Role, Unit
from otdel.org.queries.naming import UnitsByName
from otdel.org.rules import Right

LONG_AGO = date(2000, 1, 1)
IDS_AT_ONCE = 100


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


class Hiring:
    """Adds people and departments; they cannot sign in until they are invited."""

    def __init__(self, by: Person, settings: Settings, result: Result, now: datetime) -> None:
        self.by, self.settings, self.result, self.now = by, settings, result, now
        self.units = UnitsByName()
        self._people, self._stays = Pen(Person), Pen(Membership)
        self._ids: list[int] = []

    def role_id(self, settings: Settings) -> int:
        found = settings.role_id or Role.objects.filter(code="manager").values_list("pk", flat=True).first()
        if found is None:
            raise Invalid(_("Choose the role of new people."))
        return _role_to_give(self.by, found).pk

    def hire(self, row: PersonRow, role_id: int, unit: Unit | None = None, *, own_row: bool = False) -> Person:
        values = values_of(row)
        if not values.get("first_name"):
            raise Invalid(_("There is nobody with this id or e-mail, and the row gives no name."))
        person = Person(pk=self._id(), role_id=role_id, created_at=self.now, **values)
        person.set_unusable_password()
        self._people.add(person)
        self.place(person, unit or self.default_unit(), row.employed_from or self.settings.since or LONG_AGO)
        if not own_row:
            self.result.made["people"].add(f"{person.last_name} {person.first_name}".strip())
        return person

    def default_unit(self) -> Unit | None:
        return self.units.units.get(self.settings.unit_id or 0) or self.units.root

    def place(self, person: Person, unit: Unit | None, since: date) -> None:
        if unit is not None:
            ends_on = person.employed_to if person.employed_to and person.employed_to > since else None
            self._stays.add(Membership(person=person, unit=unit, starts_on=since, ends_on=ends_on))

    def _id(self) -> int:
        """A number taken from the table's own sequence, so that a person can be spoken of before they are written."""
        if not self._ids:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                    [Person._meta.db_table, IDS_AT_ONCE],
                )
                self._ids = [row[0] for row in cursor.fetchall()][::-1]
        return self._ids.pop()

    def write(self) -> None:
        """Whoever asks the database for people must call this first."""
        self._people.write()
        self._stays.write()

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


def values_of(row: PersonRow) -> dict[str, Any]:
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
