"""What the ground knows about itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from otdel.core.models import FieldChange, Heartbeat


def last_beat(name: str = "worker") -> datetime | None:
    """Return when a background process was last alive."""
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()


def made_in_batch(batch: int | None, label: str, ids: Iterable[int]) -> set[int]:
    """Return which of the rows the batch itself has made. One query."""
    asked = list(ids)
    if batch is None or not asked:
        return set()
    made = FieldChange.objects.filter(subject_type=label, subject_id__in=asked, operation="I", batch=batch)
    return set(made.values_list("subject_id", flat=True))


def ids_of(model: type[Model], fields: Sequence[str], keys: Iterable[tuple[Any, ...]]) -> list[int]:
    """Return ids of rows, none binned, whose fields hold one of the keys together: one look into an index a key."""
    asked = sorted(set(keys))
    if not asked:
        return []
    quote = connection.ops.quote_name
    columns: list[Any] = [model._meta.get_field(name) for name in fields]
    names = [quote(str(each.column)) for each in columns]
    given = ", ".join(f"%s::{_plain_type(each)}[]" for each in columns)
    # names and types are those of our own models
    sql = f"""
        SELECT t.id FROM {quote(model._meta.db_table)} t JOIN unnest({given}) k ({", ".join(names)})
        ON ({", ".join("t." + name for name in names)}) = ({", ".join("k." + name for name in names)})
        WHERE t.deleted_at IS NULL
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(values) for values in zip(*asked, strict=True)])
        return [row[0] for row in cursor.fetchall()]


def _plain_type(field: Any) -> str:
    """The column's type, without how long its values may be."""
    return str(field.db_type(connection)).partition("(")[0]
