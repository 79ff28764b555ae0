"""The company itself: its beginning, its settings, its own days."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.calendar import Calendar
from otdel.core.errors import Invalid
from otdel.org import access, rules
from otdel.org.models import CalendarDay, Company, Membership, Person, Role, Unit
from otdel.org.rules import PRESETS, AlreadyStarted, Right


@dataclass(frozen=True)
class CompanyData:
    name: str
    currency: str = "RUB"
    country: str = "RU"
    time_zone: str = "Europe/Moscow"
    language: str = "ru"
    tolerance: Decimal = Decimal("0.2")
    active_days: int = 90
    new_client_days: int = 90
    purchase: str = Company.Purchase.PAYMENTS.value


@dataclass(frozen=True)
class FirstPerson:
    email: str
    first_name: str
    last_name: str
    password: str
    sees_all: bool = True  # a director; otherwise an administrator, who sees no deals


def ensure_roles() -> dict[str, Role]:
    """Make the ready roles that are missing; those the company changed stay as they are."""
    return {
        code: Role.objects.get_or_create(code=code, defaults={"name": name, "rights": rights, "is_preset": True})[0]
        for code, (name, rights) in PRESETS.items()
    }


@action
def start_company(*, by: None = None, data: CompanyData, person: FirstPerson, now: datetime) -> Person:
    """Make the company, its root department, the ready roles and its first person. Only while there is none."""
    _check(data)
    if Company.objects.select_for_update().exists():
        raise AlreadyStarted(_("There is a company here already."))
    company = Company.objects.create(id=1, is_demo=False, created_at=now, **_values(data))
    root = Unit.objects.create(name=data.name[:160])
    role = ensure_roles()["director" if person.sees_all else "administrator"]
    first = _first_person(person, role, now)
    Membership.objects.create(person=first, unit=root, starts_on=date(now.year - 10, 1, 1))
    Unit.objects.filter(pk=root.pk).update(head=first if person.sees_all else None)
    journal.record("company.started", company, by=first, at=now, name=data.name)
    return first


def _first_person(person: FirstPerson, role: Role, now: datetime) -> Person:
    first = Person(
        email=person.email.strip().lower(),
        first_name=person.first_name.strip(),
        last_name=person.last_name.strip(),
        role=role,
        created_at=now,
    )
    first.set_password(person.password)
    first.save()
    return first


@action
def change_company(*, by: Person, data: CompanyData, now: datetime) -> Company:
    """Change what holds for everybody."""
    access.require(by, "settings", Right.CHANGE)
    _check(data)
    company = Company.objects.select_for_update().get()
    before = {name: getattr(company, name) for name in _values(data)}
    for name, value in _values(data).items():
        setattr(company, name, value)
    company.save()
    changed = {name: [before[name], value] for name, value in _values(data).items() if before[name] != value}
    journal.record("company.changed", company, by=by, at=now, changed=changed)
    return company


def _values(data: CompanyData) -> dict[str, object]:
    return {field.name: getattr(data, field.name) for field in fields(data)}


def _check(data: CompanyData) -> None:
    if not data.name.strip():
        raise Invalid(_("Give the company a name."), field="name")
    if not 0 < data.tolerance < 10:
        raise Invalid(_("The tolerance must be more than 0 %."), field="tolerance")
    if data.purchase not in Company.Purchase.values:
        raise Invalid(_("Choose what makes somebody a client."), field="purchase")
    rules.check_zone(data.time_zone)
    try:
        Calendar(data.country)
    except ValueError:
        raise Invalid(_("There is no production calendar of this country."), field="country") from None


@action
def set_day(*, by: Person, day: date, is_working: bool, reason: str = "", now: datetime) -> CalendarDay:
    """Say that the company works on a day off, or rests on a working day."""
    access.require(by, "settings", Right.CHANGE)
    found, _made = CalendarDay.objects.update_or_create(
        day=day, defaults={"is_working": is_working, "reason": reason.strip()[:200]}
    )
    journal.record("calendar.day_set", found, by=by, at=now, day=day, is_working=is_working, reason=reason)
    return found


@action
def clear_day(*, by: Person, day: date, now: datetime) -> None:
    """Follow the production calendar on this day again."""
    access.require(by, "settings", Right.CHANGE)
    found = CalendarDay.objects.filter(day=day).first()
    if found is not None:
        journal.record("calendar.day_cleared", found, by=by, at=now, day=day)
        found.delete()
