"""A real server: it survives being killed, is shared, and knows Cyrillic."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from otdel.host import folders, programs
from otdel.host.postgres import Server
from otdel.host.refusal import Refused

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # not below pytest's own folder: root's database runs as another user, and pytest closes that folder to others
    path = Path(tempfile.mkdtemp(prefix="otdel-test-"))
    path.chmod(0o711)
    yield path
    Server(path).stop()
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with Server(folder).use() as server:
        yield server


def wait_until(condition: Callable[[], object], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_cyrillic_is_known_under_the_plainest_locale(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    server.psql("CREATE EXTENSION IF NOT EXISTS pg_trgm")

    assert server.psql("SELECT lower('РОМАШКА'), 'Ромашка' ILIKE '%РОМ%'") == "ромашка|t"
    assert float(server.psql("SELECT similarity('ромашка', 'ромашко')")) > 0
    assert server.psql("SELECT to_tsvector('менеджеры') @@ to_tsquery('менеджер')") == "t"


def test_what_was_committed_outlives_kill_9(server: Server) -> None:
    server.psql("DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)")
    pid = server.pid()
    assert pid

    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: server.pid() is None)
    had_died = server.ensure()

    assert had_died
    assert server.psql("SELECT n FROM kept") == "42"


def test_a_stale_number_of_a_living_stranger_is_no_server(server: Server) -> None:
    pid = server.pid()
    assert pid
    mark = server.cluster / "postmaster.pid"
    lines = mark.read_text().splitlines()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: server.pid() is None)
    mark.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    server.programs.own(mark)

    assert not server.running()
    assert server.ensure()
    assert server.running()


def test_the_last_client_stops_the_server(folder: Path) -> None:
    first = Server(folder)
    second = Server(folder)
    one, two = first.lease(), second.lease()

    one.end()
    assert second.running()

    two.end()
    assert not second.running()


def test_a_killed_client_counts_no_longer(folder: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from otdel.host.postgres import Server;"
        "lease = Server(Path(sys.argv[1])).lease(); print('up', flush=True); time.sleep(60)"
    )
    client = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        env={**os.environ, "PYTHONPATH": str(folders.CHECKOUT / "src")},
        stdout=subprocess.PIPE,
    )
    with client:
        assert client.stdout
        assert client.stdout.readline() == b"up\n"
        assert Server(folder).running()

        client.kill()

    assert wait_until(lambda: not Server(folder).running())


def test_nobody_else_reaches_it(server: Server) -> None:
    assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.root / "password").stat().st_mode) == 0o600
    assert server.psql("SHOW listen_addresses") == ""
    assert server.psql("SELECT usesuper FROM pg_user WHERE usename = current_user") == "f"
    environ = {"PGHOST": str(server.socket_folder), "PGUSER": "otdel", "PGDATABASE": "otdel", "PGPASSWORD": "guess"}
    assert "password authentication failed" in server.programs.run("psql", "-c", "SELECT 1", environ=environ).stderr


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    near = Server(Path("/srv/otdel"))
    far = Server(tmp_path / ("long" * 30))

    assert near.socket_folder == Path("/srv/otdel/postgres/socket")
    assert len(str(far.socket_folder)) < 60
    assert far.socket_folder != Server(tmp_path / ("other" * 30)).socket_folder


def test_files_of_another_major_version_are_refused_with_advice(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.cluster.mkdir(parents=True)
    (server.cluster / "PG_VERSION").write_text("9\n")

    with pytest.raises(Refused, match="made by PostgreSQL 9"):
        _ = server.programs


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")
def test_programs_in_a_closed_folder_are_copied_beside_the_data(folder: Path, tmp_path: Path) -> None:
    bin_folder = programs.find(None).folder
    package = bin_folder.parent.parent
    closed = tmp_path / "closed"
    shutil.copytree(package / "pginstall", closed / package.name / "pginstall")
    shutil.copytree(package.with_name(f"{package.name}.libs"), closed / f"{package.name}.libs")
    closed.chmod(0o700)
    data = folder / "closed"

    with Server(data, closed / package.name / "pginstall" / "bin").use() as server:
        assert data in server.programs.folder.parents
        assert server.psql("SELECT 1") == "1"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")
def test_data_in_a_closed_folder_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)

    with pytest.raises(Refused, match="cannot enter .*OTDEL_DATA=/var/lib/otdel"):
        Server(tmp_path / "closed" / "data").lease()
