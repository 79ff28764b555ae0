"""Children are started again when they die, and never outlive us."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from otdel.host import folders, scratch, supervisor
from otdel.host.environment import load
from otdel.host.refusal import Refused
from otdel.host.supervisor import Child

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
# Ignores the request to end, and has a grandchild that would hold its port.
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print(subprocess.Popen(['sleep', '60']).pid, file=open(sys.argv[1], 'w'), flush=True); time.sleep(60)",
]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + 20
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pid)


def pid_of(child: Child) -> int:
    assert child.program
    return child.program.pid


def test_a_killed_child_starts_again_after_a_growing_pause(capsys: pytest.CaptureFixture[str]) -> None:
    child = Child("The worker", SLEEP)
    child.look(child.due)
    first = pid_of(child)

    os.kill(first, signal.SIGKILL)
    assert wait_until_gone(first)
    now = time.monotonic()
    child.look(now)
    assert child.program is None
    child.look(now + 0.2)
    second = pid_of(child)

    assert second != first
    assert alive(second)
    assert child.pause == 0.4
    assert "The worker ended (code -9); it starts again in 0.2 s." in capsys.readouterr().out
    child.stop()
    child.wait(time.monotonic() + 10)
    assert not alive(second)


def test_a_child_that_lived_well_starts_again_at_once() -> None:
    child = Child("The worker", SLEEP, pause=30.0)
    child.look(child.due)
    os.kill(pid_of(child), signal.SIGKILL)
    assert wait_until_gone(pid_of(child))

    child.look(child.started + supervisor.LIVED_WELL + 1)

    assert child.pause == 2 * supervisor.FIRST_PAUSE


def test_a_stubborn_child_is_ended_with_its_own_children(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = Child("The web server", [*STUBBORN, str(note)])
    child.look(child.due)
    while not note.exists() or not note.read_text().strip():
        time.sleep(0.05)
    grandchild = int(note.read_text())

    child.stop()
    child.wait(time.monotonic() + 0.5)

    assert wait_until_gone(pid_of(child))
    assert wait_until_gone(grandchild)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_children_die_with_a_killed_supervisor() -> None:
    code = (
        "from otdel.host import processes; import sys, time;"
        "child = processes.child([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(folders.CHECKOUT / "src")},
        stdout=subprocess.PIPE,
    )
    with parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert alive(child)

        parent.kill()

    assert wait_until_gone(child)


def test_a_port_in_use_is_refused_with_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(Refused, match=f"Port {port} is in use.*PORT=.* ./otdel run"):
            supervisor.check_port("127.0.0.1", port)


def test_a_foreign_address_is_refused_with_one_of_ours() -> None:
    with pytest.raises(Refused, match=r"no address 192\.0\.2\.1"):
        supervisor.check_port("192.0.2.1", 8000)


def held() -> tuple[socket.socket, int]:
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    return taken, taken.getsockname()[1]


def test_live_updates_take_the_next_free_port(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv("OTDEL_LIVE_PORT", raising=False)
    taken, port = held()
    with taken:
        settings = replace(load({"OTDEL_DATA": str(tmp_path)}), live_port=port)

        settled = supervisor.settle_live_port(settings)

    assert port < settled.live_port < port + 100
    assert os.environ["OTDEL_LIVE_PORT"] == str(settled.live_port)  # the web server tells browsers
    assert str(settled.live_port) in capsys.readouterr().out
    monkeypatch.delenv("OTDEL_LIVE_PORT")
    names = [child.name for child in supervisor.children(settled)]
    assert names == ["The web server", "The worker", "Live updates"]


def test_a_chosen_port_of_live_updates_that_is_in_use_is_no_reason_not_to_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    taken, port = held()
    with taken:
        monkeypatch.setenv("OTDEL_LIVE_PORT", str(port))

        settled = supervisor.settle_live_port(load({"OTDEL_DATA": str(tmp_path), "OTDEL_LIVE_PORT": str(port)}))

    assert settled.live_port == 0
    assert "once a minute" in capsys.readouterr().out
    assert "Live updates" not in [child.name for child in supervisor.children(settled)]


def test_what_a_killed_program_left_behind_is_gone_before_it_starts_again(tmp_path: Path) -> None:
    child = Child("The web server", SLEEP, scratch=scratch.folder(tmp_path, "web"))
    child.look(time.monotonic())
    assert child.scratch
    assert child.program
    left = child.scratch / "half-a-gigabyte.upload"
    left.write_bytes(b"x")
    child.program.kill()
    child.program.wait()
    child.look(time.monotonic())
    child.look(time.monotonic() + 1)
    assert child.scratch.is_dir()
    assert not left.exists()
    child.stop()
    child.wait(time.monotonic() + 5)


def test_folders_of_supervisors_no_longer_there_are_swept(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for number in (gone.pid, os.getpid(), 1):
        (tmp_path / "tmp" / f"web-{number}").mkdir(parents=True)
    scratch.sweep(tmp_path)
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == ["web-1"]
