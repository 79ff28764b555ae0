"""What the company decided for everybody, and who is signed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Func, JSONField, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from otdel.core.calendar import Calendar
from otdel.core.errors import NotFound
from otdel.org import rules
from otdel.org.access import StandIn
from otdel.org.models import CalendarDay, Company, Person


@dataclass(frozen=True)
class CompanySettings:
    name: str
    currency: str
    country: str
    time_zone: str
    language: str
    tolerance: Decimal
    active_days: int
    new_client_days: int
    purchase: str
    is_demo: bool


_FIELDS = tuple(CompanySettings.__dataclass_fields__)


def purchases() -> list[tuple[str, str]]:
    """Return what may make somebody a client, with its name."""
    return [(str(value), str(label)) for value, label in Company.Purchase.choices]


def company() -> CompanySettings | None:
    """Return what the company decided, or None before the first run is over. One query."""
    row = Company.objects.values_list(*_FIELDS).first()
    return CompanySettings(*row) if row else None


def company_of(person: Person) -> CompanySettings:
    """Return the company's settings, read together with the signed-in person at no further cost."""
    memory: dict[str, Any] = person.__dict__
    if "_company" not in memory:
        found = company()
        if found is None:
            raise NotFound("There is no company yet.")
        memory["_company"] = found
    settings: CompanySettings = memory["_company"]
    return settings


class StandsIn(Func):
    """Who named the person as substitute for days about now: [[number, name, zone, first day, first day back], …]."""

    template = (
        "(SELECT jsonb_agg(jsonb_build_array(p.id, p.name, p.time_zone, a.starts_on, a.ends_on)) FROM org_absence a "
        "JOIN org_person p ON p.id = a.person_id WHERE a.substitute_id = org_person.id "
        "AND a.starts_on <= %(until)s AND a.ends_on >= %(since)s)"
    )
    output_field = JSONField()

    def __init__(self, now: datetime) -> None:
        # a day off either side: each is away by the days of their own time zone
        since, until = (now.date() + timedelta(days=days) for days in (-1, 1))
        super().__init__(since=f"'{since.isoformat()}'", until=f"'{until.isoformat()}'")


class Beats(Func):
    """Every sign of life of background processes: {name: [when, note]}."""

    template = "(SELECT jsonb_object_agg(name, jsonb_build_array(at, note)) FROM core_heartbeat)"
    output_field = JSONField()


def beats_of(person: Person) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the signs of life as they were read together with the signed-in person."""
    found: dict[str, tuple[str, dict[str, Any]]] = person.__dict__.get("beats") or {}
    return found


def signed_in(person_id: int, now: datetime) -> Person | None:
    """Return the person of a session with role and company in one query; None who may not sign in any more."""
    as_json = Company.objects.values(found=JSONObject(**{name: name for name in _FIELDS}))[:1]
    rows = Person.objects.select_related("role").annotate(
        company_json=Subquery(as_json), beats=Beats(), stood_in=StandsIn(now)
    )
    person = rows.filter(pk=person_id).first()
    if person is None or person.company_json is None:
        return None
    found = person.company_json
    settings = CompanySettings(**{**found, "tolerance": Decimal(str(found["tolerance"]))})
    person.__dict__["_company"] = settings
    person.__dict__["stands_in"] = dict(_stands_in(person.__dict__.pop("stood_in") or (), settings.time_zone, now))
    return person if rules.may_sign_in(person, now.astimezone(zone_of(person)).date()) else None


def by_email(address: str, now: datetime) -> Person | None:
    """Return whoever signs in with this address, or None who may not. Two queries."""
    pk = Person.objects.filter(email=address.lower()).values_list("pk", flat=True).first()
    return signed_in(pk, now) if pk else None


def _stands_in(rows: Iterable[Any], zone: str, now: datetime) -> Iterator[tuple[int, StandIn]]:
    """Keep those who are away on this very day, where they are."""
    for pk, name, own_zone, first, back in rows:
        last = date.fromisoformat(back) - timedelta(days=1)
        if date.fromisoformat(first) <= now.astimezone(_zone(own_zone or zone)).date() <= last:
            yield pk, StandIn(pk, name, last)


@lru_cache(maxsize=600)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def zone_of(person: Person) -> ZoneInfo:
    return _zone(person.time_zone or company_of(person).time_zone)


def company_today(company: CompanySettings, now: datetime) -> date:
    """Return the day it is where the company is."""
    return now.astimezone(_zone(company.time_zone)).date()


def language_of(person: Person) -> str:
    return person.language or company_of(person).language


def administrator_exists(today: date) -> bool:
    """Tell whether somebody who may sign in can change settings and people."""
    return any(
        rules.is_administrator(person.role.rights)
        for person in _open_accounts(today).select_related("role").only("role__rights", "password")
        if person.has_usable_password()
    )


def _open_accounts(today: date) -> QuerySet[Person]:
    return Person.objects.filter(Q(employed_to=None) | Q(employed_to__gt=today), is_active=True)


@dataclass(frozen=True)
class OwnDay:
    day: date
    is_working: bool
    reason: str


def own_days(year: int | None = None) -> list[OwnDay]:
    """Return the days this company works, or does not, against the production calendar. One query."""
    days = CalendarDay.objects.order_by("day")
    if year:
        days = days.filter(day__year=year)
    return [OwnDay(*row) for row in days.values_list("day", "is_working", "reason")]


def calendar(country: str) -> Calendar:
    """Return the company's working days. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT day, is_working FROM org_calendarday")
        return Calendar(country, dict(cursor))
