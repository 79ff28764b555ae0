"""When people work, where they are in the tree, and who answers for those who are away: many at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from otdel.core.calendar import Calendar
from otdel.core.database import bigints
from otdel.core.worktime import USUAL, Hours, WorkTime
from otdel.org.models import Person


@dataclass(frozen=True)
class Away:
    starts_on: date
    ends_on: date  # the first day back
    substitute_id: int | None


@dataclass(frozen=True)
class Colleague:
    """What must be known of a person to tell them something at the right minute."""

    id: int
    name: str
    email: str
    language: str
    time: WorkTime
    unit_id: int | None
    is_active: bool
    employed_to: date | None
    away: tuple[Away, ...] = ()

    def today(self, now: datetime) -> date:
        return now.astimezone(self.time.zone).date()

    def works_here(self, now: datetime) -> bool:
        return self.is_active and (self.employed_to is None or self.employed_to > self.today(now))

    def away_on(self, day: date) -> Away | None:
        return next((each for each in self.away if each.starts_on <= day < each.ends_on), None)

    def away_now(self, now: datetime) -> Away | None:
        return self.away_on(self.today(now)) if self.away else None


_PEOPLE = """
SELECT p.id, p.name, coalesce(p.email, ''), p.language, p.time_zone, p.work_starts, p.work_ends, p.is_active,
    p.employed_to,
    (SELECT unit_id FROM org_membership m WHERE m.person_id = p.id ORDER BY starts_on DESC LIMIT 1),
    (SELECT jsonb_agg(jsonb_build_array(a.starts_on, a.ends_on, a.substitute_id) ORDER BY a.starts_on)
        FROM org_absence a WHERE a.person_id = p.id)
FROM org_person p WHERE p.id = ANY(%s::bigint[])"""
_COMPANY = """
SELECT country, time_zone, language, work_starts, work_ends,
    (SELECT jsonb_object_agg(day, is_working) FROM org_calendarday)
FROM org_company"""


def colleagues(ids: Iterable[int]) -> dict[int, Colleague]:
    """Return these people by number. Two queries, however many they are."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPANY)
        company = cursor.fetchone() or ("", "UTC", "en", time(9), time(18), None)
        cursor.execute(_PEOPLE, [bigints(set(ids))])
        rows = cursor.fetchall()
    calendar, times = _calendar(company[0], company[5]), dict[tuple[Any, ...], WorkTime]()
    return {row[0]: _colleague(row, company, calendar, times) for row in rows}


def _calendar(country: str, days: Any) -> Calendar:
    found = json.loads(days) if isinstance(days, str) else days or {}
    return Calendar(country, {date.fromisoformat(day): worked for day, worked in found.items()})


def _colleague(row: Any, company: Any, calendar: Calendar, times: dict[tuple[Any, ...], WorkTime]) -> Colleague:
    """Most people work the same hours in the same zone: their working time is one object."""
    pk, name, email, language, zone, starts, ends, active, until, unit, away = row
    own = (zone or company[1], starts, ends) if starts and ends else (zone or company[1], company[3], company[4])
    if own not in times:
        times[own] = WorkTime(calendar, ZoneInfo(own[0]), Hours(*own[1:]))
    away = json.loads(away) if isinstance(away, str) else away or []
    return Colleague(
        id=pk,
        name=name,
        email=email,
        language=language or company[2],
        time=times[own],
        unit_id=unit,
        is_active=active,
        employed_to=until,
        away=tuple(Away(date.fromisoformat(first), date.fromisoformat(last), who) for first, last, who in away),
    )


def worktime(person: Person) -> WorkTime:
    """Return somebody's working time: the company's days, their hours, in their time zone. Two queries."""
    return colleagues([person.pk])[person.pk].time


def company_hours() -> Hours:
    """Return the company's hours of a working day. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT work_starts, work_ends FROM org_company")
        row = cursor.fetchone()
    return Hours(*row) if row else USUAL
