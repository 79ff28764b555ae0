"""What the ground knows about itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.apps import apps

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


def subjects_of_batch(batch: int, label: str, column: str) -> list[int]:
    """Return what rows written or deleted by the batch point to through a column. One query."""
    model = apps.get_model(label)
    mine = FieldChange.objects.filter(batch=batch, subject_type=label)
    there = model._default_manager.filter(pk__in=mine.values("subject_id"))
    found = set(there.values_list(column, flat=True))
    gone = mine.filter(operation="D").values_list(f"diff__{column}", flat=True)
    return sorted({pk for pk in {*found, *gone} if pk is not None})
