"""Telling ahead: a department will be without a head, somebody will stand in for another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time

from django.db import transaction

from otdel.core import live
from otdel.core.models import Event
from otdel.notifications import channels, kinds, rules
from otdel.notifications.actions.feeding import ensure_rules
from otdel.notifications.actions.telling import Told, aloud, tell
from otdel.notifications.models import Delivery, Notice
from otdel.notifications.queries.rulebook import Rulebook, rulebook
from otdel.org import queries as org
from otdel.org.access import tree
from otdel.org.queries import Colleague, Headless
from otdel.org.rules import Tree

RULES_OF = {"left": kinds.LEFT, "away": kinds.AWAY}


@transaction.atomic
def tell_of_heads(*, today: date, now: datetime) -> int:
    """Tell the heads above, and whoever keeps the settings, of departments that will have no head. Each once."""
    found = org.headless(today)
    if not found:
        return 0
    shape = tree()
    book = ensure_rules(rulebook(shape))
    keepers = [person.pk for person in org.administrators()]
    above = {pk for each in found for pk in shape.heads_above(each.unit_id)}
    people = org.colleagues(above | set(keepers))
    told = [one for each in found for one in _told(each, book, shape, keepers, people, now)]
    return tell(told, now)


def _told(
    each: Headless, book: Rulebook, shape: Tree, keepers: list[int], people: Mapping[int, Colleague], now: datetime
) -> Iterator[Told]:
    to = [pk for pk in dict.fromkeys([*shape.heads_above(each.unit_id), *keepers]) if pk != each.head_id]
    for base in book.company(RULES_OF[each.why]):
        rule = book.of(base, 0, each.unit_id)
        for person in (people[pk] for pk in to if rule.is_on and pk in people):
            anchor = datetime.combine(each.day, time.min, person.time.zone)
            plan = rules.Plan(rule.trigger, rule.amount, rule.measure)
            due = rules.due_at(plan, anchor=anchor, has_time=False, started=now, work=person.time)
            if due is None or due > now or not person.time.is_working(now):
                continue
            yield Told(
                kind=rule.kind, person_id=person.id, title=each.unit, url=f"/people/departments/{each.unit_id}/",
                key=f"{rule.kind}:{rule.rule_id}:{each.unit_id}:{each.head_id}:{each.day}:{person.id}",
                subject_kind="unit", subject_id=each.unit_id,
                params={"person": each.head, "day_at": anchor.isoformat(), "has_time": False},
            )  # fmt: skip


def key_of(absence: org.AbsenceRow) -> str:
    return f"absence:{absence.id}:{absence.substitute_id}:{absence.starts_on}:{absence.last_on}"


@transaction.atomic
def tell_substitute(*, event: Event, now: datetime) -> None:
    """Tell whoever is to stand in for somebody: for whom, from when, until when."""
    found = org.absence_of(event.subject_id or 0)
    if found is None or found.substitute_id is None or found.last_on < now.date():
        return
    person = org.colleagues([found.substitute_id])[found.substitute_id]
    days = {"starts_at": found.starts_on, "last_at": found.last_on}
    params = {name: datetime.combine(day, time(12), person.time.zone).isoformat() for name, day in days.items()}
    told = Told(
        kind=kinds.STANDS_IN, person_id=person.id, title=found.person, url="/", key=key_of(found),
        subject_kind="absence", subject_id=found.id, params=params | {"has_time": False},
    )  # fmt: skip
    tell([told], now)


@transaction.atomic
def take_back(*, event: Event, now: datetime) -> None:
    """An absence was taken off, moved or given to another: what was told because of it is taken back."""
    found = org.absence_of(event.subject_id or 0)
    told = Notice.objects.filter(kind=kinds.STANDS_IN, subject_kind="absence", subject_id=event.subject_id)
    if found is not None and found.substitute_id is not None:
        told = told.exclude(key=key_of(found))
    for notice in told:
        still = found is not None and found.substitute_id == notice.person_id
        if not _unsaid(notice) and not still:
            _stand_down(notice, event, now)
    person, day = event.data.get("person"), event.data.get("before", event.data).get("starts_on")
    if person and day:
        for notice in Notice.objects.filter(kind=kinds.HEAD_AWAY, read_at=None, key__contains=f":{person}:{day}:"):
            _unsaid(notice)
    substitute = event.data.get("substitute")
    if found is None and person and substitute:
        _give_back(person, substitute, now)


def _unsaid(notice: Notice) -> bool:
    """Unsay what was not read and did not leave the app; what waits to be sent is not sent in any case."""
    deliveries = notice.deliveries.exclude(channel=channels.APP)
    waiting = deliveries.filter(state=Delivery.State.WAITING)
    left = deliveries.exclude(state=Delivery.State.WAITING).exists()
    if left or notice.read_at is not None:
        waiting.update(state=Delivery.State.FORGOTTEN)
        return False
    notice.delete()
    live.changed([notice.person_id], "notices")
    return True


def _stand_down(notice: Notice, event: Event, now: datetime) -> None:
    """Told once: by the number of what they had been told."""
    told = Told(
        kind=kinds.STANDS_DOWN, person_id=notice.person_id, key=f"unsaid:{notice.pk}", title=notice.title, url="/",
        subject_kind="absence", subject_id=event.subject_id, params=notice.params,
    )  # fmt: skip
    tell([told], now)


def _give_back(person_id: int, substitute_id: int, now: datetime) -> None:
    """What the substitute was to be told instead, and has not been yet, the person is told aloud again."""
    rows = Notice.objects.filter(person_id=substitute_id, instead_of=person_id, read_at=None)
    for notice in rows.filter(deliveries__state=Delivery.State.WAITING).distinct():
        own = Notice.objects.filter(key=notice.key.removesuffix(f":for{person_id}"), is_silent=True).first()
        if own is not None and _unsaid(notice):
            aloud(own, now)
