"""Is telling alive? For the banner of everybody, for monitoring and for the administrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_datetime

DEAD_AFTER = timedelta(minutes=5)
# names of heartbeats: the worker's own loop; the clock's job; the sweep; and "channel:…"
WORKER, SCHEDULER, SWEEP = "process", "worker", "sweep"


@dataclass(frozen=True)
class Alarm:
    what: str  # worker, scheduler, sweep, or the name of a channel
    since: datetime
    reason: str = ""


def alarms(beats: Mapping[str, tuple[str, Mapping[str, Any]]], now: datetime, started: datetime) -> list[Alarm]:
    """Return what has been dead for five minutes; nothing ever seen counts from when the company was started.

    No query: the heartbeats come with the signed-in person, so it works just as well when every worker is dead.
    """
    found = []
    for name in (WORKER, SCHEDULER, SWEEP):
        at = _at(beats, name) or started
        if now - at > DEAD_AFTER:
            found.append(Alarm(name, at))
    for name, (_text, note) in beats.items():
        last = _at(beats, name)
        if name.startswith("channel:") and note.get("wrong") and last and now - last > DEAD_AFTER:
            found.append(Alarm(name.removeprefix("channel:"), last, str(note["wrong"])))
    return found


def _at(beats: Mapping[str, tuple[str, Mapping[str, Any]]], name: str) -> datetime | None:
    return parse_datetime(beats[name][0]) if name in beats else None


_FIGURES = """
SELECT 'reminders_due', '', count(*)::float FROM notifications_reminder WHERE state = 'PENDING' AND due_at <= %(now)s
UNION ALL SELECT 'reminders_oldest', '', coalesce(extract(epoch FROM %(now)s - min(due_at)), 0)::float
    FROM notifications_reminder WHERE state = 'PENDING' AND due_at <= %(now)s
UNION ALL SELECT 'deliveries_due', channel, count(*)::float FROM notifications_delivery
    WHERE state = 'WAITING' AND due_at <= %(now)s GROUP BY channel
UNION ALL SELECT 'deliveries_oldest', '', coalesce(extract(epoch FROM %(now)s - min(due_at)), 0)::float
    FROM notifications_delivery WHERE state = 'WAITING' AND due_at <= %(now)s
UNION ALL SELECT 'dead', channel, count(*)::float FROM notifications_delivery WHERE state = 'DEAD' GROUP BY channel
UNION ALL SELECT 'day:' || channel, state, count(*)::float FROM notifications_delivery
    WHERE made_at > %(now)s - interval '1 day' GROUP BY channel, state
UNION ALL SELECT 'beat', name, extract(epoch FROM %(now)s - at)::float FROM core_heartbeat
UNION ALL SELECT 'sweep_seconds', '', (note->>'seconds')::float FROM core_heartbeat WHERE name = 'sweep'
UNION ALL SELECT 'jobs_late', '', count(*)::float FROM procrastinate_jobs
    WHERE status = 'todo' AND coalesce(scheduled_at, %(now)s) < %(now)s - interval '1 minute'
"""


def figures(now: datetime) -> list[tuple[str, str, float]]:
    """Return (what, of which, how much). One query, over partial indexes."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"now": now})
        return [(what, which, value or 0.0) for what, which, value in cursor.fetchall()]
