"""Tell open pages that something changed: what to ask for again, never what it is.

`changed([anna.pk, boris.pk], "tasks")` inside an action, and within two seconds the pages those two have open ask for
their counters again, with their own rights. `interfaces/live` listens, whichever process said it.

It is said by NOTIFY right after the commit, not inside the transaction: there it would hold a lock of the whole
database while the commit is written to disk, one notifying commit after another. If the process dies in between, pages
learn it from the question they ask every minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.core import signing
from django.db import connection, transaction

CHANNEL = "otdel_live"
# "team" is never said: whoever heads those whose tasks changed is told it by interfaces/live; "days" is what people do
# and what comes of it in a working day, which whoever heads them is told too
TOPICS = ("tasks", "notices", "deals", "plans", "meetings", "team", "days")
AT_ONCE = 400  # people in one message: PostgreSQL takes 8,000 bytes
TICKET_SECONDS = 300
EVERYBODY, ALL = "*", 0

_SIGNER = signing.Signer(salt="otdel.live")


def changed(person_ids: Iterable[int], *topics: str) -> None:
    """Once the transaction commits, tell these people's pages to look at the topics again. No query before that.

    A block of a page waits with `{% live "#board" url "tasks" %}` beside it. Say it as often as you like: one
    transaction sends one statement. Saying it too often is harmless: pages look and see what they saw.
    """
    people = set(person_ids)
    told = {topic: people for topic in topics}
    if unknown := told.keys() - set(TOPICS):
        raise ValueError(f"no page waits for {unknown}: name it in core.live.TOPICS")
    if not people:
        return
    for waiting in connection.run_on_commit:
        if isinstance(waiting[1], _Telling):
            waiting[1].add(told)
            return
    transaction.on_commit(_Telling(told), robust=True)


def changed_for_all(*topics: str) -> None:
    """The same for everybody who has a page open."""
    changed([ALL], *topics)


class _Telling:
    """What a transaction has to say; forgotten with it when it is rolled back."""

    def __init__(self, told: Mapping[str, set[int]]) -> None:
        self.told: dict[str, set[int]] = {}
        self.__qualname__ = "live.changed"  # Django names a callback that failed by it
        self.add(told)

    def add(self, told: Mapping[str, set[int]]) -> None:
        for topic, people in told.items():
            self.told.setdefault(topic, set()).update(people)

    def __call__(self) -> None:
        with connection.cursor() as cursor:
            messages = list(_messages(self.told))
            cursor.execute("SELECT pg_notify(%s, each) FROM unnest(%s::text[]) each", [CHANNEL, messages])


def _messages(told: Mapping[str, set[int]]) -> Iterator[str]:
    """Such as "tasks 7,9", a portion of people in each."""
    for topic, people in told.items():
        wanted = sorted(people)
        if ALL in people:
            yield f"{topic} {EVERYBODY}"
            continue
        for start in range(0, len(wanted), AT_ONCE):
            yield f"{topic} {','.join(map(str, wanted[start : start + AT_ONCE]))}"


def read(message: str) -> tuple[str, frozenset[int] | None]:
    """Return the topic and whom it concerns; None is everybody. Raises ValueError for what we did not send."""
    topic, _space, people = message.partition(" ")
    if people == EVERYBODY:
        return topic, None
    return topic, frozenset(int(each) for each in people.split(","))


def ticket(person_id: int, now: datetime) -> str:
    """Return what lets a browser listen for the person during the next minutes."""
    return _SIGNER.sign(f"{person_id}.{int(now.timestamp())}")


def holder(text: str, now: datetime) -> tuple[int, int] | None:
    """Return whose a ticket is and since which second, or None when it is not ours or has grown old."""
    try:
        person, _dot, since = _SIGNER.unsign(text).partition(".")
    except signing.BadSignature:
        return None
    fresh = 0 <= now.timestamp() - int(since) <= TICKET_SECONDS
    return (int(person), int(since)) if fresh else None
