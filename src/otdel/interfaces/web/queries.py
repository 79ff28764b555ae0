"""What pages remember about a person's lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otdel.interfaces.web.models import ListView

if TYPE_CHECKING:
    from otdel.org.models import Person


@dataclass(frozen=True)
class Remembered:
    """The columns a person chose, and their saved views as (number, name, query)."""

    columns: tuple[str, ...] = ()
    views: tuple[tuple[int, str, str], ...] = ()


def remembered(person: Person, listing: str) -> Remembered:
    """Return how the person looks at the list. One query."""
    rows = list(
        ListView.objects.filter(person=person, listing=listing)
        .order_by("name", "id")
        .values_list("id", "name", "query", "columns")
    )
    columns = next((tuple(kept.split(",")) for _pk, name, _query, kept in rows if not name and kept), ())
    return Remembered(columns, tuple((pk, name, query) for pk, name, query, _kept in rows if name))
