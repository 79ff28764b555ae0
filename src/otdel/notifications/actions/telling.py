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
from otdel.notifications.models import Delivery, Notice
from otdel.notifications.queries.ways import Way, ways
from otdel.org.queries import Colleague

DIGEST = "digest"
LONGEST_KEY = 200


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
    # the reminder it comes from: its kind, subject, title, address and the rest of `params` are copied from there
    reminder: int | None = None


def tell(told: Sequence[Told], now: datetime, known: Mapping[int, Colleague] | None = None) -> int:
    """Make notices and what is to be delivered; call it inside the action's transaction. Returns how many are new.

    Who is away has it in their list without a sound, and their substitute is told; a substitute who is away as well is
    none. Who left is told nothing. `known` are people the caller read just now.
    """
    if not told:
        return 0
    found = ways({each.person_id for each in told}, known)
    rows = list({each.key[:LONGEST_KEY]: each for each in _redirected(told, found, now)}.values())
    routes = _Routes(found, now)
    made = _write(rows, [routes.number(each) for each in rows], routes, now)
    live.changed({person for person, _route in made}, "notices")
    if any(routes.leave_now(route) for route in {route for _person, route in made}):
        wake()
    return len(made)


def aloud(notice: Notice, now: datetime) -> None:
    """Tell by the person's own ways what stood silently in their list."""
    notice.is_silent = False
    notice.save(update_fields=["is_silent"])
    steps = _Routes(ways({notice.person_id}), now).steps(notice.person_id, notice.kind, is_silent=False)
    Delivery.objects.bulk_create(
        Delivery(
            notice=notice, person_id=notice.person_id, channel=step.channel, bunch=step.bunch, made_at=now,
            due_at=step.due_at, next_try_at=step.due_at,
        )
        for step in steps
        if step.channel != channels.APP
    )  # fmt: skip
    wake()


def wake() -> None:
    """Have deliveries sent once this commits; should the process die right then, the sweep of the minute does it."""
    transaction.on_commit(lambda: jobs.wake("otdel.notifications.jobs.deliver"), robust=True)


def _redirected(told: Sequence[Told], found: Mapping[int, Way], now: datetime) -> list[Told]:
    result: list[Told] = []
    for each in told:
        way = found.get(each.person_id)
        if way is None or not way.person.works_here(now):
            continue
        away = way.person.away_now(now)
        other = found.get(away.substitute_id) if away and away.substitute_id else None
        if other is None or not other.person.works_here(now) or other.person.away_now(now):
            result.append(each)
            continue
        result.append(replace(each, is_silent=True))
        result.append(
            replace(each, person_id=other.person.id, instead_of=each.person_id, key=f"{each.key}:for{each.person_id}")
        )
    return result


class _Step(NamedTuple):
    """One channel a notice takes."""

    channel: str
    bunch: str
    due_at: datetime


class _Routes:
    """By which channels notices go, and when. Most go the same way: each way is worked out and sent once."""

    def __init__(self, ways: Mapping[int, Way], now: datetime) -> None:
        self.ways, self.now = ways, now
        self.numbers: dict[tuple[_Step, ...], int] = {}
        self.known: dict[tuple[int, str, bool], int] = {}
        self.usual: dict[Any, list[str]] = {}

    def number(self, each: Told) -> int:
        asked = each.person_id, each.kind, each.is_silent
        if asked not in self.known:
            self.known[asked] = self.numbers.setdefault(self.steps(*asked), len(self.numbers))
        return self.known[asked]

    def steps(self, person_id: int, kind: str, is_silent: bool) -> tuple[_Step, ...]:
        """The list in the app always; the other channels as the person chose, when they may be disturbed."""
        listed = _Step(channels.APP, kind, self.now)
        way = self.ways[person_id]
        names = () if is_silent else self._names(way, kind)
        if not names:
            return (listed,)
        bunch, due = DIGEST if way.in_digest(kind) else kind, way.due(kind, self.now)
        return (listed, *(_Step(name, bunch, due) for name in names))

    def _names(self, way: Way, kind: str) -> list[str]:
        """Most chose nothing, and the way they are told depends on the addresses they have."""
        if kind in way.chosen:
            return way.names(kind)
        asked = kind, way.addresses, bool(way.person.email)
        if asked not in self.usual:
            self.usual[asked] = way.usual(kind)
        return self.usual[asked]

    def leave_now(self, number: int) -> bool:
        """Whether something of such a notice is to be sent this moment."""
        steps = list(self.numbers)[number]
        return any(step.channel != channels.APP and step.due_at <= self.now for step in steps)

    def columns(self) -> dict[str, list[Any]]:
        rows = [(number, *step) for steps, number in self.numbers.items() for step in steps]
        names = ("routes", "channels", "bunches", "dues")
        return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


# Notices and their deliveries in one statement, in the given order. What comes from a reminder is copied inside the
# database; what is in the list in the app has arrived.
_WRITE = """
WITH given AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS given (
        number int, person bigint, kind text, subject_kind text, subject bigint, title text, url text, params jsonb,
        key text, silent boolean, instead bigint, reminder bigint, route int)
), told AS (
    INSERT INTO notifications_notice
        (person_id, kind, subject_kind, subject_id, title, url, params, at, key, is_silent, instead_of_id)
    SELECT g.person, coalesce(r.kind, g.kind), coalesce(r.subject_kind, g.subject_kind),
        coalesce(r.subject_id, g.subject), coalesce(r.title, g.title), coalesce(r.url, g.url),
        CASE WHEN r.id IS NULL THEN g.params
            ELSE r.params || g.params || jsonb_build_object('due_at', r.due_at, 'reminder', r.id) END,
        %(now)s, g.key, g.silent, g.instead
    FROM given g LEFT JOIN notifications_reminder r ON r.id = g.reminder
    ORDER BY g.number
    ON CONFLICT (key) DO NOTHING
    RETURNING id, person_id, key
), sent AS (
    INSERT INTO notifications_delivery
        (notice_id, person_id, channel, bunch, state, made_at, due_at, next_try_at, attempts, reached, sent_at,
        delivered_at, answer)
    SELECT told.id, told.person_id, step.channel, step.bunch,
        CASE WHEN step.channel = %(app)s THEN 'SENT' ELSE 'WAITING' END, %(now)s, step.due_at, step.due_at, 0, '{}',
        CASE WHEN step.channel = %(app)s THEN %(now)s::timestamptz END,
        CASE WHEN step.channel = %(app)s THEN %(now)s::timestamptz END, ''
    FROM told JOIN given USING (key)
    JOIN unnest(%(routes)s::int[], %(channels)s::text[], %(bunches)s::text[], %(dues)s::timestamptz[])
        WITH ORDINALITY AS step (route, channel, bunch, due_at, place) USING (route)
    ORDER BY told.id, step.place
)
SELECT told.person_id, given.route FROM told JOIN given USING (key)"""


def _write(rows: Sequence[Told], numbers: Sequence[int], routes: _Routes, now: datetime) -> list[tuple[int, int]]:
    """Write what was not told yet. Returns to whom each new notice goes, and the number of its route."""
    if not rows:
        return []
    pairs = zip(rows, numbers, strict=True)
    given = [{"number": number, "route": route} | _line(each) for number, (each, route) in enumerate(pairs)]
    sent: dict[str, Any] = {"rows": json.dumps(given, cls=DjangoJSONEncoder), "app": channels.APP, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, sent | routes.columns())
        made: list[tuple[int, int]] = cursor.fetchall()
    return made


def _line(each: Told) -> dict[str, Any]:
    """Return what is sent of one: what its reminder says is not sent anew."""
    line = {
        "person": each.person_id, "params": dict(each.params), "key": each.key[:LONGEST_KEY],
        "silent": each.is_silent, "instead": each.instead_of, "reminder": each.reminder,
    }  # fmt: skip
    if each.reminder is None:
        line |= {
            "kind": each.kind, "subject_kind": each.subject_kind, "subject": each.subject_id,
            "title": each.title[: rules.LONGEST_TITLE], "url": each.url[:250],
        }  # fmt: skip
    return line
