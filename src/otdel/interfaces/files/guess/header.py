"""Is there a header, and in which row."""

from __future__ import annotations

from collections.abc import Sequence

from otdel.interfaces.files.guess.shapes import shape
from otdel.interfaces.files.targets.names import is_known_name

LOOK_AT = 25
WORDS = frozenset({"text", "boolean", "empty"})


def find_header(top: Sequence[tuple[int, Sequence[object]]], width: int, sure: bool = False) -> int | None:
    """The first row wide enough and made of words, over rows unlike it; None when data begin at once."""
    for index, (number, cells) in enumerate(top[:LOOK_AT]):
        if _filled(cells) < max(1, width * 0.5) and not _known_share(cells) > 0.5:
            continue
        if _is_header(cells, [row for _, row in top[index + 1 :]]):
            return number
        break
    return _widest(top, width) if sure else None


def is_words(cells: Sequence[object]) -> bool:
    """No number, e-mail or phone; a period such as "March 2026" may name a column."""
    shapes = [shape(cell) for cell in cells]
    return all(s in WORDS or _is_period(cell, s) for cell, s in zip(cells, shapes, strict=True)) and "text" in shapes


def _is_period(cell: object, kind: str) -> bool:
    return kind in ("period", "date")


def _is_header(cells: Sequence[object], below: list[Sequence[object]]) -> bool:
    known = _known_share(cells)
    if known >= 0.5:
        return True
    if not is_words(cells) or all(shape(cell) != "text" for cell in cells):
        return False
    if known > 0 or not below:
        return True
    return _stands_out(cells, below)


def _stands_out(cells: Sequence[object], below: list[Sequence[object]]) -> bool:
    """Numbers under words, or, in a table of words alone, names never met again as values."""
    for column, cell in enumerate(cells):
        kinds = {shape(row[column]) for row in below if column < len(row)} - {"empty"}
        if kinds and shape(cell) == "text" and not kinds & {"text", "problem"}:
            return True
    values = {str(cell).strip().lower() for row in below for cell in row if cell}
    names = [str(cell).strip().lower() for cell in cells if shape(cell) == "text"]
    return len(set(names)) == len(names) and not any(name in values for name in names)


def _known_share(cells: Sequence[object]) -> float:
    names = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
    return sum(map(is_known_name, names)) / len(names) if names else 0.0


def _filled(cells: Sequence[object]) -> int:
    return sum(shape(cell) != "empty" for cell in cells)


def _widest(top: Sequence[tuple[int, Sequence[object]]], width: int) -> int | None:
    return next((number for number, cells in top if _filled(cells) >= width * 0.5), top[0][0] if top else None)
