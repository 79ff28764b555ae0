"""What may be done with a plan, and by whom. Plain decisions: no queries, no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from otdel.core.errors import Conflict, Invalid, NotAllowed
from otdel.core.periods import Kind, Period
from otdel.org.rules import Tree
from otdel.plans.models import Plan

ZERO = Decimal(0)
LARGEST = Decimal("999999999999999.99")
# A year by weeks for a department of thousands; more is a mistake in the choice of step.
MOST_COLUMNS = 60


class PlanIsFixed(Conflict):
    """An approved plan changes only by a new version."""


class OwnPlan(NotAllowed):
    """Nobody approves their own plan."""


class CellChanged(Conflict):
    """Somebody changed the same numbers meanwhile."""


class PlannedTwice(Conflict):
    """Another approved plan already has these lines."""


class LineKey(NamedTuple):
    """Whose line it is and what it is cut by. Empty parts mean "all"."""

    unit_id: int
    person_id: int | None = None
    product_group_id: int | None = None
    client_segment_id: int | None = None
    region_id: int | None = None
    channel_id: int | None = None
    is_new_client: bool | None = None

    def __str__(self) -> str:
        """The form pages and files carry: 12.34...-."""
        return ".".join("" if part is None else str(int(part)) for part in self)

    @classmethod
    def parse(cls, text: str) -> LineKey:
        """Return the key written by str(). Raises ValueError."""
        parts = [int(part) if part else None for part in text.split(".")]
        if len(parts) != 7 or parts[0] is None or parts[6] not in (None, 0, 1):
            raise ValueError(f"not a plan line: {text[:60]!r}")
        unit, person, group, segment, region, channel, new = parts
        return cls(unit or 0, person, group, segment, region, channel, None if new is None else bool(new))

    @property
    def is_total(self) -> bool:
        """The line is not cut by any segment."""
        return self == LineKey(self.unit_id, self.person_id)


class Sums:
    """One period's lines rolled up: a target's own amount, and what stands below a department."""

    def __init__(self, lines: Iterable[tuple[LineKey, Decimal]], tree: Tree) -> None:
        self._tree = tree
        self._below: dict[int, Decimal | None] = {}
        self._own: dict[tuple[int, int | None], Decimal] = {}
        self._people: dict[int, set[int]] = defaultdict(set)
        uncut: dict[tuple[int, int | None], Decimal] = {}
        for key, amount in lines:
            target = (key.unit_id, key.person_id)
            sums = uncut if key.is_total else self._own
            sums[target] = sums.get(target, ZERO) + amount
            if key.person_id is not None:
                self._people[key.unit_id].add(key.person_id)
        # an uncut line is the target's plan; segment lines then only say what it consists of
        self._own |= uncut

    def own(self, unit_id: int, person_id: int | None = None) -> Decimal | None:
        """The uncut line of a target, else the sum of its segment lines, else None."""
        return self._own.get((unit_id, person_id))

    def below(self, unit_id: int) -> Decimal | None:
        """The sum over the department's people and the departments under it; None where nothing is planned."""
        if unit_id not in self._below:
            parts = [self.own(unit_id, person) for person in self._people.get(unit_id, ())]
            parts += [self.unit(child) for child in self._tree.children.get(unit_id, ())]
            known = [part for part in parts if part is not None]
            self._below[unit_id] = sum(known, ZERO) if known else None
        return self._below[unit_id]

    def unit(self, unit_id: int) -> Decimal | None:
        """A department's plan: its own line, else what stands below it."""
        own = self.own(unit_id)
        return own if own is not None else self.below(unit_id)


def columns_of(period: Period, step: Kind) -> list[Period]:
    """Return the sub-periods of a plan. Raises Invalid when the step does not suit the period."""
    pieces = period.split(step)
    if len(pieces) > MOST_COLUMNS:
        raise Invalid(_("The step is too small for this period: choose a longer step."), field="step")
    return pieces


def check_amount(amount: Decimal) -> None:
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise Invalid(_("This amount is too large."))
    if amount < 0:
        raise Invalid(_("A plan cannot be negative."))


def check_editable(plan: Plan) -> None:
    if plan.status == Plan.Status.AGREED:
        raise PlanIsFixed(_("The plan is agreed. Return it to draft to change it."))
    if plan.status != Plan.Status.DRAFT:
        raise PlanIsFixed(_("An approved plan changes only by a new version. Create one and say why."))


def check_approval(plan: Plan, *, approver_id: int, planned_people: Iterable[int]) -> None:
    if plan.status != Plan.Status.AGREED:
        raise Conflict(_("Only an agreed plan can be approved. Agree it first."))
    if plan.author_id == approver_id:
        raise OwnPlan(_("You made this plan. Another head or the director has to approve it."))
    if approver_id in planned_people:
        raise OwnPlan(_("Your own line is in this plan. Another head or the director has to approve it."))


def check_revision(plan: Plan, reason: str) -> None:
    if plan.status != Plan.Status.APPROVED:
        raise Conflict(_("Only an approved plan gets a new version. Change this one directly."))
    if not reason.strip():
        raise Invalid(_("Say why the plan changes: it stays in its history."), field="reason")
