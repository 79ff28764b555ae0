"""One activity, and the latest ones of a customer or a deal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Value
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from otdel.activities import access
from otdel.activities.models import Activity
from otdel.core import timeline
from otdel.core.errors import NotFound
from otdel.org.access import reach
from otdel.org.models import Person
from otdel.org.rules import Right

ABOUT = ("customer", "contact", "lead", "deal", "owner", "unit")


@dataclass(frozen=True)
class Link:
    id: int
    name: str


@dataclass(frozen=True)
class ActivityCard:
    id: int
    kind: str
    direction: str
    at: datetime
    is_done: bool
    duration: int | None
    subject: str
    text: str
    result: str
    owner: Link
    unit: str
    customer: Link | None
    contact: Link | None
    lead: Link | None
    deal: Link | None
    in_bin: bool
    can_change: bool
    can_delete: bool
    custom: Mapping[str, Any]

    @property
    def minutes(self) -> int | None:
        return None if self.duration is None else round(self.duration / 60)

    @property
    def kind_name(self) -> str:
        return str(Activity.Kind(self.kind).label)

    @property
    def title(self) -> str:
        return self.subject or self.kind_name


def _link(record: Any) -> Link | None:
    return Link(record.pk, str(record)) if record is not None else None


def activity_card(person: Person, activity_id: int) -> ActivityCard:
    """One query besides those of access; two for what is in the bin."""
    for rows in (access.seen_activities(person), access.visible_activities(person, binned=True)):
        found: Activity | None = rows.select_related(*ABOUT).filter(pk=activity_id).first()
        if found is not None:
            return _card(person, found)
    raise NotFound(_("There is no such record, or you may not see it."))


def _card(person: Person, found: Activity) -> ActivityCard:
    plain = ("kind", "direction", "at", "is_done", "duration", "subject", "text", "result")
    links: dict[str, Any] = {name: _link(getattr(found, name)) for name in ("customer", "contact", "lead", "deal")}
    return ActivityCard(
        id=found.pk,
        **{name: getattr(found, name) for name in plain} | links,
        owner=Link(found.owner_id, str(found.owner)),
        unit=found.unit.name if found.unit else "",
        in_bin=found.deleted_at is not None,
        can_change=access.changes(person, found.owner_id),
        can_delete=reach(person, "activity", Right.DELETE).includes(found.owner_id),
        custom=found.custom,
    )


@dataclass(frozen=True)
class ActivityRow:
    id: int
    kind: str
    at: datetime
    is_done: bool
    subject: str
    text: str
    result: str
    owner: str

    @property
    def kind_name(self) -> str:
        return str(Activity.Kind(self.kind).label)

    @property
    def title(self) -> str:
        return self.subject or self.kind_name


def latest(
    person: Person, *, customer_id: int = 0, deal_id: int = 0, lead_id: int = 0, most: int = 10
) -> list[ActivityRow]:
    """Return what passed with a customer, on a deal or a lead, plans first, then the latest. One query."""
    about = {"customer_id": customer_id, "deal_id": deal_id, "lead_id": lead_id}
    rows = access.seen_activities(person).filter(**{name: pk for name, pk in about.items() if pk})
    fields = ("id", "kind", "at", "is_done", "subject", "text", "result", "owner__last_name", "owner__first_name")
    found: Any = rows.order_by("is_done", "-at", "-id").values_list(*fields)[:most]
    return [_row(*row) for row in found]


def _row(*values: Any) -> ActivityRow:
    *rest, last, first = values
    fields: tuple[Any, ...] = (*rest, f"{last} {first}".strip())
    return ActivityRow(*fields)


def moments(person: Person, about: str, pk: int) -> timeline.Above:
    """Return what passed with a "customer", "contact", "lead" or "deal" for its history, as far as one may see."""
    done = access.seen_activities(person).filter(is_done=True, **{f"{about}_id": pk})
    said = JSONObject(kind="kind", subject="subject", result="result", id="id")
    return lambda rank: timeline.source(done, rank, Value("activity"), "owner_id", said)


@dataclass(frozen=True)
class Planned:
    id: int
    kind: str
    at: datetime
    title: str
    customer: str
    deal: str


# Written out: everybody's day asks it, and Django takes longer to compose it than PostgreSQL to answer.
_PLANNED = """
SELECT a.id, a.kind, a.at, a.subject, c.name, d.title FROM activities_activity a
LEFT JOIN customers_customer c ON c.id = a.customer_id LEFT JOIN deals_deal d ON d.id = a.deal_id
WHERE a.owner_id = %s AND NOT a.is_done AND a.at < %s AND a.deleted_at IS NULL ORDER BY a.at, a.id LIMIT %s"""


def planned(person: Person, until: datetime, most: int = 50) -> list[Planned]:
    """Return the person's own calls and meetings planned up to a moment, the earliest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_PLANNED, [person.pk, until, most])
        found = cursor.fetchall()
    return [
        Planned(pk, kind, at, subject or str(Activity.Kind(kind).label), customer or "", deal or "")
        for pk, kind, at, subject, customer, deal in found
    ]
