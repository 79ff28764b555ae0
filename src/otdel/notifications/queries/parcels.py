"""What is to be sent, put into the words, language and time zone of whoever is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone, translation

from otdel.notifications import channels, kinds, links, rules, texts
from otdel.notifications.channels import Item, Outgoing
from otdel.notifications.models import Address, Delivery, Notice
from otdel.org.queries import Colleague, colleagues


@dataclass(frozen=True)
class Parcel:
    """A letter claimed: what is in it and where it goes."""

    channel: str
    claim: UUID
    delivery_ids: tuple[int, ...]
    attempt: int
    out: Outgoing
    addresses: tuple[Address, ...]  # those not reached yet; none for channels without addresses


def parcels(ids: Sequence[int], claim: UUID, now: datetime) -> list[Parcel]:
    """Return claimed deliveries as whole letters, the oldest first. Five queries, however many."""
    rows = list(Delivery.objects.filter(pk__in=ids).select_related("notice").order_by("due_at", "pk"))
    people = colleagues({row.person_id for row in rows})
    unread = unread_of(people)
    addresses: dict[tuple[int, str], list[Address]] = {}
    for address in Address.objects.filter(person__in=list(people), is_on=True).order_by("id"):
        addresses.setdefault((address.person_id, address.channel), []).append(address)
    letters: dict[tuple[Any, ...], list[Delivery]] = {}
    for row in rows:
        letters.setdefault((row.person_id, row.channel, row.letter), []).append(row)
    return [
        _parcel(found, people[pk], unread.get(pk, 0), addresses.get((pk, name), []), claim, now)
        for (pk, name, _letter), found in letters.items()
    ]


def unread_of(ids: Iterable[int]) -> dict[int, int]:
    rows = Notice.objects.filter(person__in=list(ids), read_at=None).values_list("person_id")
    return dict(rows.annotate(Count("pk")).order_by())


def _parcel(
    rows: Sequence[Delivery], person: Colleague, unread: int, addresses: Sequence[Address], claim: UUID, now: datetime
) -> Parcel:
    first = rows[0]
    reached = set(first.reached)
    return Parcel(
        channel=first.channel,
        claim=claim,
        delivery_ids=tuple(row.pk for row in rows),
        attempt=max(row.attempts for row in rows),
        out=outgoing(rows, person, unread, now),
        addresses=tuple(each for each in addresses if each.pk not in reached),
    )


def outgoing(rows: Sequence[Delivery], person: Colleague, unread: int, now: datetime) -> Outgoing:
    first = rows[0]
    with_links = first.channel == channels.EMAIL and len(rows) <= 3
    with translation.override(person.language), timezone.override(person.time.zone):
        items = tuple(item(row.notice, person, first.channel, with_links) for row in rows[: rules.MOST_IN_LETTER])
        kind = first.notice.kind if len({row.notice.kind for row in rows}) == 1 else ""
        stop = links.stop_link(person.id, kind) if kind and first.channel == channels.EMAIL else ""
        title = items[0].text if len(rows) == 1 else texts.title_of_many(kind, len(rows))
    return Outgoing(
        key=f"d{first.letter or first.pk}",
        delivery_ids=tuple(row.pk for row in rows),
        person_id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        title=title,
        items=items,
        url=items[0].url if len(rows) == 1 else links.absolute(reverse("notices")),
        unread=unread,
        attempt=first.attempts,
        reply_to=_reply_to(first.notice, now) if len(rows) == 1 else "",
        more=max(0, len(rows) - rules.MOST_IN_LETTER),
        kind=kind,
        stop_url=stop,
    )


def item(notice: Notice, person: Colleague, channel: str, with_links: bool) -> Item:
    zone = person.time.zone
    label, title = texts.parted(notice.kind, notice.title, notice.params, zone)
    return Item(
        id=notice.pk,
        kind=notice.kind,
        text=texts.text(notice.kind, notice.title, notice.params, zone),
        detail=texts.detail(notice.kind, notice.params, zone),
        url=f"{links.absolute(reverse('notice_open', args=[notice.pk]))}?c={channel}",
        subject_kind=notice.subject_kind,
        subject_id=notice.subject_id,
        at=notice.at,
        links=_links(notice) if with_links else (),
        title=title,
        label=label,
        tone=kinds.get(notice.kind).tone,
        rows=texts.rows(notice.params, notice.url),
    )


def _links(notice: Notice) -> tuple[tuple[str, str], ...]:
    if notice.subject_id is None:
        return ()
    mark = str(notice.params.get("anchor_at", ""))
    return tuple(
        (
            str(links.LABELS[code]),
            links.link(links.Deed(code, notice.person_id, notice.subject_kind, notice.subject_id, mark)),
        )
        for code in kinds.get(notice.kind).links
    )


def _reply_to(notice: Notice, now: datetime) -> str:
    """Where an answer becomes a comment, if letters are read at all."""
    inbox = settings.ENVIRONMENT.inbox_address
    if not inbox or notice.subject_kind != "task" or notice.subject_id is None:
        return ""
    name, _at, host = inbox.partition("@")
    tag = links.answer_tag(notice.person_id, notice.subject_kind, notice.subject_id, now.date().toordinal())
    return f"{name}+{tag}@{host}"
