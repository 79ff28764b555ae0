"""`./otdel doctor`: each thing Otdel leans on, whether it holds, and what to do if not."""

from __future__ import annotations

import os
import platform
import shutil
import sys

from otdel.host import environment, folders, processes
from otdel.host.environment import Environment
from otdel.host.refusal import Refused

LEAST_FREE = 1024**3


def doctor(arguments: list[str]) -> int:
    """Print every check; 1 if one of them failed."""
    wrong = tell(
        "Python", sys.version_info < (3, 11), platform.python_version(), "Start Otdel with Python 3.11 or newer."
    )
    try:
        settings = environment.load()
    except Refused as refusal:
        tell("settings", True, " ".join(refusal.sentences), "Mend these variables of the environment.")
        return 1
    misspelt = environment.misspelt()
    tell("settings", False, " ".join(misspelt) or "all understood")
    wrong |= _folder(settings)
    try:
        with processes.database(settings) as server:
            tell("database", False, f"ours, in {server.cluster}" if server else "by DATABASE_URL")
            return processes.call(processes.django("doctor")) or int(wrong)
    except Refused as refusal:
        tell("database", True, refusal.sentences[0], " ".join(refusal.sentences[1:]))
        return 1


def tell(name: str, wrong: bool, found: str, advice: str = "") -> bool:
    print(f"{'WRONG' if wrong else 'ok':<6}{name}: {found}" + (f"\n      {advice}" if wrong and advice else ""))
    sys.stdout.flush()
    return wrong


def _folder(settings: Environment) -> bool:
    folders.make(settings.data)
    free = shutil.disk_usage(settings.data).free
    wrong = tell("data folder", not os.access(settings.data, os.W_OK), str(settings.data), "It cannot be written to.")
    found = f"{free / 1024**3:.1f} GB free"
    return wrong | tell("disk", free < LEAST_FREE, found, "Make room: PostgreSQL stops when the disk is full.")
