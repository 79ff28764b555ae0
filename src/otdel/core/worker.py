"""The process that does background jobs, and looks after the queue while it does."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import UTC, datetime, timedelta
from typing import cast

from django.db import connection
from procrastinate import App, exceptions
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

log = logging.getLogger("otdel.worker")

LOOK_EVERY = timedelta(seconds=2)
TIDY_EVERY = timedelta(minutes=1)
HEARTBEAT = timedelta(seconds=5)
# four heartbeats missed; where a worker was only slow, its job is done twice, which every job survives
STALLED_AFTER = timedelta(seconds=20)
KEEP_FINISHED_HOURS = 72
# that this process lives; that jobs are begun in time is said by the job `beat`
BEAT = """INSERT INTO core_heartbeat (name, at, note) VALUES ('process', now(), '{}')
ON CONFLICT (name) DO UPDATE SET at = now()"""


class DatabaseRestarted(Exception):
    """The queue's ear is deaf after that, so the process ends and is started anew."""


def work() -> None:
    """Do jobs until told to stop. Raises DatabaseRestarted when the database was restarted."""
    with app.replace_connector(cast(DjangoConnector, app.connector).get_worker_connector()) as queue:
        asyncio.run(_work(queue))


async def _work(queue: App) -> None:
    async with queue.open_async():
        worker = asyncio.create_task(
            queue.run_worker_async(
                concurrency=2,  # a long calculation must not hold up reminders
                fetch_job_polling_interval=1,
                abort_job_polling_interval=5,
                shutdown_graceful_timeout=20,
                update_heartbeat_interval=HEARTBEAT.total_seconds(),
            )
        )
        watch = asyncio.create_task(_watch(queue))
        done, _ = await asyncio.wait({worker, watch}, return_when=asyncio.FIRST_COMPLETED)
        for task in {worker, watch} - done:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for task in done:
            task.result()


async def _watch(queue: App) -> None:
    started = await _server_start(queue)
    tidied: datetime | None = None
    while True:
        await asyncio.sleep(LOOK_EVERY.total_seconds())
        with contextlib.suppress(exceptions.ConnectorException):  # the database is away: look again
            if await _server_start(queue) != started:
                raise DatabaseRestarted("the database was restarted")
            await _rescue(queue)
            now = datetime.now(UTC)
            if tidied is None or now - tidied > TIDY_EVERY:
                await queue.connector.execute_query_async(BEAT)
                await _tidy(queue)
                tidied = now


async def _server_start(queue: App) -> str:
    row = await queue.connector.execute_query_one_async("SELECT pg_postmaster_start_time()::text AS at")
    return str(row["at"])


async def _rescue(queue: App) -> None:
    """Give jobs of killed workers to living ones."""
    for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER.total_seconds()):
        log.warning("job %s was left by a worker that died; it is done again", job.id)
        await queue.job_manager.retry_job(job)


async def _tidy(queue: App) -> None:
    """Drop jobs long finished."""
    await queue.job_manager.delete_old_jobs(nb_hours=KEEP_FINISHED_HOURS, include_cancelled=True, include_aborted=True)


def last_heartbeat() -> datetime | None:
    """Return when a worker last showed that it lives."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(last_heartbeat) FROM procrastinate_workers")
        row = cursor.fetchone()
    return row[0] if row else None


def waiting() -> int:
    """Return how many jobs should have begun by now and have not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs"
            " WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now() - interval '1 minute'"
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0
