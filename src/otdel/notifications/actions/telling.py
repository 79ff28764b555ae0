"""Telling people: the notice and its deliveries are made together, once, in the transaction of what they tell of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from otdel.core import jobs, live
from otdel.notifications import channels, rules
from otdel.notifications.models import Delivery
from otdel.notifications.queries.ways import Way, ways

DIGEST = "digest"
State = Delivery.State


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


def tell(told: Sequence[Told], now: datetime) -> int:
    """Make notices and what is to be delivered; call it inside the action's transaction. Returns how many are new.

    Who is away has it in their list without a sound, and their substitute is told; a substitute who is away as well is
    none. Who left is told nothing.
    """
    if not told:
        return 0
    found = ways({each.person_id for each in told})
    made = _insert(_redirected(told, found, now), now)
    deliveries = [row for notice in made for row in _deliveries(notice, found[notice["person_id"]], now)]
    Delivery.objects.bulk_create(deliveries, batch_size=2000)
    live.changed({notice["person_id"] for notice in made}, "notices")
    if any(row.state == State.WAITING and row.due_at <= now for row in deliveries):
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


def _deliveries(notice: Mapping[str, Any], way: Way, now: datetime) -> list[Delivery]:
    """The list in the app always; the other channels as the person chose, when they may be disturbed."""
    made = {"notice_id": notice["id"], "person_id": way.person.id, "made_at": now}
    rows = [
        Delivery(
            **made, channel=channels.APP, bunch=notice["kind"], state=State.SENT, due_at=now, next_try_at=now,
            sent_at=now, delivered_at=now,
        )
    ]  # fmt: skip
    if notice["is_silent"]:
        return rows
    kind = notice["kind"]
    due = way.due(kind, now)
    bunch = DIGEST if way.in_digest(kind) else kind
    rows += [Delivery(**made, channel=name, bunch=bunch, due_at=due, next_try_at=due) for name in way.names(kind)]
    return rows
