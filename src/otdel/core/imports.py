"""What a file brings: settings and rows in, what became of each row out. Every room's import speaks these words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from otdel.core.errors import Invalid, Refusal

Ref = tuple[str, str]
"""Whom or what a cell names: a name, an e-mail or an id, and an id in the other system when the cell says both."""


class Status(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


RANK = {Status.UNCHANGED: 0, Status.UPDATED: 1, Status.CREATED: 2}


@dataclass(frozen=True)
class Settings:
    """What the importer decided about the whole file."""

    today: date
    key: str = ""
    """The field a row is known again by; the external id counts before it."""
    create: frozenset[str] = frozenset()
    """What may be made when a row names something unknown: people, units, customers, products, stages, lists."""
    owner_id: int | None = None
    """Whose are the rows that name nobody."""
    role_id: int | None = None
    unit_id: int | None = None
    since: date | None = None
    """New people: their role, their department, and since when they count in it."""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """What a new stage means, by its name in lower case: OPEN, WON or LOST."""
    pipeline: str = ""
    reason: str = ""
    batch: int | None = None
    """The import's number: what it made itself is not taken for what was there before."""

    def may_create(self, what: str) -> bool:
        return what in self.create


class Result:
    """What became of a batch. Numbers are those of the file's rows."""

    def __init__(self) -> None:
        self.statuses: dict[int, Status] = {}
        self.refused: dict[int, str] = {}
        self.made: dict[str, set[str]] = defaultdict(set)
        self.ids: dict[int, int] = {}

    def note(self, number: int, status: Status) -> None:
        """Remember the strongest thing that happened to the row."""
        known = self.statuses.get(number)
        if known is None or RANK[status] > RANK[known]:
            self.statuses[number] = status

    def refuse(self, number: int, sentence: str) -> None:
        self.statuses.pop(number, None)
        self.refused.setdefault(number, sentence)

    @contextmanager
    def guard(self, *numbers: int) -> Iterator[None]:
        """Turn a refusal inside into a refusal of these rows."""
        try:
            yield
        except Refusal as refusal:
            for number in numbers:
                self.refuse(number, str(refusal))

    def standing(self, rows: list[Any]) -> list[Any]:
        """Return the rows not refused so far."""
        return [row for row in rows if row.number not in self.refused] if self.refused else rows


def fold(text: str) -> str:
    """Text as names are compared: lower case, ё as е, single spaces. The same as otdel_fold() but for the spaces."""
    return " ".join(text.lower().replace("ё", "е").split())


def cut(text: str | None, longest: int, label: str) -> str:
    """Return the text, or refuse one that does not fit."""
    value = (text or "").replace("\x00", "").strip()
    if len(value) > longest:
        raise Invalid(_("%(field)s is longer than %(most)d characters.") % {"field": label, "most": longest})
    return value


def given(**values: Any) -> dict[str, Any]:
    """Keep what the file says: an empty cell leaves the record as it is."""
    return {name: value for name, value in values.items() if value is not None}
