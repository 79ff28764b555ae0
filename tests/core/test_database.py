"""A server that cannot search Cyrillic is refused with what to do; ours can."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.db import connection

from otdel.core import database, worker
from otdel.host.folders import CHECKOUT

NAME = "otdel_without_cyrillic"


@pytest.mark.django_db
def test_our_server_lacks_nothing() -> None:
    assert database.problems() == []


@pytest.mark.django_db
def test_a_queue_nobody_works_on_shows_it() -> None:
    assert worker.last_heartbeat() is None
    assert worker.waiting() == 0


@pytest.fixture
def blind(transactional_db: None) -> Iterator[str]:
    """Yield the address of a database whose lc_ctype is C."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")
        cursor.execute(
            f"CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8'"
            " LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    given = connection.settings_dict
    user = f"{quote(given['USER'], safe='')}:{quote(given['PASSWORD'], safe='')}"
    yield f"postgresql://{user}@/{NAME}?host={quote(str(given['HOST']), safe='')}&port={given['PORT'] or 5432}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {NAME}")


def test_a_server_that_is_not_there_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "get_connection_params", lambda: {"host": "127.0.0.1", "port": 1})

    assert "Connection refused" in database.unreachable()


@pytest.mark.slow
def test_a_database_blind_to_cyrillic_is_refused_with_a_recipe(blind: str) -> None:
    environ = {**os.environ, "DATABASE_URL": blind, "PYTHONPATH": str(CHECKOUT / "src")}
    environ["DJANGO_SETTINGS_MODULE"] = "otdel.settings"

    done = subprocess.run(
        [sys.executable, "-m", "django", "prepare"], env=environ, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "does not know Cyrillic letters (its lc_ctype is C)" in done.stderr
    assert "LC_CTYPE 'C.UTF-8'" in done.stderr
