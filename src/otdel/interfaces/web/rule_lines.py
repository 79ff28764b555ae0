"""Rules of reminding as the lines of one form: what holds, what was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from otdel.core.errors import Invalid
from otdel.notifications import actions, queries, rules


@dataclass(frozen=True)
class Line:
    row: queries.RuleRow
    is_on: bool
    amount: str
    measure: str
    error: str = ""

    @property
    def is_changed(self) -> bool:
        holds = self.row.holds
        return (self.is_on, self.amount, self.measure) != (holds.is_on, str(holds.amount), holds.measure)

    @property
    def values(self) -> actions.RuleValues:
        return actions.RuleValues(int(self.amount), self.measure, self.is_on)


def shown(rows: Iterable[queries.RuleRow]) -> list[Line]:
    return [Line(row, row.holds.is_on, str(row.holds.amount), row.holds.measure) for row in rows]


def typed(rows: Iterable[queries.RuleRow], data: QueryDict) -> list[Line]:
    """Return the lines as they were typed; those the page did not have stay as they are."""
    given = set(data.getlist("rule"))
    return [_typed(line, data) if str(line.row.id) in given else line for line in shown(rows)]


def _typed(line: Line, data: QueryDict) -> Line:
    pk = line.row.id
    line = replace(line, is_on=f"on-{pk}" in data)
    if line.row.has_amount:
        amount = data.get(f"amount-{pk}", line.amount).strip()
        line = replace(line, amount=amount, measure=data.get(f"measure-{pk}", line.measure))
    return replace(line, error=_wrong(line)) if line.is_changed else line


def _wrong(line: Line) -> str:
    if not (line.amount.isascii() and line.amount.isdigit() and len(line.amount) < 8):
        return _("Enter a whole number of days or minutes.")
    try:
        rules.check_rule(int(line.amount), line.measure)
    except Invalid as refusal:
        return str(refusal)
    return ""


def changes(lines: Iterable[Line]) -> dict[int, actions.RuleValues]:
    """Return what differs from what holds."""
    return {line.row.id: line.values for line in lines if line.is_changed}
