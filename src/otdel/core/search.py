"""Finding records of several kinds at once by whatever one remembers of them; Russian, and forgiving of slips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import BooleanField, CharField, F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from otdel.core.listing.filters import fold

# «ромошка» for «ромашка» shares five trigrams of eight with it: 0.45
CLOSE = "0.4"
SHORTEST_SLIP = 4


@dataclass(frozen=True)
class Part:
    """Where to look: visible rows with a `search` column, what else finds them exactly, and how they are shown."""

    kind: str
    rows: QuerySet[Any]
    title: str
    note: str
    order: tuple[Any, ...]
    others: Q | None = None


@dataclass(frozen=True)
class Hit:
    kind: str
    id: int
    title: str
    note: str


def words(text: str, field: str = "search") -> Q:
    """Every word somewhere in the search column; one or two letters only at the beginning of a word."""
    found = Q()
    for word in fold(text).split()[:6]:
        if len(word) < 3:
            found &= Q(**{f"{field}__startswith": word}) | Q(**{f"{field}__contains": f" {word}"})
        else:
            found &= Q(**{f"{field}__contains": word})
    return found


def find(parts: Sequence[Part], text: str, most: int) -> list[Hit]:
    """Return so many hits of each kind: of the words themselves, and when there are none, of words nearly these.

    One query; two when nothing fits the words.
    """
    if not parts or not fold(text).split():
        return []
    exact = _run([_exact(part, text)[:most] for part in parts])
    if exact or len(fold(text)) < SHORTEST_SLIP:
        return exact
    return _run([_close(part, text)[:most] for part in parts])


class _WithCloseness(Func):
    """True. Asked of no row, and so before the first one: sets for this statement how near a word must be."""

    template = "(SELECT set_config('pg_trgm.word_similarity_threshold', %(expressions)s, true)) IS NOT NULL"
    output_field = BooleanField()


def _exact(part: Part, text: str) -> QuerySet[Any]:
    wanted = words(text) if part.others is None else words(text) | part.others
    return _shaped(part, part.rows.filter(wanted).order_by(*part.order))


def _close(part: Part, text: str) -> QuerySet[Any]:
    near = TrigramWordSimilarity(fold(text), F("search"))
    rows = part.rows.filter(_WithCloseness(Value(CLOSE)), search__trigram_word_similar=fold(text)).annotate(_near=near)
    return _shaped(part, rows.order_by(F("_near").desc(), "id"))


def _shaped(part: Part, rows: QuerySet[Any]) -> QuerySet[Any]:
    """UNION ALL appends part after part, each in its own order."""
    shaped: QuerySet[Any] = rows.annotate(
        _kind=Value(part.kind, output_field=CharField()),
        _title=Cast(Coalesce(F(part.title), Value("")), TextField()),
        _note=Cast(Coalesce(F(part.note), Value("")), TextField()),
    ).values_list("_kind", "id", "_title", "_note")
    return shaped


def _run(parts: list[QuerySet[Any]]) -> list[Hit]:
    rows = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    return [Hit(kind, pk, title or f"#{pk}", note) for kind, pk, title, note in rows]
