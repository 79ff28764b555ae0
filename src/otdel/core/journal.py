"""Write down what happened, and wake those who asked to know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

from otdel.core.models import Event

if TYPE_CHECKING:
    from django.db.models import Model


# the rules of automation whose doing this is, the first cause first
_rules: ContextVar[tuple[int, ...]] = ContextVar("rules", default=())


@contextmanager
def caused_by(rules: Sequence[int]) -> Iterator[None]:
    """Write into every event inside by which rules it came about, so that rules do not chase their own tails."""
    token = _rules.set(tuple(rules))
    try:
        yield
    finally:
        _rules.reset(token)


def record(kind: str, subject: Model | None, *, by: Any, at: datetime, **data: object) -> Event:
    """Add an event and queue its reactions in the caller's transaction.

    Rolled back together with the change it describes: no ghost events, no lost ones.
    """
    if rules := _rules.get():
        data = data | {"rules": list(rules)}
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


def last(kind: str, subject: Model) -> Event | None:
    """Return the latest event of this kind about the subject."""
    found = Event.objects.filter(kind=kind, subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return found.order_by("-at", "-pk").first()


def event(event_id: int) -> Event:
    """Return the event a reaction was woken by."""
    return Event.objects.select_related("by").get(pk=event_id)
