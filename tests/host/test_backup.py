"""What a backup kept comes back whole, and nothing is lost by restoring."""

from __future__ import annotations

import shutil
import stat
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from otdel.host import backup, environment
from otdel.host.environment import Environment
from otdel.host.postgres import Server
from otdel.host.refusal import Refused

pytestmark = pytest.mark.slow
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Not below pytest's own folder: root's database runs as another user, and pytest closes that one to others."""
    path = Path(tempfile.mkdtemp(prefix="otdel-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def server(open_folder: Path) -> Iterator[Server]:
    data = open_folder / "data"
    data.mkdir(mode=0o711)
    with Server(data, disposable=True).use() as server:
        server.psql("CREATE EXTENSION pg_trgm; CREATE TABLE firm (name text); INSERT INTO firm VALUES ('Ромашка')")
        yield server


@pytest.fixture
def settings(server: Server) -> Environment:
    settings = environment.load({"OTDEL_DATA": str(server.data)})
    (settings.files / "deals").mkdir(parents=True)
    (settings.files / "deals" / "договор.pdf").write_bytes(b"%PDF signed")
    return settings


def test_a_backup_comes_back_whole(settings: Environment, server: Server, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    backup.write(settings, target, NOW)
    server.psql("DELETE FROM firm; CREATE TABLE later (n int)")
    (settings.files / "deals" / "договор.pdf").unlink()
    (settings.data / "secret-key").write_text("another key")

    backup.read(settings, target, force=True)

    assert server.psql("SELECT name FROM firm") == "Ромашка"
    assert server.psql("SELECT to_regclass('later') IS NULL") == "t"
    assert float(server.psql("SELECT similarity('ромашка', 'ромашко')")) > 0
    assert (settings.files / "deals" / "договор.pdf").read_bytes() == b"%PDF signed"
    assert environment.load({"OTDEL_DATA": str(server.data)}).secret_key == settings.secret_key
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert server.psql("SELECT count(*) FROM pg_database WHERE datname LIKE 'otdel_%'") == "0"


def test_restoring_over_data_needs_force(settings: Environment, server: Server, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    backup.write(settings, target, NOW)

    with pytest.raises(Refused, match="not empty.*\n.*--force"):
        backup.read(settings, target, force=False)


def test_a_damaged_backup_is_refused(settings: Environment, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    backup.write(settings, target, NOW)
    content = target.read_bytes()
    target.write_bytes(content.replace(b"%PDF signed", b"%PDF forged"))

    with pytest.raises(Refused, match="damaged"):
        backup.check(target)


def test_something_else_is_no_backup(tmp_path: Path) -> None:
    other = tmp_path / "letter.tar"
    other.write_text("Dear Anna")

    with pytest.raises(Refused, match="not a backup of Otdel"):
        backup.check(other)
    with pytest.raises(Refused, match="no file"):
        backup.check(tmp_path / "nothing.tar")


def test_a_backup_comes_back_on_a_machine_that_never_ran(
    settings: Environment,
    open_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = tmp_path / "backup.tar"
    backup.write(settings, target, NOW)
    monkeypatch.setenv("OTDEL_DATA", str(open_folder / "new"))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    assert backup.restore([str(target)]) == 0

    assert "Restored what was kept on 2026-03-02T03:00:00+00:00" in capsys.readouterr().out
    with Server(open_folder / "new").use() as fresh:
        assert fresh.psql("SELECT name FROM firm") == "Ромашка"
    assert environment.load({"OTDEL_DATA": str(open_folder / "new")}).secret_key == settings.secret_key
