"""What people do with an import: upload, set up, check, start, stop, go on, take back."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict
from otdel.interfaces.files import queries
from otdel.interfaces.files.actions.hold import State, rewind
from otdel.interfaces.files.models import ImportSession, RememberedMapping
from otdel.interfaces.files.roads import ROADS
from otdel.org.access import require
from otdel.org.rules import Right


@action
def open_session(*, by: Any, file: Any, now: datetime) -> ImportSession:
    """Keep an uploaded file, streamed to disk."""
    require(by, "import", Right.CREATE)
    session = ImportSession.objects.create(
        person=by, file_name=_name(file.name), size=file.size or 0, created_at=now, moved_at=now
    )
    folder = queries.folder(session)
    # a database put back to an earlier day gives its numbers again: what lies under this one is another file's
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    _keep(file, queries.source(session))
    journal.record("import.uploaded", session, by=by, at=now, file=session.file_name, size=session.size)
    return session


def _keep(file: Any, path: Path) -> None:
    """A large upload lies on the disk already: it gets another name there, or is copied from another disk."""
    if hasattr(file, "temporary_file_path"):
        with suppress(OSError):
            os.link(file.temporary_file_path(), path)
            return
    with path.open("wb") as kept:
        for chunk in file.chunks(1024 * 1024):
            kept.write(chunk)


def _name(name: str | None) -> str:
    bare = (name or "").replace("\\", "/").rsplit("/", 1)[-1].replace("\x00", "")
    return "".join(char for char in bare if char.isprintable())[-250:] or "file"


@action
def drop_session(*, by: Any, session_id: int, now: datetime) -> None:
    """Throw away an import that wrote nothing."""
    session = queries.locked(by, session_id)
    if session.status not in (State.UPLOADED, State.CHECKED, State.CHECKING) or session.started_at:
        raise Conflict(_("This import has already written something. Undo it instead."))
    journal.record("import.dropped", session, by=by, at=now, file=session.file_name)
    shutil.rmtree(queries.folder(session), ignore_errors=True)
    session.delete()


SETTABLE = ("target", "reading", "columns", "options", "fingerprint")


@action
def set_up(*, by: Any, session_id: int, now: datetime, **values: Any) -> ImportSession:
    """Keep how the file is understood; what was checked before counts no more."""
    session = queries.locked(by, session_id)
    if session.status not in (State.UPLOADED, State.CHECKED, State.CHECKING) or session.started_at:
        raise Conflict(_("This import has started: its columns stay as they are."))
    if not set(values) <= set(SETTABLE):
        raise TypeError(f"cannot set {sorted(set(values) - set(SETTABLE))}")
    for name, value in values.items():
        setattr(session, name, value)
    session.status, session.checked, session.runner, session.problem = State.UPLOADED, None, "", ""
    session.moved_at = now
    session.save()
    return session


@action
def check_session(*, by: Any, session_id: int, now: datetime) -> ImportSession:
    """Let a worker try the whole file and count, writing nothing."""
    session = queries.locked(by, session_id)
    if session.status not in (State.UPLOADED, State.CHECKED) or session.started_at:
        raise Conflict(_("This import has started: its columns stay as they are."))
    _remember(session, by, now)
    rewind(session)
    session.status, session.moved_at = State.CHECKING, now
    session.save()
    journal.record("import.check_asked", session, by=by, at=now)
    return session


def _remember(session: ImportSession, by: Any, now: datetime) -> None:
    if session.fingerprint:
        RememberedMapping.objects.update_or_create(
            fingerprint=session.fingerprint,
            person=by,
            defaults={
                "target": session.target, "columns": session.columns, "options": session.options, "at": now,
            },
        )  # fmt: skip


@action
def start_session(*, by: Any, session_id: int, now: datetime) -> ImportSession:
    """Let a worker write the file's rows."""
    session = queries.locked(by, session_id)
    if session.started_at or session.status not in (State.UPLOADED, State.CHECKED, State.CHECKING):
        raise Conflict(_("This import has already started."))
    if not session.columns:
        raise Conflict(_("First say what the columns are."))
    require(by, ROADS[session.target].kind, Right(ROADS[session.target].right))
    rewind(session)
    session.status, session.started_at, session.moved_at = State.RUNNING, now, now
    session.save()
    journal.record("import.started", session, by=by, at=now, file=session.file_name, target=session.target)
    return session


@action
def stop_session(*, by: Any, session_id: int, undo: bool, now: datetime) -> ImportSession:
    """Stop after the batch being written; keep what was written, or take it back."""
    session = queries.locked(by, session_id)
    if session.status == State.CHECKING:
        session.status, session.runner = State.UPLOADED, ""
    elif session.status == State.RUNNING:
        session.status, session.runner, session.finished_at = State.STOPPED, "", now
    else:
        raise Conflict(_("There is nothing to stop."))
    session.moved_at = now
    session.save()
    journal.record("import.stopped", session, by=by, at=now, rows=session.position)
    return _undo(session, by, now) if undo and session.status == State.STOPPED else session


@action
def resume_session(*, by: Any, session_id: int, now: datetime) -> ImportSession:
    """Go on where the work stopped: after a failure, a stop, or when its job was lost."""
    session = queries.locked(by, session_id)
    lost = queries.is_stuck(session, now)
    if not lost and session.status not in (State.FAILED, State.STOPPED):
        raise Conflict(_("There is nothing to continue."))
    if lost and session.status != State.RUNNING:
        kind = "import.check_asked" if session.status == State.CHECKING else "import.undo_asked"
    else:
        kind = "import.started"
        session.status, session.finished_at = State.RUNNING, None
    session.problem, session.runner, session.moved_at = "", "", now
    session.save()
    journal.record(kind, session, by=by, at=now, again=True)
    return session


@action
def undo_session(*, by: Any, session_id: int, now: datetime) -> ImportSession:
    """Let a worker take back everything the import wrote."""
    session = queries.locked(by, session_id)
    return _undo(session, by, now)


def _undo(session: ImportSession, by: Any, now: datetime) -> ImportSession:
    if session.status not in (State.DONE, State.STOPPED, State.FAILED, State.UNDONE):
        raise Conflict(_("Wait until the import is over, or stop it."))
    session.status, session.undo, session.runner, session.moved_at = State.UNDOING, {}, "", now
    session.save()
    journal.record("import.undo_asked", session, by=by, at=now)
    return session


def forget_files(*, now: datetime, after: timedelta = timedelta(days=90)) -> int:
    """Delete uploaded files of imports long over, whose records say what they said, and those of no import at all."""
    old = ImportSession.objects.exclude(status__in=queries.BUSY).filter(moved_at__lt=now - after)
    gone = [folder for session in old if (folder := queries.folder(session)).exists()]
    for folder in [*gone, *_orphans(now - timedelta(days=1))]:
        shutil.rmtree(folder, ignore_errors=True)
    for session in ImportSession.objects.exclude(status__in=queries.BUSY).filter(moved_at__lt=now - timedelta(days=1)):
        queries.unpacked(session).unlink(missing_ok=True)
    return len(gone)


def _orphans(before: datetime) -> list[Path]:
    """Folders whose import never came to be: the server was killed between the file and the record."""
    folders = {path.name: path for path in queries.folders() if path.stat().st_mtime < before.timestamp()}
    numbers = [int(name) for name in folders if name.isdecimal()]
    known = set(ImportSession.objects.filter(pk__in=numbers).values_list("pk", flat=True))
    return [folders[str(number)] for number in numbers if number not in known]
