"""Signs of life."""

from __future__ import annotations

from datetime import datetime

from otdel.core.models import Heartbeat

WORKER = "worker"


def beat(*, name: str = WORKER, now: datetime) -> None:
    """Say that a background process is alive. No event: nobody wants to read 1,440 of them a day."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})
