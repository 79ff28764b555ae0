"""What pages remember about a person's lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from otdel.org.models import Person


@dataclass(frozen=True)
class Remembered:
    """The columns a person chose, and their saved views as (number, name, query)."""

    columns: tuple[str, ...] = ()
    views: tuple[tuple[int, str, str], ...] = ()


# Written out: every list asks it, and Django takes longer to compose it than PostgreSQL to answer.
_OF_LIST = """
SELECT id, name, query, columns FROM web_listview
WHERE person_id = %s AND listing = %s ORDER BY name, id"""


def remembered(person: Person, listing: str) -> Remembered:
    """Return how the person looks at the list. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_LIST, [person.pk, listing])
        rows = cursor.fetchall()
    columns = next((tuple(kept.split(",")) for _pk, name, _query, kept in rows if not name and kept), ())
    return Remembered(columns, tuple((pk, name, query) for pk, name, query, _kept in rows if name))
