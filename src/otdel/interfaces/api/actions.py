"""The only writing of this door itself: answers kept, so that a request sent twice is done once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from otdel.core.errors import Conflict
from otdel.interfaces.api.models import SavedAnswer

KEPT = timedelta(days=1)


@transaction.atomic
def answer_once(
    *, key_id: int, mark: str, request: str, make: Callable[[], dict[str, Any]], now: datetime
) -> dict[str, Any]:
    """Return what `make` gives, or gave to the same request within a day.

    The row is written in the transaction of the doing: a copy of the request that comes meanwhile waits for it.
    """
    row, is_new = SavedAnswer.objects.select_for_update().get_or_create(
        key_id=key_id, mark=mark, defaults={"request": request, "at": now}
    )
    if not is_new:
        if row.request != request:
            raise Conflict(_("This Idempotency-Key was sent with another request. Make a new one for each request."))
        return dict(row.answer or {})
    row.answer = answer = make()
    row.save(update_fields=["answer"])
    return answer


def forget_answers(*, now: datetime) -> int:
    """Delete answers nobody asks for again. Returns how many."""
    return SavedAnswer.objects.filter(at__lt=now - KEPT).delete()[0]
