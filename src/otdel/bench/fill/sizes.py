"""How much data there is, and the people everything is asked as."""

from __future__ import annotations

from dataclasses import dataclass

MONTHS = 36
PEOPLE, IN_UNIT = 1000, 30
DIRECTOR = 1
BUSY, BUSY_TASKS = 32, 200  # heads nobody


@dataclass(frozen=True)
class Size:
    """How much data: everything else follows from the number of deals."""

    name: str
    deals: int
    people: int = PEOPLE

    @property
    def customers(self) -> int:
        return max(self.deals // 10, 100)

    @property
    def database(self) -> str:
        return f"otdel_bench_{self.name}"


SIZES = {
    size.name: size
    for size in (Size("1k", 1_000, 60), Size("10k", 10_000), Size("100k", 100_000), Size("1m", 1_000_000))
}


def unit_of(person: str) -> str:
    """Return SQL of the department a person is in."""
    return f"(2 + (({person}) - 1) / {IN_UNIT})"
