"""Imports in the background: thin, one walk each. A job done twice does nothing the second time."""

from __future__ import annotations

from django.utils import timezone

from otdel.core import journal
from otdel.core.jobs import job
from otdel.interfaces.files import actions, engine


def _session(event_id: int) -> int:
    return journal.event(event_id).subject_id or 0


@job(retry=20)
def check(event_id: int) -> None:
    engine.check(_session(event_id))


@job(retry=20)
def run(event_id: int) -> None:
    engine.run(_session(event_id))


@job(retry=20)
def undo(event_id: int) -> None:
    engine.undo(_session(event_id))


@job(queueing_lock="forget_files", retry=False)
def forget_files(timestamp: int = 0) -> None:
    """Every night: uploaded files of imports long over are deleted."""
    actions.forget_files(now=timezone.now())
