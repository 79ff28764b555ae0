"""`./otdel run`: the database, the web server and the background worker, kept alive together."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

from otdel.host import environment, processes, scratch
from otdel.host.environment import Environment
from otdel.host.postgres import Server
from otdel.host.refusal import Refused

LOOK_EVERY = 0.5  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
LIVED_WELL = 60.0  # after so long a child's next death counts as its first
PATIENCE = 30.0  # for a child to end by itself


class Stopped(Exception):
    """Somebody asked us to stop."""


@dataclass
class Child:
    """A program that is started again, after a growing pause, whenever it ends."""

    name: str
    command: processes.Command
    program: subprocess.Popen[bytes] | None = None
    pause: float = FIRST_PAUSE
    started: float = 0.0
    due: float = field(default_factory=time.monotonic)
    scratch: Path | None = None  # its folder for temporary files, emptied at each start; without one, the system's

    def look(self, now: float) -> None:
        if self.program is not None and self.program.poll() is not None:
            self._ended(now)
        if self.program is None and now >= self.due:
            more = {"TMPDIR": str(scratch.emptied(self.scratch))} if self.scratch else {}
            self.program = processes.child(self.command, **more)
            self.started = now

    def _ended(self, now: float) -> None:
        assert self.program is not None
        processes.kill_group(self.program, signal.SIGKILL)  # what a killed parent left would hold the port
        if now - self.started > LIVED_WELL:
            self.pause = FIRST_PAUSE
        say(f"{self.name} ended (code {self.program.returncode}); it starts again in {self.pause:g} s.")
        self.program = None
        self.due = now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def stop(self) -> None:
        if self.program is not None:
            processes.kill_group(self.program, signal.SIGTERM)

    def wait(self, deadline: float) -> None:
        if self.program is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.program.wait(max(deadline - time.monotonic(), 0.1))
        processes.kill_group(self.program, signal.SIGKILL)
        self.program.wait()


def run(arguments: list[str]) -> int:
    """Run until told to stop."""
    for sentence in environment.misspelt():  # first: what is refused next may have been meant by it
        say(sentence)
    settings = environment.load()
    check_port(settings.host, settings.port)
    settings = settle_live_port(settings)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    scratch.sweep(settings.data)
    try:
        with processes.database(settings) as server:
            if processes.call(processes.django("prepare")):
                return 1
            keep(children(settings), server)
    except Stopped:
        return 0
    return 0


def keep(family: list[Child], server: Server | None) -> None:
    """Look after the children, and the database, until told to stop; then end them all."""
    try:
        while True:
            if server is not None and _revive(server):
                say("The database had ended; it runs again.")
            now = time.monotonic()
            for one in family:
                one.look(now)
            time.sleep(LOOK_EVERY)
    except Stopped:
        say("Stopping.")
    finally:
        _end(family)


def children(settings: Environment) -> list[Child]:
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "otdel.wsgi:application",
        "--host", settings.host, "--port", str(settings.port),
        "--workers", str(settings.workers), "--blocking-threads", str(settings.threads),
        "--respawn-failed-workers", "--workers-kill-timeout", "10",
        "--backpressure", str(max(settings.threads * 16, 64)),
        "--log-level", "warning",
    ]  # fmt: skip
    family = [
        Child("The web server", web, scratch=scratch.folder(settings.data, "web")),
        Child("The worker", processes.django("worker"), scratch=scratch.folder(settings.data, "worker")),
    ]
    return [*family, Child("Live updates", live(settings))] if settings.live_port else family


def live(settings: Environment) -> processes.Command:
    """One process with one thread holds thousands of open pages: each is a waiting task, not a thread."""
    return [
        sys.executable, "-m", "granian", "--interface", "asgi", "otdel.interfaces.live.app:application",
        "--host", settings.host, "--port", str(settings.live_port),
        "--http", "1", "--no-ws", "--workers", "1", "--backpressure", "8192", "--backlog", "1024",
        "--respawn-failed-workers", "--workers-kill-timeout", "2",  # open pages never end by themselves
        "--log-level", "warning",
    ]  # fmt: skip


def settle_live_port(settings: Environment) -> Environment:
    """Find a free port for live updates where nobody chose one. They are never a reason not to start."""
    chosen = bool(os.environ.get("OTDEL_LIVE_PORT", "").strip())
    first = settings.live_port
    found = next(
        (port for port in (range(first, first + 1) if chosen else _near(first)) if _is_free(settings, port)), 0
    )
    if not first or found == first:
        return settings
    if found:
        say(f"Port {first} is in use; open pages are told what changed on port {found}.")
    else:
        say(f"Port {first} is in use: open pages will ask what changed once a minute. Choose a port: OTDEL_LIVE_PORT.")
    os.environ["OTDEL_LIVE_PORT"] = str(found)  # for the children: the web server tells browsers where
    return replace(settings, live_port=found)


def _near(port: int) -> range:
    return range(port, min(port + 100, 65536))


def _is_free(settings: Environment, port: int) -> bool:
    try:
        check_port(settings.host, port)
    except Refused:
        return False
    return port != settings.port


def check_port(host: str, port: int) -> None:
    """Refuse a port we cannot have, before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(_port_trouble(host, port, error)) from None


def _port_trouble(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return f"Port {port} is in use, perhaps by another Otdel. Choose another: PORT={other} ./otdel run"
    if error.errno == errno.EACCES:
        return f"Ports below 1024 are for root, and {port} is one. Choose another: PORT=8000 ./otdel run"
    return f"This machine has no address {host} to listen on ({error.strerror}). Try HOST=127.0.0.1 or HOST=0.0.0.0"


def say(sentence: str) -> None:
    print(sentence, flush=True)


def _revive(server: Server) -> bool:
    try:
        return server.ensure()
    except Refused as refusal:  # a full disk may get room again: keep trying, say why
        say(str(refusal))
        time.sleep(5)
        return False


def _stop(number: int, frame: FrameType | None) -> None:
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # once is enough
    raise Stopped


def _end(family: list[Child]) -> None:
    for one in family:
        one.stop()
    deadline = time.monotonic() + PATIENCE
    for one in family:
        one.wait(deadline)
