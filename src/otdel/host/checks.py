"""`./otdel test`, `check` and `fix`: what a change must pass, and what a machine can mend."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from otdel.host import processes, testing
from otdel.host.folders import CHECKOUT
from otdel.host.refusal import Refused

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONTS = ("/usr/share/fonts/**/DejaVuSans.ttf", "/Library/Fonts/*.ttf", "/System/Library/Fonts/*")
NEEDED = "apt-get install --yes --no-install-recommends chromium fonts-dejavu-core"
# more than cores: tests of crashes, letters and browsers wait more than they count; dealt out a few at a time,
# so that the longest, which come first, do not all go to one process
SPREAD = ["-n", str((os.cpu_count() or 2) + 2), "--maxschedchunk", "3"]


def tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def linters() -> dict[str, processes.Command]:
    """Return the checks that are not tests, in the order of their speed."""
    return {
        "lint": [tool("ruff"), "check", "--quiet", "src", "tests"],
        "format": [tool("ruff"), "format", "--check", "--quiet", "src", "tests"],
        "imports": [tool("lint-imports")],
        "migrations": processes.django("makemigrations", "--check", "--dry-run"),
        "translations": processes.django("messages", "--check"),
        "templates": [tool("djlint"), "--lint", "--quiet", "src"],
        "types": [tool("mypy")],
    }


def test(arguments: list[str]) -> int:
    """Run the tests; all of them on two cores, those named as they are named."""
    if not arguments:
        bring_browser()
    os.chdir(CHECKOUT)
    return processes.call([sys.executable, "-m", "pytest", "--ds=testing_settings", *(arguments or SPREAD)])


def check(arguments: list[str]) -> int:
    """Run every check, then the tests, and say what failed."""
    bring_browser()
    failed = lint()
    if test(["--ignore=tests/test_checks.py", *SPREAD, *arguments]):
        failed.append("tests")
    print("Everything is well." if not failed else f"To mend: {', '.join(failed)}. Much of it by: ./otdel fix")
    return 1 if failed else 0


def lint() -> list[str]:
    """Return the names of the checks that failed, having shown what they said."""
    failed = []
    environ = processes.environ()
    testing.prepare(environ)
    for name, command in linters().items():
        started = time.monotonic()
        done = subprocess.run(command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False)
        print(f"{name:<14}{'ok' if done.returncode == 0 else 'WRONG'}  {time.monotonic() - started:.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print((done.stdout + done.stderr).strip(), flush=True)
    testing.finish()
    return failed


def fix(arguments: list[str]) -> int:
    """Mend what a machine can, and collect the texts to translate."""
    environ = processes.environ()
    testing.prepare(environ)
    commands = (
        [tool("ruff"), "check", "--fix", "--quiet", "src", "tests"],
        [tool("ruff"), "format", "--quiet", "src", "tests"],
        processes.django("messages"),
    )
    failed = [subprocess.run(command, cwd=CHECKOUT, env=environ, check=False).returncode for command in commands]
    testing.finish()
    return int(any(failed))


def bring_browser() -> None:
    """Install Chromium and a font with Cyrillic where they are missing and we may; else say the one line to type."""
    if browser() and _font():
        return
    if not shutil.which("apt-get"):
        raise Refused("The tests need Chromium and a font with Cyrillic. Install them and try again.")
    if os.geteuid() != 0:
        raise Refused("The tests need Chromium and a font. Type this once, then try again:", f"  sudo {NEEDED}")
    print("Installing Chromium and a font (once)…", flush=True)
    for command in (["apt-get", "update", "-qq"], NEEDED.split()):
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Refused(f"{' '.join(command)} failed:", *done.stderr.strip().splitlines()[-5:])


def browser() -> str | None:
    """Return the Chromium of this machine; PLAYWRIGHT_CHROMIUM names another."""
    given = os.environ.get("PLAYWRIGHT_CHROMIUM", "")
    if given and os.access(given, os.X_OK):
        return given
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _font() -> bool:
    return any(glob.glob(pattern, recursive=True) for pattern in FONTS)
