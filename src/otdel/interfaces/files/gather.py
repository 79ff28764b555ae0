"""Brings rows of one record together when the file scatters them, without holding the file in memory."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from otdel.interfaces.files.readers import Row
from otdel.interfaces.files.rows import Mapper
from otdel.interfaces.files.seen import Seen

Tell = Callable[[int], None]
"""Hears now and then how many rows were looked at; raises to have the work laid down."""
TELL_EVERY = 5_000


def look_through(mapper: Mapper, tell: Tell) -> tuple[int, bool]:
    """Return how many rows the file has, and whether rows of one group are scattered over it. One walk, told of.

    A group scattered is one that comes again after another. Sorting a file that needs none, once in a million, does
    no harm.
    """
    seen, last, scattered, number = Seen(), None, False, 0
    keys = (key for key, _row in mapper.keyed()) if mapper.is_grouped else (None for _row in mapper.table.rows())
    for number, key in enumerate(keys, start=1):
        if key is not None and key != last and not scattered:
            scattered = not seen.add(key)
        last = key
        if number % TELL_EVERY == 0:
            tell(number)
    return number, scattered


def gathered(mapper: Mapper, start: int, scattered: bool, tell: Tell) -> Iterator[Row]:
    """Rows from the given place in an order where groups stand together: the file's own when they do already.

    The order depends on the file alone, so that a place in it means the same after a crash.
    """
    if not scattered:
        for place, row in enumerate(mapper.table.rows()):
            if place >= start:
                yield row
            elif place % TELL_EVERY == 0:
                tell(place)
        return
    with TemporaryDirectory(prefix="otdel-import-") as folder:
        yield from _sorted(mapper, start, Path(folder), tell)


def _sorted(mapper: Mapper, start: int, folder: Path, tell: Tell) -> Iterator[Row]:
    """Groups in the order of their first rows, sorted on disk."""
    with sqlite3.connect(folder / "rows", isolation_level=None) as spool:
        for sentence in SPOOL:
            spool.execute(sentence)
        spool.execute("BEGIN")
        spool.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", _spooled(mapper, tell))
        spool.execute("INSERT INTO firsts SELECT key, min(place) FROM rows WHERE key IS NOT NULL GROUP BY key")
        spool.execute("COMMIT")
        # our own spool in a folder of ours: nobody else writes into it
        for number, cells in spool.execute(IN_ORDER, (start,)):
            yield number, pickle.loads(cells)  # noqa: S301
    spool.close()


SPOOL = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA temp_store = FILE",
    "CREATE TABLE rows (place INTEGER PRIMARY KEY, key BLOB, number INTEGER, cells BLOB)",
    "CREATE TABLE firsts (key BLOB PRIMARY KEY, place INTEGER) WITHOUT ROWID",
)
IN_ORDER = """
    SELECT r.number, r.cells FROM rows r LEFT JOIN firsts f ON f.key = r.key
    ORDER BY coalesce(f.place, r.place), r.place LIMIT -1 OFFSET ?
"""


def _spooled(mapper: Mapper, tell: Tell) -> Iterator[tuple[Any, ...]]:
    """(place, key of the group, number, cells) of every row."""
    for place, (key, (number, cells)) in enumerate(mapper.keyed()):
        if place % TELL_EVERY == 0:
            tell(place)
        yield place, None if key is None else repr(key).encode(), number, pickle.dumps(cells)
