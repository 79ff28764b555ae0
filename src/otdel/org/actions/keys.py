"""Keys by which programs act in a person's name."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid, NotFound
from otdel.org.models import ApiKey, Person
from otdel.org.queries.company import zone_of
from otdel.org.rules import key_digest

MOST_KEYS = 20
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class NewKey:
    """`secret` is known only now: nothing that is kept leads back to it."""

    id: int
    name: str
    secret: str


@action
def create_key(*, by: Person, name: str, may_write: bool, last_day: date | None = None, now: datetime) -> NewKey:
    """Make a key for oneself: it opens what one may see oneself, to change too if so asked."""
    words = " ".join(name.split())[:80]
    if not words:
        raise Invalid(_("Name the program that will use it."), field="name")
    if last_day is not None and last_day < now.astimezone(zone_of(by)).date():
        raise Invalid(_("Its last day has passed already."), field="last_day")
    Person.objects.select_for_update().get(pk=by.pk)
    if ApiKey.objects.filter(person=by, revoked_at=None).count() >= MOST_KEYS:
        raise Conflict(_("Twenty keys are enough: revoke those that nothing uses."))
    secret = f"otdel_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        person=by,
        name=words,
        digest=key_digest(secret),
        mark=secret[-4:],
        may_write=may_write,
        created_at=now,
        ends_on=last_day + timedelta(days=1) if last_day else None,
    )
    journal.record("api_key.created", key, by=by, at=now, name=words, may_write=may_write)
    return NewKey(key.pk, words, secret)


@action
def revoke_key(*, by: Person, key_id: int, now: datetime) -> None:
    """Take a key of one's own back: it opens nothing from this moment on."""
    key = ApiKey.objects.select_for_update().filter(person=by, pk=key_id, revoked_at=None).first()
    if key is None:
        raise NotFound(_("There is no such key."))
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    journal.record("api_key.revoked", key, by=by, at=now, name=key.name)


def note_use(*, key_id: int, before: datetime | None, now: datetime) -> None:
    """Remember when a key was used last, to the minute: a busy program does not write at every request."""
    if before is None or before < now - NOTED_EVERY:
        ApiKey.objects.filter(pk=key_id).update(used_at=now)
