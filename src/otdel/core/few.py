"""Does a company have next to none of something yet? Then an import may propose to make it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

NEXT_TO_NONE = 3


def few(*rows: QuerySet[Any], most: int = NEXT_TO_NONE) -> bool:
    """Return whether all the rows together are at most so many. A query each, and none reads further."""
    return sum(each.order_by()[: most + 1].count() for each in rows) <= most
