"""What every test stands on; the database server itself is started by testing_settings.py."""

from __future__ import annotations

import pytest
import ready
from django.db import connection
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from otdel.core import catalogues
from otdel.host import testing

hypothesis_settings.register_profile("otdel", deadline=None)  # a shared machine makes one example slow now and then
hypothesis_settings.load_profile("otdel")


def pytest_configure(config: pytest.Config) -> None:
    catalogues.compile_all()  # pages are tested in Russian too


def pytest_unconfigure(config: pytest.Config) -> None:
    testing.finish()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Copy the database of each process from one that was migrated once."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"] |= {"TEMPLATE": ready.empty_database(), "MIGRATE": False}
