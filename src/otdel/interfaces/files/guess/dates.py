"""Day before month or month before day, by all values of a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from otdel.interfaces.files.guess.marks import Guess

PARTS = re.compile(r"(\d{1,4})([./\-])(\d{1,2})[./\-](\d{1,4})")
NO_DATES = Guess("DMY", True, "no_dates")


def guess_order(texts: Sequence[str], cyrillic: bool) -> Guess:
    """Certain when some value can be read one way only; otherwise says by what custom it chose.

    A year of four digits in front says itself where it stands and votes for nothing.
    """
    votes: dict[str, int] = {}
    evidence: dict[str, str] = {}
    unclear: list[tuple[int, int, int, str]] = []
    year_first = ""
    for text, first, mark, second, third in _parts(texts):
        order = _order(first, second)
        if len(first) > 2:
            year_first = year_first or text
        elif order:
            votes[order] = votes.get(order, 0) + 1
            evidence.setdefault(order, text)
        else:
            unclear.append((int(first), int(second), int(third), mark))
    if votes:
        return _by_votes(votes, evidence)
    if unclear:
        return _by_custom(unclear, texts, cyrillic)
    return Guess("YMD", True, "seen", year_first) if year_first else NO_DATES


def _by_votes(votes: dict[str, int], evidence: dict[str, str]) -> Guess:
    best = max(votes, key=lambda order: votes[order])
    rivals = set(votes) & {"DMY", "MDY"}
    if len(rivals) == 2:
        lesser = min(rivals, key=lambda order: votes[order])
        return Guess(best, False, "mixed", evidence[lesser])
    return Guess(best, True, "seen", evidence[best])


def _parts(texts: Sequence[str]) -> Iterator[tuple[str, str, str, str, str]]:
    for text in texts:
        match = PARTS.match(text.removeprefix("'"))
        if match:
            first, mark, second, third = match.groups()
            yield text, first, mark, second, third


def _order(first: str, second: str) -> str:
    if int(first) > 31:
        return "YMD"
    if int(first) > 12:
        return "DMY"
    return "MDY" if int(second) > 12 else ""


def _by_custom(unclear: list[tuple[int, int, int, str]], texts: Sequence[str], cyrillic: bool) -> Guess:
    evidence = texts[0] if texts else ""
    if unclear[0][3] == ".":
        return Guess("DMY", True, "dots", evidence)
    rises = _rises(unclear, month_first=False), _rises(unclear, month_first=True)
    if len(unclear) > 4 and rises[0] != rises[1]:
        return Guess("DMY" if rises[0] > rises[1] else "MDY", False, "sorted", evidence)
    slash_abroad = unclear[0][3] == "/" and not cyrillic
    return Guess("MDY" if slash_abroad else "DMY", False, "custom", evidence)


def _rises(dates: list[tuple[int, int, int, str]], month_first: bool) -> int:
    """How many neighbours stand in the order of time, read this way."""
    keys = [(year, a, b) if month_first else (year, b, a) for a, b, year, _ in dates]
    pairs = list(zip(keys, keys[1:], strict=False))
    return max(sum(a <= b for a, b in pairs), sum(a >= b for a, b in pairs))
