"""What the ground knows about itself."""

from __future__ import annotations

from datetime import datetime

from otdel.core.models import Heartbeat


def last_beat(name: str = "worker") -> datetime | None:
    """Return when a background process was last alive."""
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
