"""Who reacts to what. To events what urls.py is to addresses."""

from __future__ import annotations

from otdel.core.jobs import Job

REACTIONS: dict[str, list[Job]] = {}
