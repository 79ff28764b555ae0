"""What every test stands on; the database server itself is started by testing_settings.py."""

from __future__ import annotations

import pytest
from hypothesis import settings as hypothesis_settings

from otdel.core import catalogues
from otdel.host import testing

hypothesis_settings.register_profile("otdel", deadline=None)  # a shared machine makes one example slow now and then
hypothesis_settings.load_profile("otdel")


def pytest_configure(config: pytest.Config) -> None:
    catalogues.compile_all()  # pages are tested in Russian too


def pytest_unconfigure(config: pytest.Config) -> None:
    testing.finish()
