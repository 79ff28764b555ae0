"""What a person was told, how it went, and how they want to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery

from otdel.notifications import access, channels, kinds, rules, texts
from otdel.notifications.models import ChannelChoice, Delivery, Quiet, ReminderRule
from otdel.notifications.queries.rulebook import Effective, rulebook
from otdel.org import access as org
from otdel.org.models import Person

PAGE = 50
STATES = dict(Delivery.State.choices)
DEAD = Delivery.State.DEAD


@dataclass(frozen=True)
class NoticeRow:
    id: int
    kind: str
    text: str
    lines: tuple[kinds.Line, ...]
    at: datetime
    is_new: bool
    instead_of: str


def notices(
    person: Person, zone: ZoneInfo, *, before: int | None = None, unread: bool = False, limit: int = PAGE
) -> list[NoticeRow]:
    """Return the latest notices, or those before a number. One query."""
    rows = access.visible_notices(person).select_related("instead_of").order_by("-pk")
    rows = rows.filter(pk__lt=before) if before else rows
    rows = rows.filter(read_at=None) if unread else rows
    return [
        NoticeRow(
            id=row.pk,
            kind=row.kind,
            text=texts.text(row.kind, row.title, row.params, zone),
            lines=texts.rows(row.params, row.url) or _lines(texts.detail(row.kind, row.params, zone)),
            at=row.at,
            is_new=row.read_at is None,
            instead_of=str(row.instead_of or ""),
        )
        for row in rows[:limit]
    ]


def _lines(detail: str) -> tuple[kinds.Line, ...]:
    return tuple(kinds.Line(line) for line in detail.split("\n") if line)


def unread_count(person: Person) -> int:
    """One query over a partial index."""
    return access.visible_notices(person).filter(read_at=None).count()


@dataclass(frozen=True)
class DeliveryRow:
    id: int
    person: str
    text: str
    url: str  # one's own only
    channel: str
    channel_name: str
    state: str
    state_name: str
    made_at: datetime
    due_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    opened_at: datetime | None
    next_try_at: datetime | None
    attempts: int
    answer: str
    instead_of: str  # the channel that could not bring it, by its name, and why
    because: str


def deliveries(
    person: Person,
    zone: ZoneInfo,
    *,
    everybody: bool = False,
    state: str = "",
    before: int | None = None,
    limit: int = PAGE,
) -> list[DeliveryRow]:
    """Return the latest deliveries: one's own, or everybody's for whoever keeps the settings. One query."""
    rows = access.visible_deliveries(person, everybody).select_related("notice", "person").order_by("-pk")
    rows = rows.filter(pk__lt=before) if before else rows
    rows = rows.filter(state=state) if state in STATES else rows
    failed = Delivery.objects.filter(notice=OuterRef("notice"), channel=OuterRef("instead_of"))
    rows = rows.annotate(because=Subquery(failed.values("answer")[:1]))
    return [_row(row, zone, everybody and row.person_id != person.pk) for row in rows[:limit]]


def dead_count(person: Person) -> int:
    """Return how many could not be brought by any channel, for whoever keeps the settings. One query, by its index."""
    return access.visible_deliveries(person, everybody=True).filter(state=DEAD).count()


def _channel_name(name: str) -> str:
    found = channels.get(name)
    return str(found.label) if found else name


def _row(row: Any, zone: ZoneInfo, is_strangers: bool) -> DeliveryRow:
    """The keeper of the settings sees how it went, not what others were told."""
    kind = kinds.get(row.notice.kind)
    text = str(kind.label) if is_strangers else texts.text(row.notice.kind, row.notice.title, row.notice.params, zone)
    return DeliveryRow(
        id=row.pk,
        person=str(row.person),
        text=text,
        url="" if is_strangers else row.notice.url,
        channel=_channel_name(row.channel),
        channel_name=row.channel,
        state=row.state,
        state_name=str(STATES[row.state]),
        made_at=row.made_at,
        due_at=row.due_at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        opened_at=row.opened_at,
        next_try_at=row.next_try_at if row.state == Delivery.State.WAITING else None,
        attempts=row.attempts,
        answer=row.answer,
        instead_of=_channel_name(row.instead_of),
        because=row.because or "",
    )


@dataclass(frozen=True)
class KindRow:
    code: str
    group: str
    label: str
    channels: frozenset[str]
    in_digest: bool
    is_chosen: bool  # by the person; otherwise it is the first way that works


@dataclass(frozen=True)
class OwnReminder:
    id: int
    title: str
    text: str
    url: str
    due_at: datetime


@dataclass(frozen=True)
class Ways:
    channels: list[tuple[str, str, bool]]  # name, label, can it be used
    kinds: list[KindRow]
    reminders: list[OwnReminder]
    starts: time | None
    ends: time | None
    in_working_time_only: bool


def ways_of(person: Person) -> Ways:
    """Return how the person wants to be told. Four queries."""
    chosen = {row.kind: row for row in ChannelChoice.objects.filter(person=person)}
    quiet = Quiet.objects.filter(person=person).first() or Quiet()
    usable = set(access.visible_addresses(person).filter(is_on=True).values_list("channel", flat=True))
    shown = [(each.name, str(each.label), _usable(each, person, usable)) for each in channels.outer()]
    works = [name for name, _label, can in shown if can]
    return Ways(
        channels=shown,
        kinds=[_kind(kind, chosen.get(kind.code), works) for kind in kinds.all_kinds()],
        reminders=own_reminders(person),
        starts=quiet.starts,
        ends=quiet.ends,
        in_working_time_only=quiet.in_working_time_only,
    )


def _usable(each: channels.Channel, person: Person, addresses: set[str]) -> bool:
    return each.name in addresses if each.needs_address else each.name != channels.EMAIL or bool(person.email)


def _kind(kind: kinds.Kind, choice: ChannelChoice | None, works: Sequence[str]) -> KindRow:
    usual = rules.usual(kind.channels, works, frozenset(works), frozenset())
    names = frozenset(choice.channels if choice else [channels.APP, *usual])
    return KindRow(
        kind.code, str(kind.group), str(kind.label), names, bool(choice and choice.in_digest), choice is not None
    )


def own_reminders(person: Person, subject_kind: str = "", subject_id: int | None = None) -> list[OwnReminder]:
    rows = access.visible_reminders(person).order_by("due_at")
    if subject_kind:
        rows = rows.filter(subject_kind=subject_kind, subject_id=subject_id)
    return [OwnReminder(row.pk, row.title, row.params.get("text", ""), row.url, row.due_at) for row in rows[:200]]


@dataclass(frozen=True)
class RuleRow:
    id: int
    group: str
    what: str  # the kind's name
    when: str  # before, after …
    whom: str
    holds: Effective
    is_added: bool
    has_amount: bool


def rule_rows(person: Person, *, unit_id: int | None = None, own: bool = False) -> list[RuleRow]:
    """Return the company's rules, or as they hold for a department or oneself. Two queries at most."""
    tree = org.tree_for(person)
    book = rulebook(tree)
    unit = org.latest_unit(person) if own else unit_id
    rows: Sequence[ReminderRule] = book.company()
    if own:
        rows = [row for row in rows if row.whom == "SELF"]
    groups = {str(each.group): place for place, each in enumerate(kinds.all_kinds())}
    rows = sorted(rows, key=lambda row: groups.get(str(kinds.get(row.kind).group), len(groups)))
    return [
        RuleRow(
            id=row.pk,
            group=str(kinds.get(row.kind).group),
            what=str(kinds.get(row.kind).label),
            when=str(kinds.get(row.kind).when or row.get_trigger_display()),
            whom=str(kinds.get(row.kind).whom or row.get_whom_display()),
            holds=book.of(row, person.pk if own else 0, unit) if own or unit else _as_is(row),
            is_added=not row.code,
            has_amount=row.trigger not in ("HALF", "AT", "MORNING"),
        )
        for row in rows
    ]


def _as_is(row: ReminderRule) -> Effective:
    return Effective(row.pk, row.kind, row.trigger, row.whom, row.amount, row.measure, row.is_on)


MEASURES = [(str(value), label) for value, label in ReminderRule.Measure.choices]
