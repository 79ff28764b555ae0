"""Where Otdel keeps what it must not lose, and where its tests keep what they may."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from otdel.host.refusal import Refused

CHECKOUT = Path(__file__).resolve().parents[3]


def data_folder(environ: Mapping[str, str]) -> Path:
    """Return OTDEL_DATA, else the user's own data folder, else (for root) the system's."""
    if given := environ.get("OTDEL_DATA", "").strip():
        return Path(os.path.abspath(Path(given).expanduser()))
    if os.geteuid() == 0:
        return Path("/var/lib/otdel")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "otdel"
    base = environ.get("XDG_DATA_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "share") / "otdel"


def test_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of this checkout's tests: never one that real data may live in."""
    if given := environ.get("OTDEL_DATA", "").strip():
        return Path(os.path.abspath(Path(given).expanduser())) / "tests"
    name = "tests-" + hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
    if os.geteuid() == 0:  # the database drops root and could not pass through a home of mode 0700
        return Path("/var/cache/otdel") / name
    base = environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "otdel" / name


def make(folder: Path) -> Path:
    """Make a folder only its owner can look into.

    Root's may be passed through: the system user of the database must reach its own.
    """
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        for missing in reversed([place for place in (folder, *folder.parents) if not place.exists()]):
            missing.mkdir(mode=0o755 if missing != folder else mode, exist_ok=True)
            if missing == folder:
                folder.chmod(mode)
    except OSError as error:
        raise Refused(
            f"The folder {folder} cannot be made ({error.strerror}). "
            "Name a folder you may write to: OTDEL_DATA=~/otdel-data ./otdel run"
        ) from None
    if not folder.is_dir():
        raise Refused(f"{folder} is a file, not a folder. Name a folder: OTDEL_DATA=~/otdel-data ./otdel run")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Refused(
            f"The folder {folder} cannot be written to. "
            "Name one of your own, OTDEL_DATA=~/otdel-data ./otdel run, or ask for the right to write."
        )
    return folder


def private(folder: Path) -> Path:
    """Make a folder nobody else can look into, inside the data folder."""
    make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def first_run_code(path: Path) -> str:
    """Return the code that the first visitor from another machine must know; too long to be guessed."""
    return keep_once(path, secrets.token_hex(6))


def keep_once(path: Path, content: str) -> str:
    """Write a secret unless there is one, readable by its owner alone, and return the one that stays.

    Two processes starting together end with the same content: linking a finished file is atomic.
    """
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    make(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
    return path.read_text(encoding="utf-8").strip()
