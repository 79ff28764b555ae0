"""What is written about imports, and the one place where a batch of rows meets the rooms."""

from __future__ import annotations

from otdel.interfaces.files.actions.batches import write_batch
from otdel.interfaces.files.actions.hold import LaidDown, State, is_passing, take
from otdel.interfaces.files.actions.sessions import (
    check_session,
    drop_session,
    forget_files,
    open_session,
    resume_session,
    set_up,
    start_session,
    stop_session,
    undo_session,
)
from otdel.interfaces.files.actions.work import (
    begin_again,
    fail,
    finish,
    finish_check,
    set_looked,
    set_total,
    undo_portion,
)

__all__ = [
    "LaidDown",
    "State",
    "begin_again",
    "check_session",
    "drop_session",
    "fail",
    "finish",
    "finish_check",
    "forget_files",
    "is_passing",
    "open_session",
    "resume_session",
    "set_looked",
    "set_total",
    "set_up",
    "start_session",
    "stop_session",
    "take",
    "undo_portion",
    "undo_session",
    "write_batch",
]
