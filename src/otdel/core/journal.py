"""Write down what happened, and wake those who asked to know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    event = _event(kind, subject, by, at, data)
    event.save(force_insert=True)
    _wake([event])
    return event


def record_many(kind: str, subjects: Iterable[tuple[Model, Mapping[str, object]]], *, by: Any, at: datetime) -> None:
    """Add an event of one kind for each subject with what is said of it. One query, and those of the reactions."""
    _wake(Event.objects.bulk_create(_event(kind, subject, by, at, data) for subject, data in subjects))


def _event(kind: str, subject: Model | None, by: Any, at: datetime, data: Mapping[str, object]) -> Event:
    rules = _rules.get()
    return Event(
        kind=kind,
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=subject.pk if subject else None,
        by=by,
        at=at,
        data={**data, "rules": list(rules)} if rules else dict(data),
    )


def _wake(events: Iterable[Event]) -> None:
    reactions = import_string(settings.REACTIONS)
    for event in events:
        for reaction in reactions.get(event.kind, ()):
            reaction.defer(event_id=event.pk)


def last(kind: str, subject: Model) -> Event | None:
    """Return the latest event of this kind about the subject."""
    found = Event.objects.filter(kind=kind, subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return found.order_by("-at", "-pk").first()


def event(event_id: int) -> Event:
    """Return the event a reaction was woken by."""
    return Event.objects.select_related("by").get(pk=event_id)
