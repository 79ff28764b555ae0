"""What may be done with a plan, and by whom. Plain decisions: no queries, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from otdel.core.errors import Conflict, Invalid, NotAllowed
from otdel.core.periods import Kind, Period
from otdel.plans.models import Plan

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


@dataclass(frozen=True)
class LineKey:
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
        return ".".join("" if part is None else str(int(part)) for part in astuple(self))

    @classmethod
    def parse(cls, text: str) -> LineKey:
        """Return the key written by str(). Raises ValueError."""
        parts = [int(part) if part else None for part in text.split(".")]
        if len(parts) != 7 or parts[0] is None or parts[6] not in (None, 0, 1):
            raise ValueError(f"not a plan line: {text[:60]!r}")
        unit, person, group, segment, region, channel, new = parts
        return cls(unit, person, group, segment, region, channel, None if new is None else bool(new))

    @property
    def is_total(self) -> bool:
        """The line is not cut by any segment."""
        return self == LineKey(self.unit_id, self.person_id)


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
