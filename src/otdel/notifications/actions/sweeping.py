"""The sweep: reminders whose minute has come become notices and deliveries, in one transaction per batch.

Any number of workers may sweep at once: each takes rows the others do not hold. A worker killed on the way leaves
nothing half done: its batch rolls back and is taken by the next sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from otdel.core.database import bigints
from otdel.notifications import kinds, rules
from otdel.notifications.actions import grouping
from otdel.notifications.actions.feeding import ensure_rules, key_of
from otdel.notifications.actions.telling import Told, tell
from otdel.notifications.models import Reminder
from otdel.notifications.queries.rulebook import rulebook
from otdel.org.access import tree
from otdel.org.models import Person
from otdel.org.queries import Colleague, colleagues
from otdel.org.rules import Tree

log = logging.getLogger("otdel.reminders")
BATCH = 1000
DIGESTS = 25
State = Reminder.State
HEADS = ("HEAD", "HEAD2")


class Due(NamedTuple):
    """A reminder whose minute has come. What it says stays where it is, but for the title."""

    pk: int
    rule_id: int | None
    kind: str
    subject_kind: str
    subject_id: int | None
    title: str
    person_id: int
    giver_id: int | None
    whom: str
    anchor_at: datetime | None
    due_at: datetime
    is_overtaken: bool  # a later one of the same thing is due as well, and says it better


# After an outage, or a day off, "it is time" and "overdue" of one task come together. What overtakes it may lie in the
# next batch, or in another worker's hands: it is looked for among all that is due.
_LATER = """early.rule_id IS NOT NULL AND early.kind = ANY(%(early)s) AND EXISTS (
    SELECT FROM notifications_reminder late
    WHERE late.state = 'PENDING' AND late.subject_kind = early.subject_kind AND late.subject_id = early.subject_id
        AND late.person_id = early.person_id AND late.whom = early.whom AND late.anchor_at = early.anchor_at
        AND late.due_at <= %(now)s AND late.rule_id IS NOT NULL
        AND late.kind || ' ' || early.kind = ANY(%(pairs)s))"""

# Written out: a sweep reads a thousand at a time, and Django takes longer to make them than PostgreSQL to find them.
# Moments come as seconds: to read a thousand of them as texts took as long as to find their rows.
_DUE = f"""
WITH early AS MATERIALIZED (
    SELECT id, rule_id, kind, subject_kind, subject_id, title, person_id, giver_id, whom, anchor_at, due_at
    FROM notifications_reminder
    WHERE state = 'PENDING' AND due_at <= %(now)s AND (subject_kind = %(day)s) = %(daily)s
    ORDER BY due_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
SELECT id, rule_id, kind, subject_kind, subject_id, title, person_id, giver_id, whom,
    date_part('epoch', anchor_at), date_part('epoch', due_at), {_LATER}
FROM early ORDER BY early.due_at, early.id"""  # noqa: S608 - a text of ours


def _due(now: datetime, limit: int, daily: bool) -> list[Due]:
    sent: dict[str, Any] = {"now": now, "day": kinds.DAY, "daily": daily, "most": limit}
    with connection.cursor() as cursor:
        cursor.execute(_DUE, sent | _overtaking())
        return [Due._make((*row, _moment(anchor), _moment(at), late)) for *row, anchor, at, late in cursor.fetchall()]


def _moment(seconds: float | None) -> Any:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _overtaking() -> dict[str, list[str]]:
    """What `_LATER` asks for."""
    pairs = kinds.overtaking()
    return {"early": [early for _late, early in pairs], "pairs": [f"{late} {early}" for late, early in pairs]}


@transaction.atomic
def fire(*, now: datetime, limit: int = BATCH) -> int:
    """Tell of the next reminders that are due. Returns how many were taken; fewer than `limit`: that was all."""
    due = _due(now, limit, daily=False)
    held = _latest(_still_so(due, now), now)
    if held:
        told, in_vain, later, people = _addressed(held, now)
        grouping.tell_grouped(told, now, people)
        _put_off(later)
        _close([row for row in held if row.pk not in later], in_vain, now)
    return len(due)


def _still_so(due: Sequence[Due], now: datetime) -> list[Due]:
    """Leave out, and forget, what has lost its reason since it was planned. One look per kind that asks for it."""
    gone: set[int] = set()
    for kind in {row.subject_kind for row in due}:
        look = kinds.still_of(kind)
        rows = [row for row in due if row.subject_kind == kind and row.rule_id is not None]
        if look is None or not rows:
            continue
        ids = sorted({row.subject_id for row in rows if row.subject_id is not None})
        held = {(each.subject_id, each.person_id, each.anchor_at) for each in look(ids, now)}
        gone |= {row.pk for row in rows if (row.subject_id, row.person_id, row.anchor_at) not in held}
    Reminder.objects.filter(pk__in=gone).delete()
    return [row for row in due if row.pk not in gone]


_OVERTAKEN = f"""
UPDATE notifications_reminder early SET state = %(state)s, fired_at = %(now)s
WHERE id = ANY(%(rows)s::bigint[]) AND {_LATER} RETURNING id"""  # noqa: S608 - a text of ours


def _latest(due: Sequence[Due], now: datetime) -> list[Due]:
    """Leave out, and mark, what a later reminder of the same thing says better. Mostly no query at all."""
    rows = [row.pk for row in due if row.is_overtaken]
    if not rows:
        return list(due)
    sent: dict[str, Any] = {"state": State.OVERTAKEN, "now": now, "rows": bigints(rows)}
    with connection.cursor() as cursor:  # once more: that later one may have lost its reason
        cursor.execute(_OVERTAKEN, sent | _overtaking())
        gone = {pk for (pk,) in cursor.fetchall()}
    log.info("%s reminders were overtaken by later ones", len(gone))
    return [row for row in due if row.pk not in gone]


# who is told, which reminders have nobody, which wait until when, and everybody it is about
Addressed = tuple[list[Told], set[int], dict[int, datetime], Mapping[int, Colleague]]


def _put_off(later: Mapping[int, datetime]) -> None:
    """Write the moments reminders are put off to, by their numbers."""
    rows = [Reminder(pk=pk, due_at=at) for pk, at in later.items()]
    Reminder.objects.bulk_update(rows, ["due_at"])


def _addressed(due: Sequence[Due], now: datetime) -> Addressed:
    """Find who is told, heads as they are now; what others are told waits for their own working time."""
    people = colleagues({row.person_id for row in due} | {row.giver_id for row in due if row.giver_id})
    shape, heads = _heads_for(due, people, now)
    heaps = {kind for kind in {row.kind for row in due} if kinds.get(kind).together}
    told, in_vain, later, said = [], set(), dict[int, datetime](), set()
    for row in due:
        to = _receiver(row, people, shape, heads, now)
        if to is None:
            in_vain.add(row.pk)
            continue
        at = _not_before(row, people.get(to) or heads[to], heaps, now)
        if at > now:
            later[row.pk] = at
            continue
        # the head who gave the task is told of it once, not once as each
        if row.subject_id is not None and row.rule_id is not None:
            same = (to, row.subject_kind, row.subject_id, row.due_at)
            if same in said:
                continue
            said.add(same)
        told.append(_told(row, to, people[row.person_id].name))
    return told, in_vain, later, {**heads, **people}


def _told(row: Due, to: int, name: str) -> Told:
    params = {"person": name, "of_others": True} if row.whom in HEADS else {"person": name}
    return Told(
        kind=row.kind, person_id=to, key=key_of(row), title=row.title, subject_kind=row.subject_kind,
        subject_id=row.subject_id, params=params, reminder=row.pk,
    )  # fmt: skip


def _heads_for(
    due: Sequence[Due], people: Mapping[int, Colleague], now: datetime
) -> tuple[Tree, Mapping[int, Colleague]]:
    """Return the departments and their heads, if any of these reminders may be a head's."""
    if all(person.works_here(now) for person in people.values()) and not any(row.whom in HEADS for row in due):
        return Tree({}), {}
    shape = tree()
    return shape, colleagues({node.head_id for node in shape.nodes.values() if node.head_id})


def _not_before(row: Due, to: Colleague, heaps: set[str], now: datetime) -> datetime:
    """Return when it may be told: what others are told, and what is told together, waits for their working time.

    What is told together is for the person alone: it waits until they are back.
    """
    together = row.kind in heaps
    if row.whom == "SELF" and not together:
        return now
    away = to.away_now(now) if together else None
    return to.time.next(max(now, to.time.at_time(away.ends_on, time.min)) if away else now)


def _receiver(
    row: Due, people: Mapping[int, Colleague], shape: Tree, heads: Mapping[int, Colleague], now: datetime
) -> int | None:
    """The person, whoever gave it, or a head; for one who left, their head."""
    person = people[row.person_id]
    if row.whom == "GIVER":
        giver = people.get(row.giver_id or 0)
        return giver.id if giver and giver.works_here(now) else None
    if row.whom == "SELF" and person.works_here(now):
        return person.id
    above = shape.heads_above(person.unit_id) if person.unit_id else ()
    working = [pk for pk in above if pk != person.id and pk in heads and heads[pk].works_here(now)]
    return working[1 if row.whom == "HEAD2" else 0] if len(working) > (row.whom == "HEAD2") else None


_FIRED = "UPDATE notifications_reminder SET state = %s, fired_at = %s WHERE id = ANY(%s::bigint[])"


def _close(due: Sequence[Due], in_vain: set[int], now: datetime) -> None:
    done = [row.pk for row in due if row.pk not in in_vain]
    with connection.cursor() as cursor:
        cursor.execute(_FIRED, [State.FIRED, now, bigints(done)])
    if in_vain:
        log.warning("%s reminders have nobody to be told to", len(in_vain))
        Reminder.objects.filter(pk__in=in_vain).update(state=State.VAIN, fired_at=now)


# digests: one pending reminder per person and rule; telling it plans the next one


@transaction.atomic
def plan_digests(*, now: datetime) -> int:
    """See to it that everybody's next digest is planned. Returns how many were missing."""
    shape = tree()
    book = ensure_rules(rulebook(shape))
    base = book.company(kinds.DAY)
    active = Person.objects.filter(is_active=True, employed_to=None).exclude(email=None)
    people = colleagues(active.values_list("pk", flat=True))
    heading = {node.head_id for node in shape.nodes.values()}
    pending = Reminder.objects.filter(subject_kind=kinds.DAY, state=State.PENDING).values_list("rule_id", "person_id")
    planned = set(pending)
    made = []
    for rule in base:
        for person in people.values():
            found = book.of(rule, person.id, person.unit_id)
            if rule.whom == "HEAD" and person.id not in heading:
                continue
            if found.is_on and (rule.pk, person.id) not in planned:
                due = rules.day_moment(found.trigger, found.amount, person.time, now)
                made.append(
                    Reminder(
                        rule=rule, kind=rule.kind, subject_kind=kinds.DAY, person_id=person.id, anchor_at=due,
                        due_at=due, made_at=now,
                    )
                )  # fmt: skip
    Reminder.objects.bulk_create(made, batch_size=2000)
    return len(made)


@transaction.atomic
def forget_digests() -> None:
    """Drop the planned digests: rules or hours changed, and they are planned anew."""
    Reminder.objects.filter(subject_kind=kinds.DAY, state=State.PENDING).delete()


@transaction.atomic
def fire_digests(*, now: datetime, limit: int = DIGESTS) -> int:
    """Put together the digests whose minute has come, and plan the next ones."""
    due = _due(now, limit, daily=True)
    if not due:
        return 0
    people = colleagues({row.person_id for row in due})
    persons = Person.objects.select_related("role").in_bulk([row.person_id for row in due])
    told = []
    for row in due:
        colleague = people[row.person_id]
        if colleague.works_here(now) and colleague.away_now(now) is None:
            lines = _lines(persons[row.person_id], colleague, row.kind, now)
            if lines:
                params = {"lines": [str(line) for line in lines], "rows": [line.kept() for line in lines]}
                params |= {"day_at": row.due_at.isoformat(), "has_time": False}
                url = "/tasks/team/" if row.kind == kinds.EVENING else "/today/"
                told.append(Told(row.kind, row.person_id, key_of(row), url=url, params=params, subject_kind=kinds.DAY))
    tell(told, now)
    _close(due, set(), now)
    return len(due)


def _lines(person: Person, colleague: Colleague, kind: str, now: datetime) -> list[kinds.Line]:
    """What the rooms have to say to the person, in their language; a room that fails says so and stops no other."""
    lines: list[kinds.Line] = []
    local = now.astimezone(colleague.time.zone)
    with translation.override(colleague.language), timezone.override(colleague.time.zone):
        for section in kinds.sections():
            try:
                with transaction.atomic():
                    lines += section(person, local, kind == kinds.EVENING)
            except Exception:  # a section is code of a room above: whatever it dies of, the rest of the digest is due
                log.exception("A part of the digest of person %s could not be made", person.pk)
                said = _("A part of this digest could not be put together; the administrator's log says why.")
                lines.append(kinds.Line(said, tone="over"))
    return lines
