"""Walks a file through the rooms, batch by batch, from where the last committed batch ended."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from otdel.core.actions import PORTION
from otdel.core.errors import Conflict, Refusal
from otdel.core.imports import Settings
from otdel.interfaces.files import actions, queries, sentences
from otdel.interfaces.files.gather import Tell, gathered, look_through
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.readers import Limits, ReadOptions, Row, Table, UnreadableFile, open_table
from otdel.interfaces.files.roads import ROADS, WHOLE_AT_MOST
from otdel.interfaces.files.rows import Batch, Mapper, TooManyRows, Use, batches
from otdel.interfaces.files.seen import Seen
from otdel.org.queries import company_of, language_of

log = logging.getLogger("otdel.imports")
Clock = Callable[[], datetime]


def open_source(session: ImportSession) -> Table:
    """Raises UnreadableFile."""
    if not queries.source(session).exists():
        raise Conflict(_("The uploaded file is no longer here. Upload it again."))
    said: Mapping[str, Any] = session.reading
    limits = Limits(file_bytes=django_settings.UPLOAD_LIMIT)
    options = ReadOptions(
        sheet=said.get("sheet") or None,
        encoding=said.get("encoding") or None,
        delimiter=said.get("delimiter") or None,
        has_header=said.get("has_header"),
        limits=limits,
        keep=queries.unpacked(session),
    )
    return open_table(queries.source(session), options)


def mapper_of(session: ImportSession, table: Table, person: Any) -> Mapper:
    zone = ZoneInfo(company_of(person).time_zone)
    return Mapper(table, session.target, [Use(**use) for use in session.columns], session.options, zone)


def settings_of(session: ImportSession, today: date) -> Settings:
    said: Mapping[str, Any] = session.options
    since = said.get("since")
    return Settings(
        today=today,
        key=str(said.get("key") or ""),
        create=frozenset(said.get("create") or ()) & frozenset(ROADS[session.target].makes),
        owner_id=said.get("owner"),
        role_id=said.get("role"),
        unit_id=said.get("unit"),
        since=date.fromisoformat(since) if since else None,
        outcomes=dict(said.get("outcomes") or {}),
        reason=_("Import of the file “%(file)s”") % {"file": session.file_name},
        batch=session.pk,
    )


def _drop_dead_connection() -> None:
    """A worker's thread keeps its connection; after the server was restarted it must take another."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def check(session_id: int, clock: Clock = timezone.now) -> None:
    _walk(session_id, actions.State.CHECKING, True, clock)


def run(session_id: int, clock: Clock = timezone.now) -> None:
    _walk(session_id, actions.State.RUNNING, False, clock)


def _walk(session_id: int, state: Any, dry: bool, clock: Clock) -> None:
    _drop_dead_connection()
    runner = uuid4().hex
    session = actions.take(session_id, runner, state, clock())
    if session is None:
        return
    person = session.person
    with translation.override(language_of(person)), _said_to_its_owner(session_id, runner, clock):
        with open_source(session) as table:
            mapper = mapper_of(session, table, person)
            tell = _tell(session_id, runner, clock)
            scattered = False
            if mapper.is_grouped or not (dry or session.total is not None):
                total, scattered = look_through(mapper, tell)
                actions.set_total(session_id=session_id, runner=runner, total=total, now=clock())
            position = 0 if dry else session.position
            seen = Seen() if dry else None
            if dry and session.position:
                actions.begin_again(session_id=session_id, runner=runner)
            today = clock().astimezone(ZoneInfo(company_of(person).time_zone)).date()
            settings = settings_of(session, today)
            rows = gathered(mapper, position, scattered, tell)
            for batch in _batches(mapper, rows, company_of(person).currency, session.options):
                position = actions.write_batch(
                    by=person, session_id=session_id, runner=runner, rows=batch, settings=settings, position=position,
                    dry=dry, now=clock(), seen=seen,
                )  # fmt: skip
                person.__dict__.pop("_reach_memory", None)
        if dry:
            actions.finish_check(session_id=session_id, runner=runner, now=clock())
        else:
            actions.finish(by=person, session_id=session_id, runner=runner, now=clock())


class _said_to_its_owner:
    """What stops a walk: laid down quietly, an unreadable file and a bug with a sentence, a lost database aloud."""

    def __init__(self, session_id: int, runner: str, clock: Clock) -> None:
        self.session_id, self.runner, self.clock = session_id, runner, clock

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> bool:
        if error is None or not isinstance(error, Exception):
            return False
        if isinstance(error, actions.LaidDown):
            return True
        if actions.is_passing(error):
            _drop_dead_connection()
            return False  # the job is tried again, from the last committed batch
        try:
            actions.fail(
                session_id=self.session_id, runner=self.runner, problem=self._sentence(error), now=self.clock()
            )
        except actions.LaidDown:
            return True
        return True

    def _sentence(self, error: Exception) -> str:
        if isinstance(error, UnreadableFile):
            return sentences.of_file(error)
        if isinstance(error, TooManyRows):
            return _("Such a file is read in one go and may have %(rows)s rows at most. Split it.") % {
                "rows": WHOLE_AT_MOST
            }
        if isinstance(error, Refusal):
            return str(error)
        if isinstance(error, FileNotFoundError):
            return _("The uploaded file is gone from the server. Upload it again.")
        log.exception("import %s failed", self.session_id)
        return _("Something went wrong in the program; it was written into the log. What was imported so far stays.")


def _tell(session_id: int, runner: str, clock: Clock) -> Tell:
    """Say on the import's page how far the file was looked through; whoever stopped it is heard here."""
    return lambda rows: actions.set_looked(session_id=session_id, runner=runner, rows=rows, now=clock())


def _batches(mapper: Mapper, rows: Iterator[Row], currency: str, options: Mapping[str, Any]) -> Iterator[Batch]:
    for batch in batches(mapper, mapper.parsed(rows)):
        if mapper.has("currency") and not options.get("any_currency"):
            _refuse_other_money(batch, currency)
        yield batch


def _refuse_other_money(batch: Batch, currency: str) -> None:
    """Sums in another currency would be added up as if they were ours."""
    kept = []
    for group in batch.groups:
        other = next((row.currency for row in group if row.currency and row.currency != currency), None)
        if other is None:
            kept.append(group)
            continue
        for row in group:
            batch.refused[row.number] = _("The sum is in %(other)s, and the company counts in %(ours)s.") % {
                "other": other, "ours": currency,
            }  # fmt: skip
    batch.groups = kept


def undo(session_id: int, clock: Clock = timezone.now, portion: int = PORTION) -> None:
    _drop_dead_connection()
    runner = uuid4().hex
    session = actions.take(session_id, runner, actions.State.UNDOING, clock())
    if session is None:
        return
    person = session.person
    with translation.override(language_of(person)), _said_to_its_owner(session_id, runner, clock):
        while actions.undo_portion(by=person, session_id=session_id, runner=runner, portion=portion, now=clock()):
            pass
