"""How far the cells of an old XLS reach, before it is read: two far cells would cost a gigabyte."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from otdel.interfaces.files.problems import UnreadableFile

ENDS = 0xFFFFFFF0
SMALL = 4_000_000
"""Cells of an area that may be as empty as it likes."""
SPARSE = 40
CELLS = frozenset({0x06, 0x7E, 0xBD, 0xD6, 0xFD, 0x203, 0x204, 0x205, 0x27E})
BOF = frozenset({0x09, 0x209, 0x409, 0x809})


def check_reach(path: Path) -> None:
    """Refuses a sheet whose few cells span a huge area. A file of another build is left to the reader."""
    try:
        areas = list(_areas(_records(_workbook(path.read_bytes()))))
    except (struct.error, IndexError, ValueError, KeyError) as broken:
        raise UnreadableFile("broken_file") from broken
    if any(area > SMALL and area > cells * SPARSE for area, cells in areas):
        raise UnreadableFile("too_sparse")


def _areas(records: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, int]]:
    """Of each sheet: cells its used range spans, and cells that are filled."""
    rows = columns = cells = 0
    for kind, head in records:
        if kind in BOF:
            yield rows * columns, cells
            rows = columns = cells = 0
        elif kind in CELLS and len(head) == 4:
            row, column = struct.unpack("<HH", head)
            rows, columns, cells = max(rows, row + 1), max(columns, column + 1), cells + 1
    yield rows * columns, cells


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place + 4 : place + 4 + min(size, 4)]
        place += 4 + size


def _workbook(file: bytes) -> bytes:
    """The stream `Workbook` (or `Book`) out of the compound file."""
    size = 1 << struct.unpack_from("<H", file, 30)[0]
    if size not in (512, 4096):
        raise ValueError(size)
    table = _table(file, size)
    directory = _chain(file, size, table, struct.unpack_from("<L", file, 48)[0])
    for place in range(0, len(directory), 128):
        name = directory[place : place + 64].decode("utf-16-le", "replace").split("\0")[0]
        if name in ("Workbook", "Book"):
            start, length = struct.unpack_from("<LL", directory, place + 116)
            small = length < struct.unpack_from("<L", file, 56)[0]
            return b"" if small else _chain(file, size, table, start)[:length]
    raise ValueError("no workbook")


def _table(file: bytes, size: int) -> list[int]:
    """Which sector follows which."""
    blocks = list(struct.unpack_from("<109L", file, 76))
    following, left = struct.unpack_from("<LL", file, 68)
    while following < ENDS and left > 0 and len(blocks) < len(file) // size + 200:
        part = struct.unpack_from(f"<{size // 4}L", file, (following + 1) * size)
        blocks.extend(part[:-1])
        following, left = part[-1], left - 1
    table: list[int] = []
    for block in blocks:
        if block < ENDS:
            table.extend(struct.unpack_from(f"<{size // 4}L", file, (block + 1) * size))
    return table


def _chain(file: bytes, size: int, table: list[int], start: int) -> bytes:
    parts: list[bytes] = []
    sector = start
    while sector < ENDS:
        if len(parts) > len(table):
            raise ValueError("a loop of sectors")
        parts.append(file[(sector + 1) * size : (sector + 2) * size])
        sector = table[sector]
    return b"".join(parts)
