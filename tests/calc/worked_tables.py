"""Reads the worked tables of docs/methods, so that a page cannot say what the code does not do."""

from __future__ import annotations

import math
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
Row = list[float]


def tables(page: str, language: str = "en") -> list[list[Row]]:
    """Return every table of the page in order, as numbers: a percentage becomes a fraction, a dash or a
    word NaN, yes 1 and no 0."""
    return [[[_number(cell, language) for cell in row] for row in rows] for rows in cells(page, language)]


def cells(page: str, language: str = "en") -> list[list[list[str]]]:
    """Return every table of the page in order, as it is written."""
    folder = DOCS / "methods" if language == "en" else DOCS / language / "methods"
    found: list[list[list[str]]] = []
    previous = ""
    for line in (folder / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("|") and not previous.startswith("|"):
            found.append([])
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        previous = line
    return [rows[2:] for rows in found]


def _number(cell: str, language: str) -> float:
    text = cell.strip().replace("−", "-")
    if text in {"yes", "да"}:
        return 1.0
    if text in {"no", "нет"}:
        return 0.0
    scale = 100 if text.endswith("%") else 1
    text = text.removesuffix("%").replace(" ", "").replace("\u00a0", "")
    text = text.replace(",", "") if language == "en" else text.replace(",", ".")
    try:
        return float(text) / scale
    except ValueError:
        return math.nan
