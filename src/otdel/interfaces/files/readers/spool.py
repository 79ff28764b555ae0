"""Shared strings of a workbook: few in memory, many in a file on disk."""

from __future__ import annotations

import mmap
import tempfile
from array import array

IN_MEMORY_CHARS = 16 * 1024**2
CACHED = 50_000


class Strings:
    """A list of strings that moves to disk when it gets big."""

    def __init__(self) -> None:
        self._list: list[str] = []
        self._chars = 0
        self._file: tempfile._TemporaryFileWrapper[bytes] | None = None
        self._ends = array("Q")
        self._map: mmap.mmap | None = None
        self._cache: dict[int, str] = {}

    def append(self, text: str) -> None:
        if self._file is not None:
            self._write(text)
            return
        self._list.append(text)
        self._chars += len(text) + 50
        if self._chars > IN_MEMORY_CHARS:
            self._move_to_disk()

    def _move_to_disk(self) -> None:
        self._file = tempfile.NamedTemporaryFile(prefix="otdel-strings-")  # noqa: SIM115  # lives as long as we do
        for text in self._list:
            self._write(text)
        self._list = []

    def _write(self, text: str) -> None:
        assert self._file is not None
        self._file.write(text.encode("utf-8", "replace"))
        self._ends.append(self._file.tell())

    def finish(self) -> Strings:
        if self._file is not None and self._file.tell():
            self._file.flush()
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return self

    def __getitem__(self, index: int) -> str:
        if self._file is None:
            return self._list[index]
        known = self._cache.get(index)
        if known is None:
            known = self._read(index)
            if len(self._cache) < CACHED:
                self._cache[index] = known
        return known

    def _read(self, index: int) -> str:
        if not 0 <= index < len(self._ends):
            raise IndexError(index)
        start = self._ends[index - 1] if index else 0
        return self._map[start : self._ends[index]].decode() if self._map is not None else ""
