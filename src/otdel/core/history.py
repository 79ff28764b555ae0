"""The trigger that keeps the history of fields, and the migration operation that hangs it on a table."""

from __future__ import annotations

from django.db.migrations.operations import RunSQL

# `updated_at` changes with every write and says nothing by itself.
# A password hash and the last sign-in have no business in a history people read.
# What the database puts together from other columns (`search`, `named`, `doers`) is said by those columns.
IGNORED = ("updated_at", "search", "named", "doers", "password", "last_login")


def keep_history(table: str, label: str) -> RunSQL:
    """Return the operation that records every change of the table's rows under the label "room.model"."""
    ignored = ", ".join(f"'{name}'" for name in IGNORED)
    create = "\n".join(
        f"CREATE TRIGGER {table}_history_{event.lower()} AFTER {event} ON {table} "
        f"REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION otdel_history('{label}', {ignored});"
        for event, tables in (
            ("INSERT", "NEW TABLE AS new_rows"),
            ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
            ("DELETE", "OLD TABLE AS old_rows"),
        )
    )
    drop = "\n".join(f"DROP TRIGGER {table}_history_{event} ON {table};" for event in ("insert", "update", "delete"))
    return RunSQL(create, drop)
