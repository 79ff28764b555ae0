"""Counting several sets of rows at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import CharField, Count, QuerySet, Value


def count_each(sets: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """Return how many rows each set has. One query, none for none."""
    parts = [
        rows.order_by().annotate(_set=Value(name, CharField())).values_list("_set").annotate(_count=Count("pk"))
        for name, rows in sets.items()
    ]
    found = dict(parts[0].union(*parts[1:], all=True)) if parts else {}
    return {name: found.get(name, 0) for name in sets}
