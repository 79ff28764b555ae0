"""`kill -9` of the web server, the worker and the database under load: nothing lost, nothing twice.

The program runs as `./otdel run` runs it. Olga approves plans, Boris types numbers, Zoya records payments, all by HTTP
and at once, while one process after another is killed. The import has a test of its own, files/test_import_crash.py.
"""

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
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from otdel.host.postgres import Server

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
TOKEN = "x" * 32
PATIENCE = 90.0


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
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Cookie": f"sessionid={session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(fields) if method == "POST" else None, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Location") or ""
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
    # pytest's own folders are closed to the account the database runs as
    with TemporaryDirectory(prefix="otdel-crash-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o711)
        port = free_port()
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("OTDEL_") and name != "DATABASE_URL"
        }
        environ = kept | {
            "OTDEL_DATA": folder, "OTDEL_DEMO": "no", "PORT": str(port), "OTDEL_WORKERS": "2",
            "DJANGO_SETTINGS_MODULE": "otdel.settings", "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}",
        }  # fmt: skip
        if "OTDEL_PG_BIN" in os.environ:
            environ["OTDEL_PG_BIN"] = os.environ["OTDEL_PG_BIN"]
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


@dataclass
class Load:
    """What was asked for, and what was promised: an answer that came is a promise."""

    program: Program
    firm: dict[str, Any]
    over: Event = field(default_factory=Event)
    approved: list[int] = field(default_factory=list)
    typed: list[int] = field(default_factory=lambda: [0])
    tried: int = 0
    paid: list[str] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    strange: list[str] = field(default_factory=list)

    def post(self, who: str, path: str, **fields: object) -> tuple[int, str]:
        """Return the answer, (0, "") where none came."""
        try:
            return self.program.ask("POST", path, self.firm["sessions"][who], **fields)
        except OSError:
            return 0, ""

    def approve(self) -> None:
        waiting = list(self.firm["waiting"])
        while waiting and not self.over.is_set():
            status, place = self.post("olga", f"/plans/{waiting[0]}/approve/")
            if status == 302 and not place.startswith("/sign-in"):
                self.approved.append(waiting.pop(0))
            elif status == 409:  # done by an answer that was lost on its way
                waiting.pop(0)
            elif status not in (0, 500, 502, 503):
                self.strange.append(f"approval: {status} {place}")
            time.sleep(0.3)

    def type(self) -> None:
        while not self.over.is_set():
            self.tried = self.typed[-1] + 1
            fields = {"p0": "2026-04", "k0": self.firm["key"], "o0": self.typed[-1], "c0-0": self.tried}
            status, place = self.post("boris", f"/plans/{self.firm['draft']}/save/", **fields)
            if status == 302 and not place.startswith("/sign-in") or status == 409:
                self.typed.append(self.tried)
            elif status not in (0, 500, 502, 503):
                self.strange.append(f"typing: {status} {place}")
            time.sleep(0.1)

    def pay(self) -> None:
        for number in range(10_000):
            if self.over.is_set():
                return
            name = f"P{number}"
            status, place = self.post("zoya", "/money/payments/new/", amount="1.10", paid_on="2026-03-02", number=name)
            if status == 302 and not place.startswith("/sign-in"):
                self.paid.append(name)
            else:
                self.doubtful.add(name)
                if status not in (0, 500, 502, 503):
                    self.strange.append(f"payment: {status} {place}")
            time.sleep(0.1)


def test_kill_9_in_the_middle_of_approvals(program: Program) -> None:
    firm = program.child("prepare")
    load = Load(program, firm)
    threads = [Thread(target=work) for work in (load.approve, load.type, load.pay)]
    for thread in threads:
        thread.start()
    try:
        for victim in ("granian", "postgres", "worker", "granian", "postgres"):
            before = len(load.approved), len(load.paid)
            wait_until(lambda before=before: progress(load, before), f"no progress before {victim} was killed")
            kill(program, victim)
        wait_until(lambda: threads[0].is_alive() is False, "the approvals did not end")
        wait_until(program.ready, "the program is not ready again")
    finally:
        load.over.set()
        for thread in threads:
            thread.join()
    assert load.strange == []
    check(load, program.child("state"))


def progress(load: Load, before: tuple[int, int]) -> bool:
    done = not set(load.firm["waiting"]) - set(load.approved)
    return done or (len(load.approved) > before[0] + 1 and len(load.paid) > before[1] + 1)


def kill(program: Program, victim: str) -> None:
    if victim == "postgres":
        pids = [pid for pid in [program.server.pid()] if pid]
    else:
        pids = program.pids("granian" if victim == "granian" else "manage" if program.pids("manage") else "worker")
    assert pids, f"{victim} does not run"
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def check(load: Load, state: dict[str, Any]) -> None:
    # every plan is approved, once; no root has two approved versions
    assert {state["status"][str(plan)] for plan in load.firm["waiting"]} == {"APPROVED"}
    assert len(state["roots"]) == len(set(state["roots"])) == len(load.firm["waiting"])
    assert {state["approvals"][str(plan)] for plan in load.firm["waiting"]} == {1}
    assert state["effective"] == state["of_approved"]
    assert state["totals_wrong"] == []
    # every number that was promised is there, each once
    assert state["draft"] in ([load.typed[-1]], [load.tried])
    assert len(load.typed) - 1 <= state["changes"] - len(load.firm["waiting"]) // 2 <= len(load.typed)
    kept = state["payments"]
    assert len(kept) == len(set(kept))
    assert set(load.paid) <= set(kept) <= set(load.paid) | load.doubtful
    # and the board is what the records say
    assert float(state["board"]) == float(state["paid"]) == pytest.approx(1.10 * len(kept))
