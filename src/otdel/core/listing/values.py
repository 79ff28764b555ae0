"""What people type into addresses and forms, read without ever failing."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

BIGGEST_ID = 2**63 - 1
_SPACES = re.compile(r"[\s\u00a0\u202f']")


def clean_text(text: str, longest: int = 200) -> str:
    """Return the text without what PostgreSQL cannot hold."""
    kept = text[:longest].replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    return " ".join(kept.split()) if longest <= 200 else kept


def read_id(text: str) -> int | None:
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    number = int(text)
    return number if 0 < number <= BIGGEST_ID else None


def read_day(text: str) -> date | None:
    """Return the day written as 2026-11-20 or 20.11.2026."""
    text = text.strip()[:10]
    if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
        text = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2199 else None


def read_amount(text: str) -> Decimal | None:
    """Return the amount written with spaces, a comma or a point: «1 234,50»."""
    text = _SPACES.sub("", text[:40]).replace(",", ".").replace("−", "-")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.adjusted() < 15 else None
