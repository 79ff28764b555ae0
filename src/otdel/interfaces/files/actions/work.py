"""What workers write of an import besides its rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from otdel.billing.actions import recount
from otdel.core import journal
from otdel.core.act import batch
from otdel.core.actions import Undone, undo_step
from otdel.interfaces.files.actions.hold import State, held, rewind


def set_total(*, session_id: int, runner: str, total: int, now: datetime) -> None:
    with transaction.atomic():
        session = held(session_id, runner)
        session.total, session.moved_at = total, now
        session.save(update_fields=["total", "moved_at"])


def set_looked(*, session_id: int, runner: str, rows: int, now: datetime) -> None:
    """Say how many rows were looked at before the first is taken. Raises LaidDown when somebody stopped it."""
    with transaction.atomic():
        session = held(session_id, runner)
        session.looked, session.moved_at = rows, now
        session.save(update_fields=["looked", "moved_at"])


def begin_again(*, session_id: int, runner: str) -> None:
    """A check that was cut off counts from the first row: it wrote nothing."""
    with transaction.atomic():
        session = held(session_id, runner)
        rewind(session)
        session.runner = runner
        session.save()


def finish_check(*, session_id: int, runner: str, now: datetime) -> None:
    with transaction.atomic():
        session = held(session_id, runner)
        session.checked = {
            "created": session.created, "updated": session.updated, "unchanged": session.unchanged,
            "refused": session.refused, "total": session.position, "made": session.made, "reasons": session.reasons,
        }  # fmt: skip
        total = session.position
        rewind(session)
        session.total, session.status, session.moved_at = total, State.CHECKED, now
        session.save()


def finish(*, by: Any, session_id: int, runner: str, now: datetime) -> None:
    """One event for the whole import, however many rows it had."""
    with transaction.atomic():
        session = held(session_id, runner)
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
        session = held(session_id, runner)
        was_check = session.status == State.CHECKING
        session.status = State.UPLOADED if was_check else State.FAILED
        session.problem, session.moved_at, session.runner = problem[:400], now, ""
        session.finished_at = None if was_check else now
        session.save()


ALLOCATIONS = {"billing.allocation": "invoice_id"}
"""What is paid on these invoices is counted anew, with the portion that took their payments back."""


def undo_portion(*, by: Any, session_id: int, runner: str, portion: int, now: datetime) -> bool:
    """Take back one more portion; tell whether there is more."""
    with transaction.atomic():
        session = held(session_id, runner)
        state = Undone.of(session.undo or {})
        undo_step(by=by, number=session_id, state=state, portion=portion, watch=ALLOCATIONS)
        if state.touched:
            with batch(-session_id):
                recount(state.touched, now)
        session.undo = state.as_json()
        session.moved_at = now
        if state.finished:
            session.status, session.undone_at, session.runner = State.UNDONE, now, ""
            journal.record(
                "import.undone", session, by=by, at=now, deleted=state.deleted, restored=state.restored,
                kept=dict(state.kept),
            )  # fmt: skip
        session.save()
    return not state.finished
