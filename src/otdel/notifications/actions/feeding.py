"""What rooms above say is to be reminded of. Called inside their own actions, so that both commit or neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from django.db import transaction

from otdel.notifications import kinds, rules
from otdel.notifications.kinds import Watch
from otdel.notifications.models import Notice, Reminder, ReminderRule
from otdel.notifications.queries.rulebook import Rulebook, rulebook
from otdel.org.access import tree
from otdel.org.queries import Colleague, colleagues

PENDING = Reminder.State.PENDING
# past these it is not worth saying any more: the thing itself was said a moment ago
ONLY_AHEAD = ("BEFORE", "HALF")


def replace_reminders(
    *, subject_kind: str, subject_ids: Iterable[int], watches: Sequence[Watch], now: datetime, closed: bool = False
) -> int:
    """Put these reminders in the place of those the subjects had by rule. Returns how many are pending now.

    With `closed` those set by hand go too: the thing is done. What is being told at this very moment by another
    process is waited for, and not told again.
    """
    gone = Reminder.objects.filter(subject_kind=subject_kind, subject_id__in=list(subject_ids), state=PENDING)
    (gone if closed else gone.exclude(rule=None)).delete()
    if not watches:
        return 0
    shape = tree()
    book = ensure_rules(rulebook(shape))
    people = colleagues({watch.person_id for watch in watches})
    made = [row for watch in watches if watch.person_id in people for row in _of(watch, people, book, now)]
    made = _not_told_yet(made, now)
    Reminder.objects.bulk_create(made, batch_size=2000)
    return len(made)


def _of(watch: Watch, people: Mapping[int, Colleague], book: Rulebook, now: datetime) -> list[Reminder]:
    person = people[watch.person_id]
    found = []
    for base in book.company(watch.rules_of or watch.subject_kind):
        rule = book.of(base, person.id, person.unit_id)
        if not rule.is_on or rule.trigger not in watch.triggers:
            continue
        if rule.whom == "GIVER" and watch.giver_id in (None, watch.person_id):
            continue
        if rule.whom in ("HEAD", "HEAD2") and not watch.to_heads:
            continue
        due = rules.due_at(
            rules.Plan(rule.trigger, rule.amount, rule.measure),
            anchor=watch.anchor_at, has_time=watch.has_time, started=watch.started_at, work=person.time,
        )  # fmt: skip
        if due is None or (rule.trigger in ONLY_AHEAD and due <= now):
            continue
        found.append(_reminder(watch, rule.rule_id, rule.kind, rule.whom, rule.trigger, due, now))
    return found


def _reminder(watch: Watch, rule_id: int, kind: str, whom: str, trigger: str, due: datetime, now: datetime) -> Reminder:
    return Reminder(
        rule_id=rule_id, kind=kind, whom=whom, subject_kind=watch.subject_kind, subject_id=watch.subject_id,
        title=watch.title[: rules.LONGEST_TITLE], url=watch.url, person_id=watch.person_id, giver_id=watch.giver_id,
        anchor_at=watch.started_at if trigger == "UNREAD" else watch.anchor_at, has_time=watch.has_time,
        started_at=watch.started_at, due_at=due, made_at=now,
        params=dict(watch.params) | {"anchor_at": watch.anchor_at.isoformat() if watch.anchor_at else "",
                                     "has_time": watch.has_time},
    )  # fmt: skip


class Identified(Protocol):
    """What tells one reminder from another."""

    @property
    def pk(self) -> int: ...
    @property
    def rule_id(self) -> int | None: ...
    @property
    def subject_kind(self) -> str: ...
    @property
    def subject_id(self) -> int | None: ...
    @property
    def person_id(self) -> int: ...
    @property
    def anchor_at(self) -> datetime | None: ...


def key_of(reminder: Identified) -> str:
    """The same for the same rule, thing, person and moment counted from: told once, however often it is fed."""
    if reminder.rule_id is None:
        return f"own:{reminder.pk}"
    anchor = int(reminder.anchor_at.timestamp()) if reminder.anchor_at else 0
    return f"r{reminder.rule_id}:{reminder.subject_kind}:{reminder.subject_id}:{reminder.person_id}:{anchor}"


def _not_told_yet(made: list[Reminder], now: datetime) -> list[Reminder]:
    """Leave out what is due already and was told: rules and calendars are counted anew every night."""
    due = [row for row in made if row.due_at <= now]
    if not due:
        return made
    told = set(Notice.objects.filter(key__in={key_of(row) for row in due}).values_list("key", flat=True))
    told |= _told_with_others(row for row in due if kinds.get(row.kind).together)
    told |= _overtaken(due)
    return [row for row in made if row.due_at > now or key_of(row) not in told]


def _told_with_others(due: Iterable[Reminder]) -> set[str]:
    """Return the keys of those that were a line of a notice."""
    ids: dict[str, set[int]] = {}
    for row in due:
        ids.setdefault(row.subject_kind, set()).add(row.subject_id or 0)
    found: set[str] = set()
    for kind, numbers in ids.items():
        told = Reminder.objects.filter(subject_kind=kind, subject_id__in=numbers, told_with__isnull=False)
        found |= {key_of(row) for row in told}
    return found


def _overtaken(due: Sequence[Reminder]) -> set[str]:
    """Return the keys of those somebody was told better by a later one of the same moment. One query, none for none."""
    pairs = kinds.overtaking()
    early = {earlier for _late, earlier in pairs}
    rows = [row for row in due if row.kind in early]
    if not rows:
        return set()
    told = Notice.objects.filter(
        subject_kind__in={row.subject_kind for row in rows},
        subject_id__in={row.subject_id for row in rows},
        kind__in={late for late, _earlier in pairs},
    )
    said = {(kind, _about(key)) for kind, key in told.values_list("kind", "key")}
    late = {row.kind: [one for one, earlier in pairs if earlier == row.kind] for row in rows}
    return {key_of(row) for row in rows if any((kind, _about(key_of(row))) in said for kind in late[row.kind])}


def _about(key: str) -> str:
    """What a key says besides its rule: the thing, the person and the moment."""
    return key.partition(":")[2]


def ensure_rules(book: Rulebook) -> Rulebook:
    """Bring the rules of the program that this installation does not have yet."""
    missing = [each for each in kinds.default_rules() if not book.has(each.code)]
    if not missing:
        return book
    ReminderRule.objects.bulk_create(
        (
            ReminderRule(
                code=each.code, subject_kind=each.subject_kind, kind=each.kind, trigger=each.trigger, whom=each.whom,
                amount=each.amount, measure=each.measure, is_on=each.is_on, position=place,
            )
            for place, each in enumerate(kinds.default_rules())
            if each in missing
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    return rulebook(book._tree)


def refeed(*, subject_kind: str, after: int, now: datetime, limit: int = 300) -> int | None:
    """Count the reminders of the next subjects anew. Returns the last one's number, None when all are done."""
    read = kinds.feeders().get(subject_kind)
    if read is None:
        return None
    with transaction.atomic():
        watches, ids = read(after, limit, now)
        replace_reminders(subject_kind=subject_kind, subject_ids=ids, watches=watches, now=now)
    return max(ids) if len(ids) == limit else None
