"""Reading one value: a number, a yes, a size, a zone, a folder. Raises ValueError with what is expected."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable
from pathlib import Path

LANGUAGES = ("ru", "en")


def text(value: str) -> str:
    return value


def number(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return int(value)

    return parse


def perhaps(value: str) -> bool | None:
    return yes_no(value) if value else None


def perhaps_port(value: str) -> int | None:
    return number(0, 65535)(value) if value else None


def yes_no(value: str) -> bool:
    word = value.lower()
    if word in ("yes", "true", "1", "on"):
        return True
    if word in ("no", "false", "0", "off"):
        return False
    raise ValueError("give yes or no")


def language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"give one of: {', '.join(LANGUAGES)}")
    return value


def time_zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("give a zone such as Europe/Moscow or Asia/Yekaterinburg") from None
    return value


def size(value: str) -> int:
    match = re.fullmatch(r"(\d+)\s*([kmg]?)i?b?", value.lower())
    size = int(match[1]) * 1024 ** " kmg".index(match[2] or " ") if match else 0
    if not 1024 <= size <= 4 * 1024**3:
        raise ValueError("give a size from 1 KB to 4 GB, such as 25 MB")
    return size


def program_folder(value: str) -> Path | None:
    if not value:
        return None
    path = Path(value).expanduser()
    if not (path / "postgres").is_file() or not (path / "initdb").is_file():
        raise ValueError("give the folder with the programs postgres and initdb, such as /usr/lib/postgresql/16/bin")
    return path.resolve()


def secret(value: str) -> str:
    if value and len(value) < 32:
        raise ValueError("give at least 32 random characters, or leave it out and one is made and kept for you")
    return value


def token(value: str) -> str:
    if value and (len(value) < 32 or not value.isascii() or any(sign.isspace() for sign in value)):
        raise ValueError("give at least 32 random letters and digits, or leave it out and only this machine may ask")
    return value
