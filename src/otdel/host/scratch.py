"""Temporary files of our programs: on the disk of the data folder, and gone with the program that left them.

A killed program deletes nothing behind it, an upload of half a gigabyte or an unpacked workbook among the rest; and
where /tmp lies in memory, it is no place for either.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path


def folder(data: Path, name: str) -> Path:
    """The folder of a program we look after."""
    return data / "tmp" / f"{name}-{os.getpid()}"


def emptied(mine: Path) -> Path:
    """What the program left when it was killed goes before it starts again."""
    shutil.rmtree(mine, ignore_errors=True)
    mine.mkdir(parents=True, mode=0o700)
    return mine


def sweep(data: Path) -> None:
    """Remove what those who looked after programs before us left behind."""
    with contextlib.suppress(OSError):
        for left in (data / "tmp").iterdir():
            if not _is_used(left.name):
                shutil.rmtree(left, ignore_errors=True)


def _is_used(name: str) -> bool:
    number = name.rpartition("-")[2]
    if not number.isdecimal() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
