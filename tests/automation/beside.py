"""Processes of the program beside a test, over the test's database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import connection
from live_process import ROOT, database_url

PATIENCE = 180.0


def start(command: list[str], **environ: str) -> subprocess.Popen[bytes]:
    """Start it in a group of its own."""
    known = {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "plain_settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}",
    }
    return subprocess.Popen(command, env=os.environ | known | environ, cwd=ROOT, start_new_session=True)


@contextmanager
def started(*commands: list[str], **environ: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run these programs until the end of the block."""
    running = [start(command, **environ) for command in commands]
    try:
        yield running
    finally:
        for each in running:
            end(each, signal.SIGTERM)
        for each in running:
            with suppress(subprocess.TimeoutExpired):
                each.wait(25)
            end(each, signal.SIGKILL)
            each.wait()


def end(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def sweep() -> list[str]:
    return [sys.executable, str(Path(__file__).parent / "sweep_child.py")]


def worker() -> list[str]:
    return [sys.executable, "-m", "django", "worker"]


def web(port: int, workers: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "otdel.wsgi:application", "--host", "127.0.0.1",
        "--port", str(port), "--workers", str(workers), "--blocking-threads", "2", "--log-level", "warning",
    ]  # fmt: skip


def wait_until(holds: Callable[[], bool], what: Callable[[], object], pause: float = 0.1) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what()
        time.sleep(pause)


def forget_jobs() -> None:
    """Other tests leave jobs behind that speak of records of theirs."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers RESTART IDENTITY CASCADE")
