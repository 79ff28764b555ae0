"""`kill -9` of the worker and of the database in the middle of an import: nothing lost, nothing twice."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import pytest

from otdel.host.postgres import Server

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ROWS = 20_000


class Ground:
    """A database server and a data folder of this test's own."""

    def __init__(self, server: Server, data: Path) -> None:
        self.server, self.data = server, data
        entry = server.django()
        self.environ = {
            **os.environ,
            "DATABASE_URL": f"postgres:///{entry['NAME']}?host={quote(entry['HOST'])}&port={entry['PORT']}"
            f"&user={entry['USER']}&password={quote(entry['PASSWORD'])}",
            "OTDEL_DATA": str(data),
            "DJANGO_SETTINGS_MODULE": "otdel.settings",
            "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in ("src", "tests", "tests/files")),
        }

    def start(self, *words: object) -> subprocess.Popen[str]:
        command = [sys.executable, str(ROOT / "tests/files/crash_child.py"), *map(str, words)]
        return subprocess.Popen(
            command, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )

    def do(self, *words: object) -> str:
        child = self.start(*words)
        out, err = child.communicate(timeout=300)
        assert child.returncode == 0, err[-3000:]
        return out.strip()

    def state(self, number: str) -> dict[str, Any]:
        return json.loads(self.do("state", number))

    def position(self, number: str) -> int:
        return int(self.server.psql(f"SELECT position FROM files_importsession WHERE id = {number}") or 0)


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    # pytest's own folders are closed to the account the server runs as
    with TemporaryDirectory(prefix="otdel-crash-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o711)
        server = Server(Path(folder), disposable=True)
        with server.use():
            yield Ground(server, Path(folder))


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_kill_9_of_worker_and_database_in_the_middle(ground: Ground) -> None:
    number = ground.do("prepare")

    # the worker, twice
    for least in (2_000, 6_000):
        worker = ground.start("run", number)
        wait_until(lambda least=least: ground.position(number) >= least)
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
        state = ground.state(number)
        assert state["status"] == "RUNNING"
        assert state["deals"] == state["different"] == state["created"] == state["steps"]
        assert state["position"] == state["created"] + state["refused"] < ROWS
        assert state["lines"] == state["lines_different"] == state["refused"]

    # two workers at once: the one that came later has the work, the other lays it down
    first, second = ground.start("run", number), ground.start("run", number)
    wait_until(lambda: ground.position(number) >= 10_000)

    # the database, under both
    pid = ground.server.pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    for child in (first, second):
        child.communicate(timeout=60)
    with contextlib.suppress(Exception):
        wait_until(lambda: ground.server.pid() is None)
    ground.server.ensure()
    state = ground.state(number)
    assert state["deals"] == state["different"] == state["created"] == state["steps"]

    ground.do("run", number)

    state = ground.state(number)
    assert state == {
        "status": "DONE", "position": ROWS, "created": ROWS - 20, "refused": 20, "deals": ROWS - 20,
        "different": ROWS - 20, "steps": ROWS - 20, "lines": 20, "lines_different": 20,
    }  # fmt: skip

    # and in the middle of taking it back
    worker = ground.start("undo", number)
    wait_until(lambda: int(ground.server.psql("SELECT count(*) FROM deals_deal")) < ROWS - 3_000)
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    ground.do("undo", number)
    state = ground.state(number)
    assert (state["status"], state["deals"], state["steps"]) == ("UNDONE", 0, 0)
