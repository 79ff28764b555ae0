"""What takes long to make and is always the same: an empty database, and the data folder of a first start.

Made once for all processes of the suite, kept beside the test database until a migration changes, and copied.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from otdel.host import folders
from otdel.host.postgres import Server

SOURCE = folders.CHECKOUT / "src" / "otdel"
MADE_OF = ("**/migrations/*.py", "**/models.py", "**/models/*.py", "core/*.py")
OF_OTHERS = ("django", "django-allauth", "procrastinate")
NAME = "otdel_ready_"


def mark() -> str:
    """Return a word for all that decides what an empty database is."""
    seen = hashlib.sha256(" ".join(version(each) for each in OF_OTHERS).encode())
    for path in sorted({path for pattern in MADE_OF for path in SOURCE.glob(pattern)}):
        seen.update(str(path.relative_to(SOURCE)).encode() + path.read_bytes())
    return seen.hexdigest()[:16]


def empty_database() -> str:
    """Return the name of a migrated database without records, for others to be copied from."""
    name = NAME + mark()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('otdel.tests.ready'))")  # until this connection ends
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [NAME])
        known = [found for (found,) in cursor.fetchall()]
        if name not in known:
            for old in known:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
            cursor.execute(f'CREATE DATABASE "{name}_new"')
            with _connected_to(f"{name}_new"):
                call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)
            cursor.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
    return name


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def fill(data: Path) -> None:
    """Put into an empty data folder what `./otdel run` makes at its first start.

    The program looks itself at each start whether all of it is of this version, so a copy is never too old.
    """
    parent = Path(os.environ["OTDEL_DATA"])
    source, new = parent / f"ready-{mark()}", parent / "ready-new"
    with (parent / "ready.lock").open("ab") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not source.exists():
            for old in parent.glob("ready-*"):
                shutil.rmtree(old)
            with Server(folders.make(new)).use():
                subprocess.run([sys.executable, "-m", "django", "prepare"], env=of_its_own(new), check=True)
            new.rename(source)
    subprocess.run(["cp", "-a", f"{source}/.", str(data)], check=True)


def of_its_own(data: Path) -> dict[str, str]:
    """Return the environment of a program whose data are in this folder alone."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == "OTDEL_PG_BIN" or not (name.startswith("OTDEL_") or name == "DATABASE_URL")
    }
    path = f"{SOURCE.parent}{os.pathsep}{folders.CHECKOUT / 'tests'}"
    return kept | {
        "OTDEL_DATA": str(data), "OTDEL_DEMO": "no", "DJANGO_SETTINGS_MODULE": "otdel.settings", "PYTHONPATH": path,
    }  # fmt: skip
