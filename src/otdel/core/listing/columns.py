"""What a list shows and by what it can be ordered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Expression, F, Subquery

from otdel.core.models import SortKey

Source = str | Expression | F | Subquery


class Kind(StrEnum):
    """How a cell is written; the sources after the first are what the cell needs besides."""

    TEXT = "text"
    LINK = "link"  # text, and the number of the record it leads to
    CHOICE = "choice"  # a code written by its label
    PERSON = "person"
    MONEY = "money"
    NUMBER = "number"
    PERCENT = "percent"  # 0.64 is 64 %
    DATE = "date"
    MOMENT = "moment"
    FLAG = "flag"
    TAGS = "tags"
    PHONE = "phone"


NUMERIC = frozenset({Kind.MONEY, Kind.NUMBER, Kind.PERCENT})


@dataclass(frozen=True)
class Sort:
    """An order some index keeps ready: (by, id). Only fields the company added itself have none."""

    by: Source
    type: type
    nullable: bool = False
    descending: bool = False  # what the first press gives
    # where nulls stand in the index when it is read downwards; they are shown last either way
    falling_nulls_last: bool = False

    @classmethod
    def text(cls, path: str) -> Sort:
        return cls(SortKey(path), str)


@dataclass(frozen=True)
class Column:
    key: str
    label: Any
    kind: Kind = Kind.TEXT
    source: Source = ""
    also: tuple[Source, ...] = ()
    sort: Sort | None = None
    shown: bool = True
    choices: Mapping[Any, Any] | None = None
    phone: str = ""  # place on a phone's card: m1 m2 m3 m4 mw

    @property
    def sources(self) -> tuple[Source, ...]:
        return (self.source or self.key, *self.also)

    @property
    def numeric(self) -> bool:
        return self.kind in NUMERIC
