"""Which rules hold for whom: the company's, changed for a department or by the person themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from otdel.notifications.models import ReminderRule
from otdel.org.rules import Tree


@dataclass(frozen=True)
class Effective:
    """A rule as it holds for one person."""

    rule_id: int
    kind: str
    trigger: str
    whom: str
    amount: int
    measure: str
    is_on: bool
    changed_by: str = ""  # "unit", "person", or "" for the company's


class Rulebook:
    """All rules, read at once."""

    def __init__(self, rows: Iterable[ReminderRule], tree: Tree) -> None:
        self._tree = tree
        self._base: list[ReminderRule] = []
        self._of_unit: dict[tuple[int, int], ReminderRule] = {}
        self._of_person: dict[tuple[int, int], ReminderRule] = {}
        for row in rows:
            if row.base_id is None:
                self._base.append(row)
            elif row.unit_id is not None:
                self._of_unit[row.base_id, row.unit_id] = row
            elif row.person_id is not None:
                self._of_person[row.base_id, row.person_id] = row

    def company(self, subject_kind: str | None = None) -> list[ReminderRule]:
        return [row for row in self._base if subject_kind is None or row.subject_kind == subject_kind]

    def has(self, code: str) -> bool:
        return any(row.code == code for row in self._base)

    def of(self, base: ReminderRule, person_id: int, unit_id: int | None) -> Effective:
        """The person's own word first, then the nearest department's above them, then the company's.

        What tells others (the head, the giver) is not for the person to change.
        """
        found, said = None, ""
        if base.whom == ReminderRule.Whom.SELF:
            found, said = self._of_person.get((base.pk, person_id)), "person"
        if found is None and unit_id is not None:
            above = (self._of_unit.get((base.pk, unit)) for unit in self._tree.above(unit_id))
            found, said = next((row for row in above if row is not None), None), "unit"
        row = found or base
        return Effective(
            base.pk, base.kind, base.trigger, base.whom, row.amount, row.measure, row.is_on, said if found else ""
        )


def rulebook(tree: Tree) -> Rulebook:
    """Return all rules. One query."""
    return Rulebook(ReminderRule.objects.order_by("position", "id"), tree)
