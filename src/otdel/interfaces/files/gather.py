"""Brings rows of one record together when the file scatters them, without holding the file in memory."""

from __future__ import annotations

import pickle
import sqlite3
from array import array
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from otdel.interfaces.files.readers import Row
from otdel.interfaces.files.rows import Mapper


def gathered(mapper: Mapper, start: int = 0) -> Iterator[Row]:
    """Rows from the given place in an order where groups stand together: the file's own when they do already.

    The order depends on the file alone, so that a place in it means the same after a crash.
    """
    order = _order(mapper) if mapper.is_grouped else None
    if order is None:
        for place, row in enumerate(mapper.table.rows()):
            if place >= start:
                yield row
        return
    with TemporaryDirectory(prefix="otdel-import-") as folder:
        yield from _sorted(mapper, order, start, Path(folder) / "rows")


def _order(mapper: Mapper) -> np.ndarray | None:
    """For each row the place of its group's first row; None when groups stand together already. 8 bytes a row."""
    keys = array("q")
    for parsed in mapper.parsed():
        key = mapper.group_key(parsed.values)
        # a row alone gets a number no hash is likely to have
        keys.append(hash(key) if key is not None else -(len(keys) + 2))
    marks = np.frombuffer(keys, dtype=np.int64) if keys else np.empty(0, np.int64)
    runs = int((marks[1:] != marks[:-1]).sum()) + 1 if len(marks) else 0
    found, first, back = np.unique(marks, return_index=True, return_inverse=True)
    return None if len(found) == runs or not len(marks) else first[back]


def _sorted(mapper: Mapper, order: np.ndarray, start: int, path: Path) -> Iterator[Row]:
    with sqlite3.connect(path, isolation_level=None) as spool:
        spool.execute("PRAGMA journal_mode = OFF")
        spool.execute("PRAGMA synchronous = OFF")
        spool.execute("CREATE TABLE rows (place INTEGER, number INTEGER, cells BLOB)")
        spool.execute("BEGIN")
        rows = ((int(order[at]), number, pickle.dumps(cells)) for at, (number, cells) in enumerate(mapper.table.rows()))
        spool.executemany("INSERT INTO rows VALUES (?, ?, ?)", rows)
        spool.execute("COMMIT")
        # our own spool in a folder of ours: nobody else writes into it
        for number, cells in spool.execute(
            "SELECT number, cells FROM rows ORDER BY place, number LIMIT -1 OFFSET ?", (start,)
        ):
            yield number, pickle.loads(cells)  # noqa: S301
    spool.close()
