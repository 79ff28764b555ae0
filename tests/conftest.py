"""What every test may use."""

from __future__ import annotations

import pytest

from otdel.host import testing


def pytest_unconfigure(config: pytest.Config) -> None:
    testing.finish()
