"""One kind of record with its pages, as cards know it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from otdel.core import timeline
from otdel.customers.queries import Card
from otdel.interfaces.web.record_forms import RecordForm

NamesById = Mapping[tuple[str, int], str]


@dataclass(frozen=True)
class Record:
    """One kind of record and its pages. `name` is of the card's address; the others are made of it."""

    name: str
    path: str
    list_name: str
    form: type[RecordForm]
    card: Callable[[Any, int], Card]
    change: Callable[..., Any]  # (by, pk, values, now)
    assign: Callable[..., Any]
    bin: Callable[..., Any]
    restore: Callable[..., Any]
    undo: Callable[..., Any]
    timeline: Callable[[int, timeline.Place | None, timeline.Above | None], timeline.Page]
    naming: Callable[[dict[str, set[int]]], NamesById]
    links: Mapping[str, str] = field(default_factory=dict)  # form field → address of what it names
