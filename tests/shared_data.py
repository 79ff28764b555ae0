"""Where data made by others lies: `shared/data` beside the checkout, or beside a folder above it.

A test that needs it is skipped, with the reason, on a machine without the folder:

    @needs("adventureworks")
    def test_...: read(DATA / "adventureworks" / "...")
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ABOVE = [folder / "shared" / "data" for folder in Path(__file__).resolve().parents[2:]]
_GIVEN = os.environ.get("OTDEL_SHARED_DATA")

DATA = Path(_GIVEN) if _GIVEN else next((folder for folder in _ABOVE if folder.is_dir()), _ABOVE[0])


def needs(name: str) -> pytest.MarkDecorator:
    """Skip the test where the data set `name` is absent."""
    return pytest.mark.skipif(not (DATA / name).exists(), reason=f"data set {name} is not in {DATA}")
