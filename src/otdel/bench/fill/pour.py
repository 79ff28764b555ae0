"""Rows by the million: one statement a table, without its indexes, checks and history while it runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from typing import Any

from otdel.bench.fill.sizes import MONTHS, Size
from otdel.core.periods import Kind, Period

# what a column that must have a value gets when nobody gave one
DEFAULTS = {"text": "''", "character varying": "''", "jsonb": "'{}'", "ARRAY": "'{}'", "boolean": "false",
            "integer": "0", "smallint": "0", "bigint": "0", "numeric": "0"}  # fmt: skip


class Pour(ABC):
    """Inserts into an empty, migrated database; a room's tables are poured by a class built on it."""

    def __init__(self, cursor: Any, size: Size, today: date) -> None:
        self.cursor = cursor
        self.size = size
        self.today = today
        # data ends with the month before the current one ends
        self.start = Period.of(Kind.MONTH, today).plus(1 - MONTHS).start
        self.seconds = (today - self.start).days * 86400

    @abstractmethod
    def run(self) -> None:
        """Insert the rows of its tables."""

    def go_fast(self) -> None:
        """Check no references and write no history while filling, where the server lets us."""
        self.cursor.execute("select has_parameter_privilege('session_replication_role', 'SET')")
        if self.cursor.fetchone()[0]:
            self.cursor.execute("set local session_replication_role = replica")
        # elsewhere checks at once: an index cannot be built while checks wait for the end
        self.cursor.execute("set constraints all immediate")

    def insert(self, table: str, source: str, **values: str) -> None:
        """Insert a row for each row of `source`, values given as SQL; what must not be empty gets a default."""
        self.cursor.execute(
            "select column_name, data_type from information_schema.columns where table_name = %s "
            "and table_schema = 'public' and is_nullable = 'NO' and is_generated = 'NEVER' and column_name <> 'id'",
            [table],
        )
        needed = {name: DEFAULTS[kind] for name, kind in self.cursor.fetchall() if name not in values}
        columns = {**needed, **values}
        with _Indexes(self.cursor, table):
            self.cursor.execute(
                f"insert into {table} ({', '.join(columns)}) select {', '.join(columns.values())} from {source}"
            )

    def times(self, at: str = "") -> dict[str, str]:
        at = at or f"timestamptz '{self.start}'"
        return {"created_at": at, "updated_at": at}

    def set_sequences(self) -> None:
        self.cursor.execute(
            "select table_name from information_schema.columns where table_schema = 'public' "
            "and column_name = 'id' and is_identity = 'YES'"
        )
        for (table,) in self.cursor.fetchall():
            self.cursor.execute(
                f"select setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 1)) from {table}"
            )


class _Indexes:
    """Drops a table's plain indexes while it is filled, and builds them afterwards."""

    def __init__(self, cursor: Any, table: str) -> None:
        self.cursor, self.table = cursor, table

    def __enter__(self) -> None:
        self.cursor.execute(
            "select indexname, indexdef from pg_indexes where schemaname = 'public' and tablename = %s "
            "and indexname not in (select conname from pg_constraint)",
            [self.table],
        )
        self.found = self.cursor.fetchall()
        for name, _definition in self.found:
            self.cursor.execute(f'drop index "{name}"')

    def __exit__(self, *_error: object) -> None:
        if _error[0] is None:
            for _name, definition in self.found:
                self.cursor.execute(definition)
