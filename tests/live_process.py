"""The process of live updates beside a test: the real program on a free port, over the test's database."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from otdel.host import environment, supervisor

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    entry = connection.settings_dict
    return (
        f"postgres:///{entry['NAME']}?host={quote(entry['HOST'])}&port={entry['PORT']}&user={entry['USER']}"
        f"&password={quote(entry['PASSWORD'])}"
    )


@contextmanager
def live_process(port: int | None = None, url: str = "", now: datetime | None = None) -> Iterator[int]:
    """Run it, and give its port once it hears; `now` is what its clock says when it starts."""
    port = port or free_port()
    settings = replace(environment.load(), host="127.0.0.1", live_port=port)
    environ = os.environ | {
        "DATABASE_URL": url or database_url(),
        "DJANGO_SETTINGS_MODULE": "otdel.settings",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}",
    }
    command = supervisor.live(settings)
    if now is not None:
        environ["LIVE_NOW"] = now.isoformat()
        command[command.index("otdel.interfaces.live.app:application")] = "live_in_time:application"
    process = subprocess.Popen(command, env=environ)
    try:
        wait_until_heard(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def health(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/live/health", timeout=5) as answer:
            return answer.read().decode().strip()
    except OSError as error:
        return str(error)


def wait_until_heard(port: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while health(port) != "listening":
        assert time.monotonic() < deadline, health(port)
        time.sleep(0.1)
