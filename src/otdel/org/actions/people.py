"""Hiring, moving, leaving; a person's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid, NotAllowed
from otdel.org import access, rules
from otdel.org.actions.heads import hand_units
from otdel.org.models import Membership, Person, Role, Succession, Unit
from otdel.org.queries import zone_of
from otdel.org.rules import LastAdministrator, Right


@dataclass(frozen=True)
class PersonData:
    first_name: str
    last_name: str = ""
    middle_name: str = ""
    email: str = ""
    phone: str = ""
    position: str = ""


@action
def hire(*, by: Person, data: PersonData, role_id: int, unit_id: int | None, from_day: date, now: datetime) -> Person:
    """Add a person who works in a department from a day. They cannot sign in until they are invited."""
    access.require(by, "person", Right.CREATE)
    values = _clean(data)
    role = _role_to_give(by, role_id)
    person = Person(role=role, employed_from=from_day, created_at=now, **values)
    person.set_unusable_password()
    person.save()
    if unit_id is not None:
        Membership.objects.create(person=person, unit=_open_unit(unit_id), starts_on=from_day)
    journal.record("person.hired", person, by=by, at=now, unit=unit_id, role=role.code, on=from_day)
    return person


@action
def change_person(
    *, by: Person, person_id: int, data: PersonData, role_id: int, is_active: bool, now: datetime
) -> Person:
    """Change a person's card, role, and whether they may sign in."""
    person = access.person_for_change(by, person_id)
    values = _clean(data, but=person_id)
    if role_id != person.role_id:
        person.role = _role_to_give(by, role_id)
    check_not_above(by, person)
    values |= {"is_active": is_active}
    changed = {key: [getattr(person, key), value] for key, value in values.items() if getattr(person, key) != value}
    for key, value in values.items():
        setattr(person, key, value)
    person.save()
    keep_an_administrator()
    journal.record("person.changed", person, by=by, at=now, changed=changed, role=person.role.code)
    return person


@action
def move(*, by: Person, person_id: int, unit_id: int, from_day: date, now: datetime) -> Membership:
    """Let a person work in another department from a day on; before it everything stays where it was."""
    person = access.person_for_change(by, person_id)
    unit = _open_unit(unit_id)
    stays = Membership.objects.select_for_update().filter(person=person)
    if stays.filter(starts_on__gt=from_day).exists():
        raise Conflict(_("There is a later move already. Move from a later day, or undo that move first."))
    current = stays.filter(Q(ends_on=None) | Q(ends_on__gt=from_day)).first()
    if current and current.unit_id == unit_id and current.ends_on is None:
        raise Conflict(_("The person works in this department already."))
    _end(current, from_day)
    made = Membership.objects.create(person=person, unit=unit, starts_on=from_day, ends_on=person.employed_to)
    access.forget(by)
    before = current.unit_id if current else None
    journal.record("person.moved", person, by=by, at=now, before=before, after=unit_id, on=from_day)
    return made


@action
def undo_move(*, by: Person, person_id: int, now: datetime) -> None:
    """Take the latest move back: the stay before it goes on."""
    person = access.person_for_change(by, person_id)
    stays = list(Membership.objects.select_for_update().filter(person=person).order_by("-starts_on")[:2])
    if len(stays) < 2 or stays[1].ends_on != stays[0].starts_on:
        raise Conflict(_("There is no move to take back."))
    latest, before = stays
    ends_on = latest.ends_on
    latest.delete()
    before.ends_on = ends_on
    before.save()
    access.forget(by)
    journal.record("person.move_undone", person, by=by, at=now, unit=latest.unit_id, on=latest.starts_on)


def _end(current: Membership | None, day: date) -> None:
    """End a stay on a day; one that would not have begun is taken away."""
    if current is None:
        return
    if current.starts_on >= day:
        current.delete()
    else:
        current.ends_on = day
        current.save()


@action
def dismiss(
    *,
    by: Person,
    person_id: int,
    last_day: date,
    successors: Mapping[int, int | None] | None = None,
    now: datetime,
) -> Person:
    """End the work of a person after a day: membership and sign-in end, their records stay under their name.

    `successors` names the next head of each department they head; without one it has none from that day.
    """
    first_day_off = rules.day_after(last_day)
    person = access.person_for_change(by, person_id)
    if person.pk == by.pk:
        raise NotAllowed(_("You cannot dismiss yourself."))
    check_not_above(by, person)
    rules.check_days(person.employed_from, first_day_off)
    person.employed_to = first_day_off
    person.save()
    stays = Membership.objects.select_for_update().filter(person=person)
    for stay in stays.filter(Q(ends_on=None) | Q(ends_on__gt=first_day_off)):
        _end(stay, first_day_off)
    hand_units(by, person, first_day_off, successors or {}, now.astimezone(zone_of(by)).date(), now)
    keep_an_administrator()
    access.forget(by)
    journal.record("person.dismissed", person, by=by, at=now, last_day=last_day)
    return person


@action
def take_back(*, by: Person, person_id: int, unit_id: int, from_day: date, now: datetime) -> Person:
    """Let a person who left work here again from a day."""
    person = access.person_for_change(by, person_id)
    if person.employed_to is None:
        raise Conflict(_("This person works here."))
    if from_day < person.employed_to:
        raise Invalid(_("That day they still worked here."), field="from_day")
    person.employed_to = None
    person.save()
    Succession.objects.filter(leaving=person).delete()
    Membership.objects.create(person=person, unit=_open_unit(unit_id), starts_on=from_day)
    access.forget(by)
    journal.record("person.taken_back", person, by=by, at=now, unit=unit_id, on=from_day)
    return person


@action
def change_own(*, by: Person, data: PersonData, language: str, time_zone: str, now: datetime) -> Person:
    """Change one's own card. E-mail and position are the administrator's to change."""
    person = Person.objects.select_for_update().get(pk=by.pk)
    if time_zone:
        rules.check_zone(time_zone)
    values = _clean(data, but=by.pk) | {"language": language, "time_zone": time_zone}
    values |= {"email": person.email, "position": person.position}
    changed = [key for key, value in values.items() if getattr(person, key) != value]
    for key, value in values.items():
        setattr(person, key, value)
    person.save()
    journal.record("person.changed_own", person, by=by, at=now, changed=changed)
    return person


@action
def set_language(*, by: Person, language: str, now: datetime) -> None:
    Person.objects.filter(pk=by.pk).update(language=language)
    journal.record("person.changed_own", by, by=by, at=now, changed=["language"])


def _clean(data: PersonData, but: int | None = None) -> dict[str, Any]:
    """Return the fields as they are stored. Raises Invalid."""
    email = data.email.strip().lower() or None
    if not data.first_name.strip():
        raise Invalid(_("Give a first name."), field="first_name")
    if email:
        _check_email(email, but)
    return {
        "first_name": data.first_name.strip(),
        "last_name": data.last_name.strip(),
        "middle_name": data.middle_name.strip(),
        "email": email,
        "phone": data.phone.strip(),
        "position": data.position.strip(),
    }


def _check_email(email: str, but: int | None) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(_("This is not an e-mail address."), field="email") from None
    if Person.objects.filter(email=email).exclude(pk=but or 0).exists():
        raise Invalid(_("Somebody else has this e-mail address."), field="email")


def _open_unit(unit_id: int) -> Unit:
    found = Unit.objects.filter(pk=unit_id, closed_on=None).first()
    if found is None:
        raise Invalid(_("There is no such department, or it is closed."), field="unit")
    return found


def _role_to_give(by: Person, role_id: int) -> Role:
    role = Role.objects.filter(pk=role_id).first()
    if role is None:
        raise Invalid(_("There is no such role."), field="role")
    rules.check_grant(by.role.rights, role.rights)
    return role


def check_not_above(by: Person, person: Person) -> None:
    """Whoever may change people may still not touch the account of an administrator."""
    held = Person.objects.select_related("role").get(pk=person.pk).role.rights
    if rules.is_administrator(held) and not rules.is_administrator(by.role.rights):
        raise NotAllowed(_("Only an administrator can change the account of an administrator."))


def keep_an_administrator() -> None:
    """Raises LastAdministrator when nobody who stays could let others in."""
    # whoever has a last day already does not count: the day after it nobody would be left
    employed = Q(employed_to=None)
    no_password = Q(password="") | Q(password__startswith="!")  # noqa: S106 - Django's sign of an unusable one
    left = Person.objects.filter(employed, is_active=True).exclude(no_password).values_list("role__rights", flat=True)
    if not any(rules.is_administrator(rights) for rights in left):
        raise LastAdministrator(
            _("This is the last person who can change settings and people. Give that role to somebody else first.")
        )
