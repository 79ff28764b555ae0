"""How every action on tasks ends: it is written down, and the open pages of those it concerns look again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from otdel.core import journal as kept
from otdel.core import live
from otdel.core.models import Event
from otdel.org.models import Person
from otdel.tasks.models import Task

TOPIC = "tasks"


def record(kind: str, subject: Task | None, *, by: Person | None, at: datetime, **data: Any) -> Event:
    """The journal of the house, and the counters of everyone named in the task."""
    if subject is not None:
        named = [subject.creator_id, subject.assignee_id, *subject.participants, *subject.observers]
        live.changed([*named, *(data[name] for name in ("before", "after") if isinstance(data.get(name), int))], TOPIC)
    if data.get("ids"):
        rows = Task.objects.filter(pk__in=data["ids"]).values_list("named", flat=True)
        live.changed({pk for named in rows for pk in named}, TOPIC)
    return kept.record(kind, subject, by=by, at=at, **data)
