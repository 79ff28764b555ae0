"""The ground of tests: a database server and a data folder of this checkout, apart from real ones."""

from __future__ import annotations

from collections.abc import MutableMapping

from otdel.host import environment, folders
from otdel.host.postgres import Lease, Server

_leases: list[Lease] = []


def prepare(environ: MutableMapping[str, str]) -> None:
    """Point the environment at the test folder and run its database while this process lives.

    Settings of the machine's real Otdel do not reach the tests; DATABASE_URL does, since a test database is
    always made beside the one it names.
    """
    folder = folders.test_folder(environ)
    kept = ("OTDEL_PG_BIN",)
    for setting in environment.SETTINGS:
        if setting.name not in (*kept, "DATABASE_URL"):
            environ.pop(setting.name, None)
    environ["OTDEL_DATA"] = str(folder)
    environ["OTDEL_DEMO"] = "no"
    folders.make(folder)
    if not environ.get("DATABASE_URL"):
        _leases.append(Server(folder, environment.PG_BIN.read(environ), disposable=True).lease())


def finish() -> None:
    """Give the database up now instead of at the end of the process."""
    while _leases:
        _leases.pop().end()
