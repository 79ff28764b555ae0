"""Whose an import is: one worker at a time, and its row is taken first in every transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from otdel.interfaces.files.models import ImportSession

State = ImportSession.Status


class LaidDown(Exception):
    """Another worker has this import now, or somebody stopped it."""


def take(session_id: int, runner: str, state: State, now: datetime) -> ImportSession | None:
    """Put the worker's mark on the session; a worker that held it before lays it down at its next batch."""
    with transaction.atomic():
        session = ImportSession.objects.select_for_update().filter(pk=session_id, status=state).first()
        if session is not None:
            session.runner, session.moved_at = runner, now
            session.save(update_fields=["runner", "moved_at"])
    if session is None:
        return None
    return ImportSession.objects.select_related("person__role").get(pk=session_id)


def held(session_id: int, runner: str, position: int | None = None) -> ImportSession:
    session = ImportSession.objects.select_for_update(of=("self",)).filter(pk=session_id, runner=runner).first()
    if session is None or (position is not None and session.position != position):
        raise LaidDown
    return session


def rewind(session: ImportSession) -> None:
    session.position = session.looked = session.created = session.updated = session.unchanged = session.refused = 0
    session.refused_bytes, session.made, session.reasons, session.runner, session.problem = 0, {}, [], "", ""


def is_passing(error: Exception) -> bool:
    """The server went away, or two transactions met: the same batch will do next time."""
    code = getattr(error.__cause__, "sqlstate", None) or ""
    return isinstance(error, OperationalError | InterfaceError) or code[:2] in ("08", "40", "53", "55", "57")
