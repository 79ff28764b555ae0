"""Money, quantities, whole numbers, booleans, durations."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal

from otdel.interfaces.files.guess.shapes import EMPTY
from otdel.interfaces.files.problems import Problem

PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,10})?")
SIGNS = re.compile(
    r"^(?:rub|usd|eur|kzt|byn|cny|руб\.?|р\.|тг\.?|[$€£₽¥₸₴])|(?:rub|usd|eur|kzt|byn|cny|рублей|руб\.?|р\.?|тг\.?|[$€£₽¥₸₴])$",
    re.I,
)
SPACES = str.maketrans("", "", " \u00a0\u202f\u2009\u2007\t'’_")
MINUSES = str.maketrans("−–—", "---")
BODY = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d{1,2})?|\.\d+", re.I)
GROUPED = {"." : re.compile(r"\d{1,3}(?:,\d{3})+"), ",": re.compile(r"\d{1,3}(?:\.\d{3})+")}  # fmt: skip
LARGEST = Decimal(10) ** 15
TRUE = frozenset({"да", "yes", "y", "true", "истина", "1", "+", "on", "т", "t", "v", "x", "✓", "д"})
FALSE = frozenset({"нет", "no", "n", "false", "ложь", "0", "off", "f", "н"})
CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{2})(?:[.,]\d+)?")
PART = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(час[а-я]*|ч|h(?:ours?|rs?)?|мин[а-я]*|м|m(?:in(?:utes?)?)?|сек[а-я]*|с|s(?:ec(?:onds?)?)?)\.?",
    re.I,
)
UNITS = {"ч": 3600, "h": 3600, "м": 60, "m": 60, "с": 1, "s": 1}


def money(decimal: str = ".") -> Callable[[object], Decimal | Problem | None]:
    """Parser of numbers of a column whose decimal mark is known."""

    def parse(cell: object) -> Decimal | Problem | None:
        if isinstance(cell, str):
            return _from_text(cell, decimal)
        if cell is None or isinstance(cell, Problem):
            return cell
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            return Problem("not_a_number", str(cell))
        return _limited(Decimal(f"{cell:.15g}") if isinstance(cell, float) else Decimal(cell), str(cell))

    return parse


def _from_text(text: str, decimal: str) -> Decimal | Problem | None:
    if decimal == "." and PLAIN.fullmatch(text):
        return Decimal(text)
    bare = text.strip()
    if bare.lower() in EMPTY:
        return None
    if len(bare) > 60:
        return Problem("not_a_number", text[:100])
    number, negative = _signless(bare.translate(SPACES).translate(MINUSES))
    number = _pointed(number, decimal)
    if not BODY.fullmatch(number):
        return Problem("not_a_number", text[:100])
    value = Decimal(number)
    return _limited(-value if negative else value, text[:100])


def _signless(text: str) -> tuple[str, bool]:
    """Without currency, brackets and signs: `($1,200.00)`, `-5`, `5-` are negative."""
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1], True
    for _ in range(2):
        text = SIGNS.sub("", text)
        if text.startswith("-"):
            text, negative = text[1:], not negative
        elif text.endswith("-"):
            text, negative = text[:-1], not negative
        text = text.removeprefix("+")
    return text.removesuffix(",-").removesuffix("."), negative


def _pointed(text: str, decimal: str) -> str:
    """With a point as the decimal mark; the other mark may only group thousands."""
    other = "," if decimal == "." else "."
    if other in text and decimal in text:
        if text.rfind(other) > text.rfind(decimal):  # 1.234,56 in a column of points: the last mark is the decimal
            decimal, other = other, decimal
        whole, _, part = text.rpartition(decimal)
        return whole.replace(other, "") + "." + part if GROUPED[decimal].fullmatch(whole) else text + "?"
    if text.count(decimal) > 1:
        return text.replace(decimal, "") if GROUPED[other].fullmatch(text) else text + "?"
    if decimal in text:
        return text.replace(decimal, ".")
    if other in text:
        return text.replace(other, "") if GROUPED[decimal].fullmatch(text) else _lone(text, other)
    return text


def _lone(text: str, mark: str) -> str:
    """`12,5` in a column of points can only be twelve and a half."""
    return text.replace(mark, ".") if text.count(mark) == 1 else text + "?"


def _limited(value: Decimal, shown: str) -> Decimal | Problem:
    if not value.is_finite():
        return Problem("not_a_number", shown)
    return value if abs(value) < LARGEST else Problem("too_large", shown)


def integer(decimal: str = ".") -> Callable[[object], int | Problem | None]:
    number = money(decimal)

    def parse(cell: object) -> int | Problem | None:
        value = number(cell)
        if value is None or isinstance(value, Problem):
            return value
        return int(value) if value == value.to_integral_value() else Problem("not_whole", str(cell)[:100])

    return parse


def boolean(cell: object) -> bool | Problem | None:
    if isinstance(cell, bool) or cell is None or isinstance(cell, Problem):
        return cell
    text = str(cell).strip().lower()
    if text in EMPTY:
        return None
    if text in TRUE:
        return True
    return False if text in FALSE else Problem("not_yes_or_no", str(cell)[:100])


def duration(cell: object) -> int | Problem | None:
    """Seconds: `00:03:25`, `3:25`, `5 мин`, `205`, a time of day or a span of Excel."""
    if cell is None or isinstance(cell, Problem):
        return cell
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    if isinstance(cell, timedelta):
        return int(cell.total_seconds())
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _seconds(float(cell), str(cell))
    return _duration_text(str(cell).strip().lower())


def _duration_text(text: str) -> int | Problem | None:
    if text in EMPTY:
        return None
    clock = CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    if text.replace(".", "", 1).isdecimal():
        return _seconds(float(text), text)
    parts = PART.findall(text)
    if not parts or PART.sub("", text).strip(" ,"):
        return Problem("not_a_duration", text[:100])
    return round(sum(float(amount.replace(",", ".")) * UNITS[unit[0].lower()] for amount, unit in parts))


def _seconds(value: float, shown: str) -> int | Problem:
    return round(value) if 0 <= value < 10_000_000 else Problem("not_a_duration", shown[:100])
