"""The one file a newcomer starts: it says what is wrong in sentences."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from otdel.host import __main__ as host
from otdel.host.folders import CHECKOUT


@pytest.fixture
def bootstrap() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("bootstrap", str(CHECKOUT / "otdel"))
    spec = importlib.util.spec_from_loader("bootstrap", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def test_without_a_command_it_tells_them_all(bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main([]) == 0

    said = capsys.readouterr().out
    assert all(command in said for command in bootstrap.COMMANDS)
    assert set(bootstrap.COMMANDS) == set(host.COMMANDS)


@pytest.mark.parametrize("words", [["--help"], ["help"], ["run", "--help"], ["restore", "-h"]])
def test_who_asks_for_help_gets_it_and_starts_nothing(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert bootstrap.main(words) == 0

    assert "./otdel r" in capsys.readouterr().out


def test_every_command_explains_itself(bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    for command in set(bootstrap.COMMANDS) - {"bench", "manage"}:  # argparse and Django explain these
        assert bootstrap.main([command, "--help"]) == 0
        assert capsys.readouterr().out.startswith(f"./otdel {command}")


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["run", "--port", "8080"], "--port"),
        (["run", "please"], "please"),
        (["doctor", "all"], "all"),
        (["fix", "--hard"], "--hard"),
        (["settings", "PORT"], "PORT"),
        (["backup", "a.tar", "b.tar"], "b.tar"),
        (["restore", "--froce", "a.tar"], "--froce"),
    ],
)
def test_words_it_does_not_understand_start_nothing(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str], words: list[str], wrong: str
) -> None:
    assert bootstrap.main(words) == 1

    assert f"does not understand {wrong!r}" in capsys.readouterr().err


def test_make_knows_the_same_words(bootstrap: ModuleType) -> None:
    named = re.findall(r"^([a-z ]+):$", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)

    assert {*" ".join(named).split(), "manage"} >= set(bootstrap.COMMANDS)  # whose words make would not hand on


def test_an_unknown_command_is_refused(bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(["start"]) == 1

    assert "Otdel knows no command 'start'." in capsys.readouterr().err


def test_an_old_python_is_refused(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (99, 0))

    assert bootstrap.main(["run"]) == 1

    assert "Otdel needs Python 99.0 or newer" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Max retries exceeded: Failed to resolve 'index'", "could not be downloaded"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that was pinned"),
        ("ERROR: No matching distribution found for scipy", "no ready-made package"),
        ("ERROR: something new", "could not be installed"),
    ],
)
def test_what_pip_complains_of_is_explained(bootstrap: ModuleType, said: str, expected: str) -> None:
    assert expected in " ".join(bootstrap.explain(said))


def test_what_is_pinned_counts_for_both_sets(bootstrap: ModuleType, tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.touch()

    assert not bootstrap.ready(str(tmp_path), str(python), "run")
    (tmp_path / "otdel-installed").write_text(bootstrap.digest("run"))
    assert bootstrap.ready(str(tmp_path), str(python), "run")
    assert not bootstrap.ready(str(tmp_path), str(python), "dev")
    (tmp_path / "otdel-installed").write_text(bootstrap.digest("dev"))
    assert bootstrap.ready(str(tmp_path), str(python), "run")


def test_pins_name_hashes_and_no_registry() -> None:
    for name in ("run", "dev"):
        content = (CHECKOUT / "requirements" / f"{name}.txt").read_text()
        pinned = [line for line in content.splitlines() if line and line[0] not in " #"]
        assert pinned
        assert all("==" in line and line.endswith("\\") for line in pinned)
        assert "http" not in content


def test_wrong_settings_end_the_start_with_sentences() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "otdel.host", "run"],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT / "src"), "PORT": "many"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == "PORT='many' is wrong: give a whole number from 1 to 65535.\n"
