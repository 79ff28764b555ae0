"""A guess with its reason; the decimal mark of a column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

MARKED = re.compile(r"\d[\d \u00a0\u202f.,]*\d|\d")


class Guess(NamedTuple):
    """`reason` is a code (see `sentences`), `evidence` the value that decided."""

    value: str
    certain: bool
    reason: str
    evidence: str = ""


def guess_decimal(texts: Sequence[str], comma_country: bool) -> Guess:
    """By the first number that can be read one way only; `1,200` alone cannot."""
    doubtful = ""
    for text in texts:
        match = MARKED.search(text)
        number = match.group() if match else ""
        if "," not in number and "." not in number:
            continue
        mark = _mark(number)
        if mark:
            return Guess(mark, True, "seen", text)
        doubtful = doubtful or text
    if not doubtful:
        return Guess(".", True, "no_marks")
    if "$" in doubtful or "£" in doubtful:
        return Guess(".", False, "currency", doubtful)
    return Guess("," if comma_country else ".", False, "custom", doubtful)


def _mark(number: str) -> str:
    commas, points = number.count(","), number.count(".")
    if commas and points:
        return "," if number.rfind(",") > number.rfind(".") else "."
    mark, other = (",", ".") if commas else (".", ",")
    if number.count(mark) > 1:
        return other
    whole, _, part = number.partition(mark)
    three = len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    return "" if three else mark
