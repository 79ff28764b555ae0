"""Files to read: made in the test, or those of others in `../shared/data` where that folder is present."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from otdel.interfaces.files.readers import ReadOptions, Table, open_table

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture
def shared() -> Path:
    folder = next((place for place in (SHARED, SHARED.parents[2] / "shared" / "data") if place.is_dir()), None)
    if folder is None:
        pytest.skip("../shared/data is absent: files made by others are checked only where they are")
    return folder


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Callable[..., Table]]:
    """Writes bytes to a file and opens it as a table."""
    opened: list[Table] = []

    def open_bytes(content: bytes | str | Path, **options: object) -> Table:
        path = content if isinstance(content, Path) else tmp_path / f"file{len(opened)}"
        if not isinstance(content, Path):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        opened.append(open_table(path, ReadOptions(**options)))
        return opened[-1]

    yield open_bytes
    for table in opened:
        table.close()
