"""The one place where a batch of rows meets the rooms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from otdel.core.act import batch
from otdel.core.imports import Result, Settings
from otdel.interfaces.files.actions.counts import count_batch
from otdel.interfaces.files.actions.hold import held, is_passing
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.roads import ROADS
from otdel.interfaces.files.rows import Batch
from otdel.interfaces.files.seen import Seen


class _TakenBack(Exception):
    """A dry run ends every transaction so."""


def write_batch(
    *, by: Any, session_id: int, runner: str, rows: Batch, settings: Settings, position: int, dry: bool, now: datetime,
    seen: Seen | None = None,
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


def _numbers(rows: Batch) -> list[int]:
    return [row.number for row in rows.rows]


def _of_database(error: DatabaseError) -> str:
    detail = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return _("The database did not take this row (%(reason)s).") % {"reason": detail or type(error).__name__}


def _attempt(
    by: Any, session_id: int, runner: str, target: str, rows: Batch, settings: Settings, position: int, dry: bool,
    now: datetime, seen: Seen | None,
) -> int:  # fmt: skip
    result = Result()
    try:
        with transaction.atomic():
            session = held(session_id, runner, position)
            if rows.groups:
                with batch(session_id):
                    result = ROADS[target].act(by=by, rows=rows.rows, settings=settings, now=now)
            if dry:
                raise _TakenBack
            count_batch(session, rows, result, dry=False, now=now, seen=None)
    except _TakenBack:
        with transaction.atomic():
            session = held(session_id, runner, position)
            count_batch(session, rows, result, dry=True, now=now, seen=seen)
    return position + rows.consumed
