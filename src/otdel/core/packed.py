"""A place in a list as a piece of an address: values packed into letters, and only what we packed read back."""

from __future__ import annotations

import base64
import json
from typing import Any


def pack(*values: Any) -> str:
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def unpack(text: str, longest: int = 4000) -> list[Any]:
    """Return the values. Raises ValueError for anything that is no list we packed."""
    text = text[:longest]
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except RecursionError as deep:
        raise ValueError("packed too deep") from deep
    if not isinstance(found, list):
        raise ValueError("no list")
    return found
