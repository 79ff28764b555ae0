"""Keys of programs: whose they are, and what of them may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from otdel.org.models import ApiKey, Person
from otdel.org.queries.company import signed_in, zone_of
from otdel.org.rules import key_digest


@dataclass(frozen=True)
class KeyRow:
    id: int
    name: str
    mark: str
    may_write: bool
    created_at: datetime
    last_day: date | None
    used_at: datetime | None
    is_over: bool


def keys_of(person: Person, today: date) -> list[KeyRow]:
    """Return the person's keys that were not taken back, newest first. One query."""
    rows = ApiKey.objects.filter(person=person, revoked_at=None).order_by("-created_at", "-id")
    return [
        KeyRow(
            id=key.pk,
            name=key.name,
            mark=key.mark,
            may_write=key.may_write,
            created_at=key.created_at,
            last_day=key.ends_on - timedelta(days=1) if key.ends_on else None,
            used_at=key.used_at,
            is_over=key.ends_on is not None and key.ends_on <= today,
        )
        for key in rows
    ]


@dataclass(frozen=True)
class Opened:
    """Whom a key speaks for, and whether it may change anything."""

    key_id: int
    person: Person
    may_write: bool
    used_at: datetime | None


def opened_by(secret: str, now: datetime) -> Opened | None:
    """Return whose key it is; None for a wrong one, one that is over, or of somebody who left. Two queries."""
    key = ApiKey.objects.filter(digest=key_digest(secret), revoked_at=None).first()
    if key is None:
        return None
    person = signed_in(key.person_id, now)
    if person is None:
        return None
    if key.ends_on is not None and key.ends_on <= now.astimezone(zone_of(person)).date():
        return None
    return Opened(key.pk, person, key.may_write, key.used_at)
