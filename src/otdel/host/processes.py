"""Starting other programs: Django's commands, and children that must not outlive us."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

from otdel.host.environment import Environment
from otdel.host.folders import CHECKOUT
from otdel.host.postgres import Server

Command = list[str]


def django(*arguments: str) -> Command:
    return [sys.executable, "-m", "django", *arguments]


def call(command: Command) -> int:
    """Run to the end in our terminal. Ctrl-C reaches the program itself; we wait for what it makes of it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with subprocess.Popen(
            command, env=environ(), preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
        ) as program:
            return program.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def child(command: Command, **more: str) -> subprocess.Popen[bytes]:
    """Start a program in a group of its own, to be ended whole, which ends when we do, even by kill -9."""
    return subprocess.Popen(command, env={**environ(), **more}, stdin=subprocess.DEVNULL, preexec_fn=_dies_with_us())


def kill_group(program: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(program.pid, number)


def environ() -> dict[str, str]:
    path = [str(CHECKOUT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(os.pathsep.join(path).split(os.pathsep))),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "otdel.settings"),
    }


@contextlib.contextmanager
def database(settings: Environment) -> Iterator[Server | None]:
    """Keep our own server up during the block; with DATABASE_URL there is none of ours."""
    if not settings.embedded:
        yield None
        return
    with Server(settings.data, settings.pg_bin).use() as server:
        yield server


def _dies_with_us() -> Callable[[], None]:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before the fork

    def prepare() -> None:
        os.setpgid(0, 0)
        if libc is not None:
            libc.prctl(1, signal.SIGTERM, 0, 0, 0)  # PR_SET_PDEATHSIG

    return prepare
