"""The checks that are not tests, so that one command proves everything."""

from __future__ import annotations

import os
import subprocess

import pytest

from otdel.host import checks
from otdel.host.folders import CHECKOUT


@pytest.mark.slow
@pytest.mark.parametrize("name", list(checks.linters()))
def test_check(name: str) -> None:
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "otdel.settings", "PYTHONPATH": str(CHECKOUT / "src")}

    done = subprocess.run(
        checks.linters()[name], cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
