"""In what order the lines of a board stand: as in the organisation, or by a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Protocol, TypeVar

from otdel.plans.queries.figures import Figures

# What a board may be sorted by, as its address says it; "-" before it is "the largest first".
SORTS: Mapping[str, Callable[[Figures], Decimal | None]] = {
    "plan": lambda figures: figures.amount,
    "due": lambda figures: figures.expected,
    "fact": lambda figures: figures.fact,
    "gap": lambda figures: figures.gap,
    "deviation": lambda figures: figures.deviation,
    "done": lambda figures: figures.attainment,
    "share": lambda figures: figures.share,
    "pace": lambda figures: figures.landing,
    "needed": lambda figures: figures.needed,
}


class HasFigures(Protocol):
    @property
    def figures(self) -> Figures: ...


Line = TypeVar("Line", bound=HasFigures)


def is_sort(text: str) -> bool:
    return text.removeprefix("-") in SORTS


def in_order(lines: Iterable[Line], sort: str) -> tuple[Line, ...]:
    """Sort the lines of one place; equal ones stay as they stood, and those without the number come last either way.

    The lines of a board are all children of one department, so a subtotal is never torn from what it adds up.
    """
    if not sort:
        return tuple(lines)
    number = SORTS[sort.removeprefix("-")]
    judged = [(number(line.figures), line) for line in lines]
    known = [(value, line) for value, line in judged if value is not None]
    known.sort(key=lambda pair: pair[0], reverse=sort.startswith("-"))
    return (*(line for _value, line in known), *(line for value, line in judged if value is None))
