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
import ready

from otdel.host.postgres import Server

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ROWS = 10_000
WRONG = ROWS // 1000  # every thousandth


STATE = """
SELECT json_build_object('status', s.status, 'position', s.position, 'created', s.created, 'refused', s.refused,
    'told', s.refused_bytes, 'deals', d.many, 'different', d.different, 'steps', c.many)
FROM files_importsession s, (SELECT count(*) many, count(DISTINCT external_id) different FROM deals_deal) d,
    (SELECT count(*) many FROM deals_stagechange) c WHERE s.id = {number}"""


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
        """Return what one statement sees, and what is told of the rows that were refused."""
        found = json.loads(self.server.psql(STATE.format(number=number)))
        file, told = self.data / "files" / "imports" / number / "refused.jsonl", found.pop("told")
        refused = [json.loads(line)[0] for line in file.read_bytes()[:told].splitlines()] if file.exists() else []
        return found | {"lines": len(refused), "lines_different": len(set(refused))}

    def position(self, number: str) -> int:
        return int(self.server.psql(f"SELECT position FROM files_importsession WHERE id = {number}") or 0)


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    # pytest's own folders are closed to the account the server runs as
    with TemporaryDirectory(prefix="otdel-crash-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o711)
        ready.fill(Path(folder))
        server = Server(Path(folder), disposable=True)
        with server.use():
            yield Ground(server, Path(folder))


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_kill_9_of_worker_and_database_in_the_middle(ground: Ground) -> None:
    number = ground.do("prepare", ROWS)

    # the worker, twice
    for least in (ROWS // 10, ROWS // 3):
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
    wait_until(lambda: ground.position(number) >= ROWS // 2)

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
        "status": "DONE", "position": ROWS, "created": ROWS - WRONG, "refused": WRONG, "deals": ROWS - WRONG,
        "different": ROWS - WRONG, "steps": ROWS - WRONG, "lines": WRONG, "lines_different": WRONG,
    }  # fmt: skip

    # and in the middle of taking it back
    worker = ground.start("undo", number)
    wait_until(lambda: int(ground.server.psql("SELECT count(*) FROM deals_deal")) < ROWS * 4 // 5)
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    ground.do("undo", number)
    state = ground.state(number)
    assert (state["status"], state["deals"], state["steps"]) == ("UNDONE", 0, 0)
