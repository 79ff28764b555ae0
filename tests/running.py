"""The program as `./otdel run` runs it, over a data folder of its own, for tests that kill parts of it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import ready

from otdel.host.postgres import Server

ROOT = Path(__file__).parents[1]
TOKEN = "x" * 32
PATIENCE = 180.0


@dataclass
class Program:
    """`./otdel run` over a data folder of its own."""

    data: Path
    port: int
    process: subprocess.Popen[bytes]
    server: Server
    environ: dict[str, str]

    def child(self, *words: str) -> Any:
        entry = self.server.django()
        address = f"postgres:///{entry['NAME']}?host={quote(entry['HOST'])}&port={entry['PORT']}&user={entry['USER']}"
        environ = self.environ | {"DATABASE_URL": f"{address}&password={quote(entry['PASSWORD'])}"}
        command = [sys.executable, str(ROOT / "tests/crash_firm.py"), *words]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    def ready(self) -> bool:
        """The worker tells of itself only once a minute: what answers pages is enough."""
        try:
            return self.ask("GET", "/sign-in/")[0] in (200, 302)
        except OSError:
            return False

    def ask(self, method: str, path: str, session: str = "", **fields: object) -> tuple[int, str]:
        """Return status and place of the answer. Raises OSError where there is none."""
        body = urlencode(fields, doseq=True).encode() if method == "POST" else None
        status, place, _content = self.send(method, path, session, body, "application/x-www-form-urlencoded")
        return status, place

    def send(
        self, method: str, path: str, session: str, body: bytes | None = None, kind: str = ""
    ) -> tuple[int, str, bytes]:
        """Return status, place and content of the answer. Raises OSError where there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {**headers(session), "Content-Type": kind})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location") or "", answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    def pids(self, word: str) -> list[int]:
        """Return our own processes whose command has a word in it."""
        found = []
        for pid in descendants(self.process.pid):
            try:
                if word in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "):
                    found.append(pid)
            except OSError:
                continue
        return found


def headers(session: str) -> dict[str, str]:
    return {"Cookie": f"sessionid={session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}


def descendants(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


@pytest.fixture
def program() -> Iterator[Program]:
    with run() as running:
        yield running


@contextmanager
def run() -> Iterator[Program]:
    # pytest's own folders are closed to the account the database runs as
    with TemporaryDirectory(prefix="otdel-crash-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o711)
        port = free_port()
        environ = ready.of_its_own(Path(folder)) | {"PORT": str(port), "OTDEL_WORKERS": "2"}
        ready.fill(Path(folder))
        with (Path(folder) / "run.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "otdel.host", "run"], env=environ, cwd=ROOT, stdout=log, stderr=log
            )
        running = Program(Path(folder), port, process, Server(Path(folder)), environ)
        try:
            wait_until(running.ready, "the program did not start")
            yield running
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


COMMANDS = {"granian": "granian", "worker": "django worker"}


def kill(program: Program, victim: str) -> None:
    """Kill it where it runs; after the death of another it may be about to start."""
    wait_until(lambda: bool(pids_of(program, victim)), f"{victim} does not run")
    for pid in pids_of(program, victim):
        with suppress(ProcessLookupError):  # a child of one just killed
            os.kill(pid, signal.SIGKILL)


def pids_of(program: Program, victim: str) -> list[int]:
    database = [pid for pid in [program.server.pid()] if pid]
    return database if victim == "postgres" else program.pids(COMMANDS[victim])
