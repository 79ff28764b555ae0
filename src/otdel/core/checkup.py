"""What `./otdel doctor` asks of the rooms above: each adds its question when Django is ready."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Finding = tuple[str, bool, str, str]  # name, is it well, what was found, what to do if not
QUESTIONS: list[Callable[[datetime], Finding]] = []


def question(ask: Callable[[datetime], Finding]) -> Callable[[datetime], Finding]:
    """Have it asked whenever somebody runs the doctor."""
    QUESTIONS.append(ask)
    return ask
