"""What every test stands on; the database server itself is started by testing_settings.py."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
import ready
from django.db import connection
from django.utils.translation.reloader import translation_file_changed
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from otdel.core import catalogues
from otdel.host import testing

HERE = Path(__file__).parent
# These take longest, and come first: the end of a run must not wait for one of them. Those that wait for programs
# stand beside those that count.
LONGEST = (
    "test_crash_reminders.py", "test_hostile.py", "files/test_import_killed.py", "files/test_import_maven.py",
    "browser/test_road.py", "files/test_import_crash.py", "files/test_import_adventureworks.py", "test_crash.py",
    "plans/test_facts_recount.py", "browser/test_task_road.py", "web/test_first_run.py", "test_access_matrix.py",
    "automation/test_processes.py", "test_checks.py",
)  # fmt: skip

# a shared machine makes one example, or the making of them, slow now and then
hypothesis_settings.register_profile("otdel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("otdel")


def pytest_configure(config: pytest.Config) -> None:
    if catalogues.compile_all():  # pages are tested in Russian too
        translation_file_changed(None, HERE / "any.mo")  # older ones may have been read already


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {HERE / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_collection_finish() -> None:
    """Leave the thousands of collected tests out of every search for garbage: it was a tenth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    testing.finish()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Copy the database of each process from one that was migrated once."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"] |= {"TEMPLATE": ready.empty_database(), "MIGRATE": False}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """End whoever is still connected, such as a thread that served a browser: the database goes away."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid() and usename = current_user"
        )


@pytest.fixture(autouse=True)
def _no_jobs_left(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Take away the jobs a test has committed: the queue's tables are not Django's to empty after it."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker is not None and marker.kwargs.get("transaction")):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("truncate procrastinate_jobs, procrastinate_events cascade")
