"""What each column holds: its kind by content, the order of its dates, its decimal mark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from otdel.core.requisites import check_inn
from otdel.interfaces.files.guess.dates import NO_DATES, guess_order
from otdel.interfaces.files.guess.marks import Guess, guess_decimal
from otdel.interfaces.files.guess.shapes import COMPACT_DATE, COMPANY, shape
from otdel.interfaces.files.readers import Table
from otdel.interfaces.files.readers.base import Row

SAMPLE_ROWS, SAMPLE_CELLS, FEWEST_ROWS = 2_000, 200_000, 100
"""A wide table is judged by fewer rows: somebody waits for the page."""
MOST_ROWS = 50_000
"""How far to look for a date that tells day from month."""
ENOUGH = 0.8
INN_LENGTHS = (10, 12)


@dataclass(frozen=True)
class Profile:
    """A column by its content."""

    position: int
    kind: str
    filled: float
    distinct: int
    examples: tuple[str, ...]
    order: Guess = NO_DATES
    decimal: Guess = Guess(".", True, "no_marks")
    # names with a legal form: whoever is called so is no person
    companies: bool = False


def sample(table: Table) -> list[Row]:
    return list(islice(table.rows(), _sample_rows(table)))


def _sample_rows(table: Table) -> int:
    return min(SAMPLE_ROWS, max(FEWEST_ROWS, SAMPLE_CELLS // max(table.width, 1)))


def profile(table: Table, rows: list[Row] | None = None) -> tuple[Profile, ...]:
    rows = sample(table) if rows is None else rows
    columns = [[cells[position] for _, cells in rows] for position in range(table.width)]
    cyrillic = _is_cyrillic(table, rows)
    found = [_profile(position, cells, table, cyrillic) for position, cells in enumerate(columns)]
    return tuple(_settle(table, found, len(rows), cyrillic))


def _profile(position: int, cells: Sequence[object], table: Table, cyrillic: bool) -> Profile:
    shaped = [shape(cell) for cell in cells]
    shapes = Counter(shaped)
    filled = [cell for cell, its in zip(cells, shaped, strict=True) if its != "empty"]
    kind = _kind(shapes, filled)
    texts = [cell.strip() for cell in filled if isinstance(cell, str)]
    return Profile(
        position=position,
        kind=kind,
        filled=len(filled) / len(cells) if cells else 0.0,
        distinct=len(set(map(str, filled))),
        examples=tuple(dict.fromkeys(str(cell)[:60] for cell in filled[:50]))[:3],
        order=guess_order(texts, cyrillic) if kind in ("date", "datetime") else NO_DATES,
        decimal=guess_decimal(texts, cyrillic or table.delimiter == ";"),
        companies=kind in ("text", "choice") and sum(map(_is_company, texts)) * 2 > len(filled),
    )


def _kind(shapes: Counter[str], filled: Sequence[object]) -> str:
    total = len(filled)
    if not total:
        return "empty"
    for simple in ("email", "phone", "boolean", "period", "time"):
        if shapes[simple] >= total * ENOUGH:
            return "inn" if simple == "phone" and _are_inn(filled) else simple
    if shapes["date"] >= total * ENOUGH:
        return "datetime" if any(_has_time(cell) for cell in filled) else "date"
    if shapes["integer"] + shapes["number"] >= total * ENOUGH:
        return "money" if shapes["number"] else _whole_kind(filled)
    return _text_kind(filled)


def _is_company(text: str) -> bool:
    return COMPANY.fullmatch(text) is not None


def _has_time(cell: object) -> bool:
    text = str(cell)
    return ":" in text and not any(zero in text for zero in (" 00:00", "T00:00"))


def _whole_kind(filled: Sequence[object]) -> str:
    texts = [str(cell).strip() for cell in filled]
    if all(len(text) == 4 and "1950" <= text <= "2100" for text in texts):
        return "year"
    if len(texts) > 3 and set(texts) <= {"1", "2", "3", "4"}:
        return "quarter"
    if all(COMPACT_DATE.fullmatch(text) for text in texts):
        return "compact_date"
    if _are_inn(filled):
        return "inn"
    distinct = len(set(texts))
    if distinct == len(texts) and distinct > 2:
        return "id"
    return "key" if distinct < len(texts) * 0.7 else "integer"


def _are_inn(filled: Sequence[object]) -> bool:
    texts = [text for cell in filled if len(text := str(cell).strip()) in INN_LENGTHS]
    return len(texts) >= len(filled) * ENOUGH and sum(map(check_inn, texts)) >= len(filled) * ENOUGH


def _text_kind(filled: Sequence[object]) -> str:
    texts = [str(cell).strip() for cell in filled]
    distinct = set(texts)
    if len(distinct) == len(texts) > 2 and all(_is_code(text) for text in texts):
        return "id"
    return "choice" if len(distinct) <= max(2, len(texts) * 0.5) else "text"


def _is_code(text: str) -> bool:
    return " " not in text and any(char.isdigit() for char in text) and len(text) < 41


def _is_cyrillic(table: Table, rows: list[Row]) -> bool:
    names = "".join(header.name for header in table.headers)
    text = names or " ".join(str(cell) for _, cells in rows[:20] for cell in cells)
    return any("а" <= char.lower() <= "я" for char in text)


def _settle(table: Table, found: list[Profile], seen: int, cyrillic: bool) -> Iterable[Profile]:
    """A column whose dates can be read both ways is looked at further, then asks its neighbours."""
    open_ones = [p for p in found if p.kind in ("date", "datetime") and not p.order.certain]
    if open_ones and seen >= _sample_rows(table):
        found = _look_further(table, found, {p.position for p in open_ones}, cyrillic)
    sure = Counter(p.order.value for p in found if p.order.reason in ("seen", "dots") and p.order.value != "YMD")
    for p in found:
        if sure and not p.order.certain and p.order.reason in ("sorted", "custom"):
            p = replace(p, order=Guess(sure.most_common(1)[0][0], True, "neighbour", p.order.evidence))
        yield p


def _look_further(table: Table, found: list[Profile], positions: set[int], cyrillic: bool) -> list[Profile]:
    texts: dict[int, list[str]] = {position: [] for position in positions}
    for _, cells in islice(table.rows(), MOST_ROWS):
        for position in positions:
            cell = cells[position]
            if isinstance(cell, str) and cell.strip():
                texts[position].append(cell.strip())
    return [replace(p, order=guess_order(texts[p.position], cyrillic)) if p.position in positions else p for p in found]
