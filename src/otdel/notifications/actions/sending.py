"""Sending: claim → send → record, so that two workers never hold one delivery, and a killed one's is taken again.

Claims are short and one at a time (an advisory lock): letters are put together whole. The sending itself, outside any
transaction, is the caller's; its outcome is recorded right after it, before the next one is begun.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, Func, OuterRef, Q, Value

from otdel.notifications import channels, rules
from otdel.notifications.channels import Refused
from otdel.notifications.models import Address, Delivery
from otdel.notifications.queries.parcels import Parcel, parcels
from otdel.notifications.queries.ways import open_channels, ways

State = Delivery.State
CLAIM_LOCK = 7_340_017  # any number nobody else uses
ALIVE = (State.SENT, State.OPENED, State.WAITING, State.SENDING)


@dataclass
class Outcome:
    """How the addresses of one parcel answered."""

    reached: list[int] = field(default_factory=list)
    answer: str = ""
    delivered: bool = False
    sent: bool = False
    refused: Refused | None = None


# Leads are the oldest of each letter: whoever has one on its way already waits, so that things are told in order.
_CLAIM = """
WITH lead AS (
    SELECT id, person_id, channel, bunch, letter FROM notifications_delivery d
    WHERE state = 'WAITING' AND next_try_at <= %(now)s AND channel = ANY(%(channels)s)
      AND NOT EXISTS (SELECT 1 FROM notifications_delivery other WHERE other.state = 'SENDING'
        AND other.person_id = d.person_id AND other.channel = d.channel AND other.claimed_until > %(now)s)
    ORDER BY next_try_at, id LIMIT %(limit)s
), bunch AS (
    SELECT DISTINCT ON (person_id, channel, bunch, letter) id, person_id, channel, bunch, letter FROM lead
    ORDER BY person_id, channel, bunch, letter, id
), mine AS (
    SELECT d.id, coalesce(bunch.letter, bunch.id) AS letter FROM bunch
    JOIN notifications_delivery d ON d.person_id = bunch.person_id AND d.channel = bunch.channel
      AND d.bunch = bunch.bunch AND d.letter IS NOT DISTINCT FROM bunch.letter
    WHERE d.state = 'WAITING' AND d.next_try_at <= %(now)s
    FOR UPDATE OF d SKIP LOCKED
)
UPDATE notifications_delivery d SET state = 'SENDING', claim = %(claim)s, claimed_until = %(until)s,
    attempts = attempts + 1, letter = mine.letter
FROM mine WHERE d.id = mine.id
RETURNING d.id"""


def claim(*, now: datetime, names: Sequence[str], limit: int = 20) -> list[Parcel]:
    """Take the next letters of these channels, whole, for the length of a lease."""
    token = uuid.uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])
        values: dict[str, Any] = {
            "now": now, "until": now + rules.LEASE, "claim": token, "channels": list(names), "limit": limit,
        }  # fmt: skip
        cursor.execute(_CLAIM, values)
        ids = [row[0] for row in cursor.fetchall()]
        return parcels(ids, token, now) if ids else []


def begin(parcel: Parcel, now: datetime) -> bool:
    """Make sure it is still ours, and keep it for a lease from now. False: another has it, leave it alone."""
    held: int = _held(parcel).update(claimed_until=now + rules.LEASE)
    return held == len(parcel.delivery_ids)


def _held(parcel: Parcel) -> Any:
    return Delivery.objects.filter(pk__in=parcel.delivery_ids, claim=parcel.claim, state=State.SENDING)


def note_reached(parcel: Parcel, address_id: int, now: datetime) -> None:
    """One of several addresses has it: should the process die now, that one is not sent it again."""
    _held(parcel).update(reached=Func(F("reached"), Value(address_id), function="array_append"))
    Address.objects.filter(pk=address_id).update(last_ok_at=now, last_error="")


def note_refused(address_id: int, refused: Refused, now: datetime) -> None:
    values: dict[str, Any] = {"last_error": refused.reason[:500], "last_error_at": now}
    if refused.gone:
        values["is_on"] = False
    Address.objects.filter(pk=address_id).update(**values)


@transaction.atomic
def finish(*, parcel: Parcel, outcome: Outcome, now: datetime) -> str:
    """Record how it went. Returns the state the deliveries are in now."""
    refused = outcome.refused
    if outcome.sent or refused is None:
        return _sent(parcel, outcome, now)
    pause = None if refused.final or refused.gone else rules.pause_after(parcel.attempt)
    if pause is None:
        return _give_up(list(_held(parcel).select_related("notice")), refused.reason, now)
    _held(parcel).update(
        state=State.WAITING, next_try_at=now + pause, claim=None, claimed_until=None, answer=refused.reason[:2000]
    )
    return State.WAITING


def _sent(parcel: Parcel, outcome: Outcome, now: datetime) -> str:
    values: dict[str, Any] = {"delivered_at": now} if outcome.delivered else {}
    _held(parcel).update(
        state=State.SENT, sent_at=now, claim=None, claimed_until=None, answer=outcome.answer[:2000], **values
    )
    return State.SENT


def _give_up(rows: Sequence[Delivery], reason: str, now: datetime) -> str:
    """This channel has refused for good: go on through the person's next one; without one, an administrator sees it.

    Where another channel has brought the same notice already, nothing more is needed.
    """
    if not rows:
        return State.REFUSED
    others = Delivery.objects.filter(notice__in=[row.notice_id for row in rows]).exclude(channel=channels.APP)
    tried: dict[int, dict[str, str]] = {}
    for notice, channel, state in others.values_list("notice_id", "channel", "state"):
        tried.setdefault(notice, {})[channel] = state
    found = ways({row.person_id for row in rows})
    made, dead = [], []
    for row in rows:
        states = tried.get(row.notice_id, {})
        if any(state in ALIVE for name, state in states.items() if name != row.channel):
            continue
        name = found[row.person_id].next_name(states)
        if name:
            due = found[row.person_id].due(row.notice.kind, now) if row.bunch != "digest" else now
            made.append(
                Delivery(
                    notice_id=row.notice_id, person_id=row.person_id, channel=name, bunch=row.bunch, made_at=now,
                    due_at=due, next_try_at=due, instead_of=row.channel,
                )
            )  # fmt: skip
        else:
            dead.append(row.pk)
    ids = [row.pk for row in rows]
    values: dict[str, Any] = {"claim": None, "claimed_until": None, "answer": reason[:2000]}
    Delivery.objects.filter(pk__in=ids).exclude(pk__in=dead).update(state=State.REFUSED, **values)
    Delivery.objects.filter(pk__in=dead).update(state=State.DEAD, **values)
    Delivery.objects.bulk_create(made, ignore_conflicts=True)
    return State.DEAD if dead else State.REFUSED


@transaction.atomic
def put_back(*, parcels: Iterable[Parcel]) -> None:
    """Give back what was claimed and not begun: it does not count as an attempt."""
    for parcel in parcels:
        _held(parcel).update(state=State.WAITING, claim=None, claimed_until=None, attempts=F("attempts") - 1)


@transaction.atomic
def hold_channel(*, channel: str, reason: str, now: datetime) -> int:
    """The whole channel is down: what waits for it waits a little longer, each by its own count of attempts.

    Without this a day's outage would be tried letter by letter, twenty seconds each.
    """
    waiting = Delivery.objects.filter(state=State.WAITING, channel=channel, next_try_at__lte=now)
    count = 0
    for done, pause in reversed(list(enumerate(rules.PAUSES))):
        count += waiting.filter(attempts=done).update(
            attempts=F("attempts") + 1, next_try_at=now + pause, answer=reason[:2000]
        )
    return count


@transaction.atomic
def give_up_old(*, now: datetime, limit: int = 500) -> int:
    """Take to the next channel, without another attempt, what was tried as often as it may be.

    That is soon where the person has another way, and nothing else brings the notice; late where there is none.
    """
    rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("notice")
    due = rows.filter(state=State.WAITING, next_try_at__lte=now)
    worn = due.filter(Q(attempts__gte=len(rules.PAUSES)) | Q(_has_another_way(), attempts__gte=rules.PATIENCE))
    found = list(worn.order_by("next_try_at")[:limit])
    for row in found:
        _give_up([row], row.answer, now)
    return len(found)


def _has_another_way() -> Q:
    """A channel the notice did not take yet leads to the person, and none is on its way or has brought it."""
    opened = open_channels()
    same = Delivery.objects.filter(notice=OuterRef("notice")).exclude(channel=channels.APP)
    others = same.filter(state__in=ALIVE).exclude(pk=OuterRef("pk"))
    tried = Delivery.objects.filter(notice=OuterRef(OuterRef("notice")), channel=OuterRef("channel"))
    address = Address.objects.filter(person=OuterRef("person"), is_on=True, channel__in=opened.needing)
    ways = Q(Exists(address.filter(~Exists(tried))))
    if channels.EMAIL in opened.names:
        ways |= Q(~Exists(same.filter(channel=channels.EMAIL))) & ~Q(person__email="")
    return ways & ~Q(Exists(others))


@transaction.atomic
def take_from_dead(*, now: datetime) -> int:
    """Free what a worker held that did not live to tell how it went."""
    rows = Delivery.objects.filter(state=State.SENDING, claimed_until__lte=now)
    return rows.update(state=State.WAITING, claim=None, claimed_until=None, next_try_at=now)


@transaction.atomic
def channel_is_back(*, channel: str, now: datetime) -> int:
    """The channel answers again: what waits for it need not wait any longer."""
    rows = Delivery.objects.filter(
        state=State.WAITING,
        channel=channel,
        attempts__gt=0,
        next_try_at__gt=now + timedelta(seconds=5),
        due_at__lte=now,
    )
    return rows.update(next_try_at=now)
