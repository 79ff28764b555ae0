"""Telling people: the notice and its deliveries are made together, once, in the transaction of what they tell of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from otdel.core import jobs, live
from otdel.notifications import channels, rules
from otdel.notifications.queries.ways import Way, ways
from otdel.org.queries import Colleague

DIGEST = "digest"


@dataclass(frozen=True)
class Told:
    """What one person is to be told. The same key is told once, ever."""

    kind: str
    person_id: int
    key: str
    title: str = ""
    url: str = ""
    subject_kind: str = ""
    subject_id: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    instead_of: int | None = None
    is_silent: bool = False


def tell(told: Sequence[Told], now: datetime, known: Mapping[int, Colleague] | None = None) -> int:
    """Make notices and what is to be delivered; call it inside the action's transaction. Returns how many are new.

    Who is away has it in their list without a sound, and their substitute is told; a substitute who is away as well is
    none. Who left is told nothing. `known` are people the caller read just now.
    """
    if not told:
        return 0
    found = ways({each.person_id for each in told}, known)
    made = _insert(_redirected(told, found, now), now)
    deliveries = _deliveries(made, found, now)
    _deliver(deliveries, now)
    live.changed({notice["person_id"] for notice in made}, "notices")
    if any(row.channel != channels.APP and row.due_at <= now for row in deliveries):
        wake()
    return len(made)


def wake() -> None:
    """Have deliveries sent once this commits; should the process die right then, the sweep of the minute does it."""
    transaction.on_commit(lambda: jobs.wake("otdel.notifications.jobs.deliver"), robust=True)


def _redirected(told: Sequence[Told], found: Mapping[int, Way], now: datetime) -> list[Told]:
    result: list[Told] = []
    for each in told:
        way = found.get(each.person_id)
        if way is None or not way.person.works_here(now):
            continue
        away = way.person.away_on(way.person.today(now))
        other = found.get(away.substitute_id) if away and away.substitute_id else None
        if other is None or not other.person.works_here(now) or other.person.away_on(other.person.today(now)):
            result.append(each)
            continue
        result.append(replace(each, is_silent=True))
        result.append(
            replace(each, person_id=other.person.id, instead_of=each.person_id, key=f"{each.key}:for{each.person_id}")
        )
    return result


_INSERT = """
INSERT INTO notifications_notice
    (person_id, kind, subject_kind, subject_id, title, url, params, at, key, is_silent, instead_of_id)
SELECT person_id, kind, subject_kind, subject_id, title, url, params, %s, key, is_silent, instead_of
FROM jsonb_to_recordset(%s::jsonb) AS row (
    person_id bigint, kind text, subject_kind text, subject_id bigint, title text, url text, params jsonb,
    key text, is_silent boolean, instead_of bigint, number bigint)
ORDER BY number
ON CONFLICT (key) DO NOTHING
RETURNING id, person_id, kind, is_silent"""


def _insert(told: Sequence[Told], now: datetime) -> list[dict[str, Any]]:
    """Insert what was not told yet, in the given order."""
    rows = [
        {
            "person_id": each.person_id, "kind": each.kind, "subject_kind": each.subject_kind,
            "subject_id": each.subject_id, "title": each.title[: rules.LONGEST_TITLE], "url": each.url[:250],
            "params": dict(each.params), "key": each.key[:200], "is_silent": each.is_silent,
            "instead_of": each.instead_of, "number": number,
        }
        for number, each in enumerate({one.key: one for one in told}.values())
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [now, json.dumps(rows, cls=DjangoJSONEncoder)])
        found = [dict(zip(("id", "person_id", "kind", "is_silent"), row, strict=True)) for row in cursor.fetchall()]
    return found


class _Row(NamedTuple):
    """A delivery to be made."""

    notice_id: int
    person_id: int
    channel: str
    bunch: str
    due_at: datetime


def _deliveries(made: Sequence[Mapping[str, Any]], found: Mapping[int, Way], now: datetime) -> list[_Row]:
    """The list in the app always; the other channels as the person chose, when they may be disturbed.

    Many are told of the same kind at once: how one person is told of one kind is worked out once.
    """
    known: dict[tuple[int, str], tuple[str, datetime, list[str]]] = {}
    rows = []
    for notice in made:
        person, kind = notice["person_id"], notice["kind"]
        rows.append(_Row(notice["id"], person, channels.APP, kind, now))
        if notice["is_silent"]:
            continue
        if (person, kind) not in known:
            way = found[person]
            known[person, kind] = DIGEST if way.in_digest(kind) else kind, way.due(kind, now), way.names(kind)
        bunch, due, names = known[person, kind]
        rows += [_Row(notice["id"], person, name, bunch, due) for name in names]
    return rows


# what is in the list in the app has arrived
_DELIVER = """
INSERT INTO notifications_delivery
    (notice_id, person_id, channel, bunch, state, made_at, due_at, next_try_at, attempts, reached, sent_at,
    delivered_at, answer)
SELECT notice_id, person_id, channel, bunch, CASE WHEN channel = %(app)s THEN 'SENT' ELSE 'WAITING' END, %(now)s,
    due_at, due_at, 0, '{}', CASE WHEN channel = %(app)s THEN %(now)s::timestamptz END,
    CASE WHEN channel = %(app)s THEN %(now)s::timestamptz END, ''
FROM unnest(%(notices)s::bigint[], %(people)s::bigint[], %(channels)s::text[], %(bunches)s::text[],
    %(dues)s::timestamptz[]) row (notice_id, person_id, channel, bunch, due_at)"""


def _deliver(rows: Sequence[_Row], now: datetime) -> None:
    if not rows:
        return
    notices, people, ways_, bunches, dues = (list(column) for column in zip(*rows, strict=True))
    given = {"notices": notices, "people": people, "channels": ways_, "bunches": bunches, "dues": dues}
    with connection.cursor() as cursor:
        cursor.execute(_DELIVER, given | {"app": channels.APP, "now": now})
