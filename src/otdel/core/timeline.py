"""What happened to one record, newest first: what people did, and which fields became what. Pages by key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, F, IntegerField, JSONField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from otdel.core.listing.values import BIGGEST_ID
from otdel.core.models import Event, FieldChange
from otdel.core.packed import pack, unpack

SIZE = 20
# A source of a room above, told its rank: what only that room knows of the record.
Above = Callable[[int], "QuerySet[Any]"]
# Said better by the fields themselves, which every write leaves behind.
SILENT = ("changed", "moved", "reopened", "assigned", "binned", "restored", "tagged", "undone", "taken")


@dataclass(frozen=True)
class Moment:
    """One thing that happened: `rank` says from which source, `kind` and `data` what."""

    at: datetime
    rank: int
    id: int
    kind: str
    by_id: int | None
    data: dict[str, Any]
    rule_id: int | None = None  # of automation, whose doing it was


@dataclass(frozen=True)
class Place:
    """The moment a page begins after."""

    at: datetime
    rank: int
    id: int

    def write(self) -> str:
        return pack(self.at.isoformat(), self.rank, self.id)

    @classmethod
    def read(cls, text: str) -> Place | None:
        """Return the place, or None for anything we did not write."""
        try:
            at, rank, number = unpack(text, longest=200)
            moment = datetime.fromisoformat(str(at))
            if moment.tzinfo is None or not (0 <= int(rank) < 10 and 0 < int(number) <= BIGGEST_ID):
                return None
            return cls(moment, int(rank), int(number))
        except (ValueError, TypeError, OverflowError):
            return None


@dataclass(frozen=True)
class Page:
    moments: list[Moment]
    next: Place | None


def source(rows: QuerySet[Any], rank: int, kind: Any, by: str, data: Any) -> QuerySet[Any]:
    """Return rows as moments; `rank` orders what happened at the same instant."""
    shaped: QuerySet[Any] = rows.annotate(
        _rank=Value(rank, output_field=IntegerField()),
        _kind=Cast(kind, CharField()),
        _by=F(by),
        _data=Cast(data, JSONField()),
    ).values_list("at", "_rank", "id", "_kind", "_by", "_data")
    return shaped


def events(subject: str, pk: int) -> QuerySet[Any]:
    quiet = Q()
    for word in SILENT:
        quiet |= Q(kind__endswith=f".{word}")
    rows = Event.objects.filter(subject_type=subject, subject_id=pk).exclude(quiet)
    return source(rows, 0, F("kind"), "by_id", F("data"))


def changes(subject: str, pk: int) -> QuerySet[Any]:
    rows = FieldChange.objects.filter(subject_type=subject, subject_id=pk, operation=FieldChange.Operation.UPDATE)
    by_rule = Concat(Value("fields:"), Cast("rule_id", CharField()))
    kind = Case(When(rule_id__isnull=False, then=by_rule), default=Value("fields"))
    return source(rows, 1, kind, "by_id", F("diff"))


def _moment(row: tuple[Any, ...]) -> Moment:
    """A change of fields carries its rule in its kind, an event among its data: the last one did it itself."""
    at, rank, number, kind, by_id, data = row
    kind, _colon, rule = kind.partition(":")
    rules = [int(rule)] if rule else [] if kind == "fields" else data.get("rules") or []
    return Moment(at, rank, number, kind, by_id, data, rules[-1] if rules else None)


def read(sources: Sequence[QuerySet[Any]], after: Place | None, above: Above | None = None, size: int = SIZE) -> Page:
    """Return one page of the merged sources, given in the order of their ranks. One query."""
    if above is not None:
        sources = [*sources, above(len(sources))]
    parts = [_beyond(rows, rank, after).order_by("-at", "-id")[: size + 1] for rank, rows in enumerate(sources)]
    merged = parts[0].union(*parts[1:], all=True).order_by("-at", "_rank", "-id")[: size + 1]
    found = [_moment(row) for row in merged]
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], Place(last.at, last.rank, last.id) if last else None)


def _beyond(rows: QuerySet[Any], rank: int, after: Place | None) -> QuerySet[Any]:
    if after is None:
        return rows
    if rank < after.rank:
        return rows.filter(at__lt=after.at)
    if rank > after.rank:
        return rows.filter(at__lte=after.at)
    return rows.filter(Q(at__lt=after.at) | Q(at=after.at, id__lt=after.id))
