"""The table people read, and its place in docs/performance.md."""

from __future__ import annotations

import argparse
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otdel.bench.load import Ratio

PAGES = ("<!-- bench: begin -->", "<!-- bench: end -->")
IMPORTS = ("<!-- imports: begin -->", "<!-- imports: end -->")
SWEEP = ("<!-- sweep: begin -->", "<!-- sweep: end -->")
RULES = ("<!-- rules: begin -->", "<!-- rules: end -->")
REFILL = ("<!-- refill: begin -->", "<!-- refill: end -->")
SOME_IMPORTS = ("<!-- some imports: begin -->", "<!-- some imports: end -->")
ENOUGH, MOST_QUERIES, MOST_GROWTH = 0.5, 8, 1.25


@dataclass(frozen=True)
class Line:
    """One page at one size."""

    size: str
    rates: list[float]
    ratio: Ratio
    queries: int

    @property
    def good(self) -> bool:
        return self.ratio.median >= ENOUGH and self.queries <= MOST_QUERIES


@dataclass(frozen=True)
class Result:
    """One page at every size, and how many times dearer the biggest is than the smallest."""

    name: str
    lines: list[Line]
    growth: Ratio | None

    @property
    def good(self) -> bool:
        return all(line.good for line in self.lines) and (self.growth is None or self.growth.median <= MOST_GROWTH)


def table(results: list[Result], machine: str, given: argparse.Namespace) -> str:
    head = "| page | deals | of the floor's requests per second | requests per second | queries | growth |"
    rows = [head, "|---|--:|--:|--:|--:|--:|"]
    for result in results:
        for line in result.lines:
            last = line is result.lines[-1]
            growth = f"{result.growth}" if last and result.growth else ""
            mark = "" if line.good else " ✗"
            rows.append(
                f"| {result.name} | {line.size} | {line.ratio}{mark} | {statistics.median(line.rates):.0f} "
                f"| {line.queries} | {growth} |"
            )
    told = f"{machine}; {given.rounds} rounds of {given.seconds:g} s, {given.connections} connections."
    return "\n".join([told, "", *rows])


def refill_table(found: list[dict[str, Any]]) -> str:
    head = (
        "| records | deals | a day, times its bare sum | a month of days together, times theirs | days a second |\n"
        "|---|--:|--:|--:|--:|"
    )
    rows = [
        f"| {each['source']} | {each['size']} | {each['one']['times']:.1f} | {each['many']['times']:.1f} "
        f"| {each['days'] / each['many']['seconds']:.0f} |"
        for each in found
    ]
    return "\n".join([head, *rows])


def sweep_table(found: list[dict[str, Any]]) -> str:
    rows = ["| open tasks | of the floor's reminders per second | reminders a second | growth |", "|--:|--:|--:|--:|"]
    for each in found:
        mark = "" if each["of_floor"] >= ENOUGH else " ✗"
        growth = f"{each['seconds'] / found[0]['seconds']:.2f}" if each is not found[0] else ""
        speed = each["reminders"] / each["seconds"]
        rows.append(f"| {each['size']} | {each['of_floor']:.2f}{mark} | {speed:.0f} | {growth} |")
    return "\n".join(rows)


RULE_NAMES = {
    "INVOICE_OVERDUE": "an invoice is overdue",
    "DEAL_STANDS": "a deal stands",
    "NO_CONTACT": "no contact with a customer",
    "DEAL_NO_STEP": "a deal without a next step",
}


def rules_table(found: list[dict[str, Any]]) -> str:
    rows = ["| rule | deals | became so in the week | ours, ms | of the floor |", "|---|--:|--:|--:|--:|"]
    for each in found:
        mark = "" if each["of_floor"] >= ENOUGH else " ✗"
        rows.append(
            f"| {RULE_NAMES[each['rule']]} | {each['size']} | {each['became']} | {each['ours'] * 1000:.1f} "
            f"| {each['of_floor']:.2f}{mark} |"
        )
    return "\n".join(rows)


def write(path: Path, text: str, marks: tuple[str, str] = PAGES) -> None:
    """Put the table between its marks."""
    begin, end = marks
    old = path.read_text()
    before, _, rest = old.partition(begin)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")
