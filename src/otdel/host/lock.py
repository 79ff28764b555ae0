"""`./otdel lock`: write requirements/run.txt and dev.txt, every package pinned with its hashes, from pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from otdel.host.folders import CHECKOUT

# Registries are each machine's own affair, so none is named in the files.
OPTIONS = (
    "--quiet", "--allow-unsafe", "--generate-hashes", "--strip-extras", "--no-header", "--no-annotate",
    "--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links",
)  # fmt: skip


def write(upgrade: list[str]) -> int:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    run = project["project"]["dependencies"]
    dev = run + project["dependency-groups"]["dev"]
    return _compile("run", run, None, upgrade) or _compile("dev", dev, "run", upgrade)


def _compile(name: str, wanted: list[str], beside: str | None, upgrade: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"{name}.in"
        lines = [*wanted, f"-c {CHECKOUT / 'requirements' / beside}.txt"] if beside else wanted
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")
        target = CHECKOUT / "requirements" / f"{name}.txt"
        command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, *upgrade, "--output-file", str(target)]
        return subprocess.run([*command, str(source)], cwd=CHECKOUT, check=False).returncode
