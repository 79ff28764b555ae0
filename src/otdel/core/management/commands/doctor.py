"""`manage doctor`: the checks that need the database; the others are in host/doctor.py, which calls this."""

from __future__ import annotations

import zoneinfo
from collections.abc import Generator, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from otdel.core import checkup, database, worker
from otdel.core.calendar import Calendar
from otdel.core.checkup import Finding
from otdel.host import listening

QUIET = timedelta(minutes=1)


class Command(BaseCommand):
    help = "Check database, migrations, worker, mail, clock and calendar."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()  # noqa: TID251 - a command is a door
        wrong = False
        for name, well, found, advice in _findings(now):
            wrong |= not well
            self.stdout.write(f"{'ok' if well else 'WRONG':<6}{name}: {found}")
            if not well:
                self.stdout.write(f"      {advice}")
        if wrong:
            raise SystemExit(1)


def _findings(now: datetime) -> Iterator[Finding]:
    if why := database.unreachable():
        yield "database", False, why, "Look at DATABASE_URL, and whether that server runs."
        return
    try:
        yield from _database()
    except DatabaseError as error:
        yield "database", False, str(error).strip(), "Look at DATABASE_URL, and whether that server runs."
        return
    if (yield from _migrations()):
        yield _worker(now)
        yield from (ask(now) for ask in checkup.QUESTIONS)
    yield _live()
    yield _mail()
    yield _clock(now)
    yield _time_zone()
    yield _calendar(now)


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database()))")
        version, size = cursor.fetchone()
    yield "PostgreSQL", True, f"{version}, the database takes {size}", ""
    problems = database.problems()
    yield "Cyrillic search", not problems, "; ".join(problems) or "works", "See above."


def _migrations() -> Generator[Finding, None, bool]:
    executor = MigrationExecutor(connection)
    left = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    found = f"{left} to apply" if left else "all applied"
    yield "tables", not left, found, "Start Otdel once (./otdel run), or: ./otdel manage migrate"
    return not left


def _worker(now: datetime) -> Finding:
    seen, late = worker.last_heartbeat(), worker.waiting()
    if seen is None:
        return "background jobs", False, "no worker is running", "Start Otdel: ./otdel run"
    found = f"the worker was last seen {max((now - seen).seconds if now > seen else 0, 0)} s ago, {late} jobs are late"
    well = now - seen < QUIET and not late
    return "background jobs", well, found, "Start Otdel (./otdel run); if it runs, look at what it prints."


def _live() -> Finding:
    found = listening.live(settings.ENVIRONMENT.host, settings.LIVE_PORT)
    words = {"ok": f"heard on port {settings.LIVE_PORT}", "off": "switched off: pages ask every minute"}
    well, advice = (
        found in words,
        "Start Otdel (./otdel run); if it runs, look at what it prints. Until then pages ask every minute.",
    )
    return "live updates", well, words.get(found, f"port {settings.LIVE_PORT} {found}"), advice


def _mail() -> Finding:
    environment = settings.ENVIRONMENT
    if environment.email is None:
        count = len(list(environment.mail.glob("*"))) if environment.mail.exists() else 0
        return "mail", True, f"no server (EMAIL_URL): letters are kept in {environment.mail}, {count} now", ""
    server = environment.email
    try:
        get_connection(timeout=10).open()
    except OSError as error:  # smtplib's errors are OSErrors too
        return (
            "mail",
            False,
            f"{server.host}:{server.port} answers: {error}",
            "Look at EMAIL_URL.",
        )
    return "mail", True, f"{server.host}:{server.port} lets us in", ""


def _clock(now: datetime) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((cursor.fetchone()[0] - now).total_seconds())
    well = apart < 30 and now.year >= 2025
    return (
        "clock",
        well,
        f"{now:%Y-%m-%d %H:%M} UTC, {apart:.0f} s from the database's",
        "Set this machine's clock (timedatectl).",
    )


def _time_zone() -> Finding:
    name = settings.TIME_ZONE
    well = name in zoneinfo.available_timezones()
    return "time zone", well, name, "Set OTDEL_TIME_ZONE, such as Europe/Moscow."


def _calendar(now: datetime) -> Finding:
    calendar = Calendar()
    unsure = [str(year) for year in (now.year, now.year + 1) if not calendar.is_sure(year)]
    found = f"days off of {', '.join(unsure)} are not decreed yet as far as this version knows" if unsure else "known"
    # Next year's decree comes out in autumn; only the present year makes plans wrong.
    return "calendar", calendar.is_sure(now.year), found, "Install a newer Otdel; enter days off by hand until then."
