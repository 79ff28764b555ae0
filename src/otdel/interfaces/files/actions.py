"""What is written about imports, and the one place where a batch of rows meets the rooms."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from otdel.billing.actions import recount
from otdel.core import journal
from otdel.core.act import action, batch
from otdel.core.actions import Undone, undo_step
from otdel.core.errors import Conflict
from otdel.core.imports import Result, Settings, Status
from otdel.core.queries import subjects_of_batch
from otdel.interfaces.files import queries
from otdel.interfaces.files.models import ImportSession, RememberedMapping
from otdel.interfaces.files.roads import ROADS
from otdel.interfaces.files.rows import Batch
from otdel.org.access import require
from otdel.org.rules import Right

State = ImportSession.Status
REASONS = 30
QUOTED = re.compile(r"“[^”]*”|«[^»]*»")
COLUMN = re.compile(r".{0,200}?[”»]: ")


class LaidDown(Exception):
    """Another worker has this import now, or somebody stopped it."""


@action
def open_session(*, by: Any, file: Any, now: datetime) -> ImportSession:
    """Keep an uploaded file, streamed to disk."""
    require(by, "import", Right.CREATE)
    session = ImportSession.objects.create(
        person=by, file_name=_name(file.name), size=file.size or 0, created_at=now, moved_at=now
    )
    folder = queries.folder(session)
    folder.mkdir(parents=True, exist_ok=True)
    with queries.source(session).open("wb") as kept:
        for chunk in file.chunks(1024 * 1024):
            kept.write(chunk)
    journal.record("import.uploaded", session, by=by, at=now, file=session.file_name, size=session.size)
    return session


def _name(name: str | None) -> str:
    bare = (name or "").replace("\\", "/").rsplit("/", 1)[-1].replace("\x00", "")
    return "".join(char for char in bare if char.isprintable())[-250:] or "file"


@action
def drop_session(*, by: Any, session_id: int, now: datetime) -> None:
    """Throw away an import that wrote nothing."""
    session = queries.locked(by, session_id)
    if session.status not in (State.UPLOADED, State.CHECKED, State.CHECKING) or session.started_at:
        raise Conflict(_("This import has written something already. Undo it instead."))
    journal.record("import.dropped", session, by=by, at=now, file=session.file_name)
    shutil.rmtree(queries.folder(session), ignore_errors=True)
    session.delete()


SETTABLE = ("target", "reading", "columns", "options", "fingerprint")


@action
def set_up(*, by: Any, session_id: int, now: datetime, **values: Any) -> ImportSession:
    """Keep how the file is understood; what was checked before counts no more."""
    session = queries.locked(by, session_id)
    if session.status not in (State.UPLOADED, State.CHECKED, State.CHECKING) or session.started_at:
        raise Conflict(_("This import has begun: its columns stay as they are."))
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
        raise Conflict(_("This import has begun: its columns stay as they are."))
    _remember(session, by, now)
    _rewind(session)
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


def _rewind(session: ImportSession) -> None:
    session.position = session.created = session.updated = session.unchanged = session.refused = 0
    session.refused_bytes, session.made, session.reasons, session.runner, session.problem = 0, {}, [], "", ""


@action
def start_session(*, by: Any, session_id: int, now: datetime) -> ImportSession:
    """Let a worker write the file's rows."""
    session = queries.locked(by, session_id)
    if session.started_at or session.status not in (State.UPLOADED, State.CHECKED, State.CHECKING):
        raise Conflict(_("This import has begun already."))
    if not session.columns:
        raise Conflict(_("Say first what the columns are."))
    require(by, ROADS[session.target].kind, Right(ROADS[session.target].right))
    _rewind(session)
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
        raise Conflict(_("There is nothing to go on with."))
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


# What workers do. Each call is one transaction, and begins by taking the session's row.


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


def _held(session_id: int, runner: str, position: int | None = None) -> ImportSession:
    session = ImportSession.objects.select_for_update(of=("self",)).filter(pk=session_id, runner=runner).first()
    if session is None or (position is not None and session.position != position):
        raise LaidDown
    return session


def set_total(*, session_id: int, runner: str, total: int) -> None:
    with transaction.atomic():
        session = _held(session_id, runner)
        session.total = total
        session.save(update_fields=["total"])


def begin_again(*, session_id: int, runner: str) -> None:
    """A check that was cut off counts from the first row: it wrote nothing."""
    with transaction.atomic():
        session = _held(session_id, runner)
        _rewind(session)
        session.runner = runner
        session.save()


class _TakenBack(Exception):
    """A dry run ends every transaction so."""


def write_batch(
    *, by: Any, session_id: int, runner: str, rows: Batch, settings: Settings, position: int, dry: bool, now: datetime,
    seen: set[int] | None = None,
) -> int:  # fmt: skip
    """Write the batch and where it ends in one transaction; return the new position.

    A batch the database refuses is halved until the guilty row stands alone, and that row is refused.
    """
    target = _target(session_id)
    try:
        return _attempt(by, session_id, runner, target, rows, settings, position, dry, now, seen)
    except DatabaseError as error:
        if is_passing(error):
            raise
        if len(rows.groups) <= 1:
            guilty = Batch([], {**rows.refused, **dict.fromkeys(_numbers(rows), _of_database(error))}, rows.consumed)
            return _attempt(by, session_id, runner, target, guilty, settings, position, dry, now, seen)
    for half in rows.halves():
        position = write_batch(
            by=by, session_id=session_id, runner=runner, rows=half, settings=settings, position=position, dry=dry,
            now=now, seen=seen,
        )  # fmt: skip
    return position


def _target(session_id: int) -> str:
    return ImportSession.objects.values_list("target", flat=True).get(pk=session_id)


def is_passing(error: Exception) -> bool:
    """The server went away, or two transactions met: the same batch will do next time."""
    code = getattr(error.__cause__, "sqlstate", None) or ""
    return isinstance(error, OperationalError | InterfaceError) or code[:2] in ("08", "40", "53", "55", "57")


def _numbers(rows: Batch) -> list[int]:
    return [row.number for row in rows.rows]


def _of_database(error: DatabaseError) -> str:
    detail = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return _("The database did not take this row (%(reason)s).") % {"reason": detail or type(error).__name__}


def _attempt(
    by: Any, session_id: int, runner: str, target: str, rows: Batch, settings: Settings, position: int, dry: bool,
    now: datetime, seen: set[int] | None,
) -> int:  # fmt: skip
    result = Result()
    try:
        with transaction.atomic():
            session = _held(session_id, runner, position)
            if rows.groups:
                with batch(session_id):
                    result = ROADS[target].act(by=by, rows=rows.rows, settings=settings, now=now)
            if dry:
                raise _TakenBack
            _count(session, rows, result, dry=False, now=now, seen=None)
    except _TakenBack:
        with transaction.atomic():
            session = _held(session_id, runner, position)
            _count(session, rows, result, dry=True, now=now, seen=seen)
    return position + rows.consumed


def _count(
    session: ImportSession, rows: Batch, result: Result, *, dry: bool, now: datetime, seen: set[int] | None
) -> None:
    refused = {**rows.refused, **result.refused}
    statuses = Counter(status for number, status in result.statuses.items() if number not in refused)
    session.created += statuses[Status.CREATED]
    session.updated += statuses[Status.UPDATED]
    session.unchanged += statuses[Status.UNCHANGED]
    session.refused += len(refused)
    session.made = _made(session.made, result, seen)
    session.reasons = _reasons(session.reasons, refused)
    session.position += rows.consumed
    session.moved_at = now
    if refused and not dry:
        session.refused_bytes = _append(session, refused)
    session.save()


def _made(before: Mapping[str, Any], result: Result, seen: set[int] | None) -> dict[str, Any]:
    """Count what was made on the way; a dry run makes the same thing in every batch and counts it once."""
    made = dict(before)
    for kind, labels in result.made.items():
        if kind == "plans":
            made[kind] = sorted({*made.get(kind, []), *map(int, labels)})
            continue
        fresh = labels
        if seen is not None:
            fresh = {label for label in labels if hash((kind, label)) not in seen}
            seen.update(hash((kind, label)) for label in fresh)
        made[kind] = made.get(kind, 0) + len(fresh)
    return made


def _reasons(before: Iterable[Any], refused: Mapping[int, str]) -> list[Any]:
    """The commonest reasons: [times, number of the first row, its sentence]."""
    known = {_kind_of(row[2]): row for row in map(list, before)}
    for number, sentence in refused.items():
        key = _kind_of(sentence)
        if key in known:
            known[key][0] += 1
        elif len(known) < REASONS:
            known[key] = [1, number, sentence[:400]]
    return sorted(known.values(), key=lambda row: (-row[0], row[1]))


def _kind_of(sentence: str) -> str:
    """The sentence without the values it quotes; the column it speaks of stays."""
    column = COLUMN.match(sentence)
    head = column.group() if column else ""
    return head + QUOTED.sub("…", sentence[len(head) :])


def _append(session: ImportSession, refused: Mapping[int, str]) -> int:
    """Write refused rows where the last committed batch ended; what a killed worker left behind is overwritten."""
    path = queries.refused_file(session)
    path.touch()
    with path.open("r+b") as file:
        file.truncate(session.refused_bytes)
        file.seek(session.refused_bytes)
        for number, sentence in sorted(refused.items()):
            file.write(json.dumps([number, sentence], ensure_ascii=False).encode() + b"\n")
        return file.tell()


def finish_check(*, session_id: int, runner: str, now: datetime) -> None:
    with transaction.atomic():
        session = _held(session_id, runner)
        session.checked = {
            "created": session.created, "updated": session.updated, "unchanged": session.unchanged,
            "refused": session.refused, "total": session.position, "made": session.made, "reasons": session.reasons,
        }  # fmt: skip
        total = session.position
        _rewind(session)
        session.total, session.status, session.moved_at = total, State.CHECKED, now
        session.save()


def finish(*, by: Any, session_id: int, runner: str, now: datetime) -> None:
    """One event for the whole import, however many rows it had."""
    with transaction.atomic():
        session = _held(session_id, runner)
        session.status, session.finished_at, session.moved_at, session.runner = State.DONE, now, now, ""
        session.total = session.position
        session.save()
        journal.record(
            "import.finished", session, by=by, at=now, target=session.target, file=session.file_name,
            created=session.created, updated=session.updated, unchanged=session.unchanged, refused=session.refused,
        )  # fmt: skip


def fail(*, session_id: int, runner: str, problem: str, now: datetime) -> None:
    """Keep what was written so far and say what happened; the import can go on or be undone."""
    with transaction.atomic():
        session = _held(session_id, runner)
        was_check = session.status == State.CHECKING
        session.status = State.UPLOADED if was_check else State.FAILED
        session.problem, session.moved_at, session.runner = problem[:400], now, ""
        session.finished_at = None if was_check else now
        session.save()


def undo_portion(*, by: Any, session_id: int, runner: str, portion: int, now: datetime) -> bool:
    """Take back one more portion; tell whether there is more."""
    with transaction.atomic():
        session = _held(session_id, runner)
        state = Undone.of({key: value for key, value in (session.undo or {}).items() if key != "invoices"})
        touched = subjects_of_batch(session_id, "billing.allocation", "invoice_id") if not state.changed else []
        undo_step(by=by, number=session_id, state=state, portion=portion)
        session.undo = state.as_json() | {"invoices": (session.undo or {}).get("invoices") or touched}
        session.moved_at = now
        if state.finished:
            with batch(-session_id):
                recount(session.undo["invoices"], now)
            session.status, session.undone_at, session.runner = State.UNDONE, now, ""
            journal.record(
                "import.undone", session, by=by, at=now, deleted=state.deleted, restored=state.restored,
                kept=dict(state.kept),
            )  # fmt: skip
        session.save()
    return not state.finished


def forget_files(*, now: datetime, after: timedelta = timedelta(days=90)) -> int:
    """Delete uploaded files of imports long over: what they said is in the records."""
    old = ImportSession.objects.exclude(status__in=queries.BUSY).filter(moved_at__lt=now - after)
    gone = 0
    for session in old:
        if queries.folder(session).exists():
            shutil.rmtree(queries.folder(session), ignore_errors=True)
            gone += 1
    return gone
