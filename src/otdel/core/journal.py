"""Write down what happened, and wake those who asked to know."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

from otdel.core.models import Event

if TYPE_CHECKING:
    from django.db.models import Model


def record(kind: str, subject: Model | None, *, by: Any, at: datetime, **data: object) -> Event:
    """Add an event and queue its reactions in the caller's transaction.

    Rolled back together with the change it describes: no ghost events, no lost ones.
    """
    event = Event.objects.create(
        kind=kind,
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=subject.pk if subject else None,
        by=by,
        at=at,
        data=data,
    )
    for reaction in import_string(settings.REACTIONS).get(kind, ()):
        reaction.defer(event_id=event.pk)
    return event
