"""What may happen to a lead and a deal. Plain decisions: no queries, no clock."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from otdel.core.errors import Conflict, Invalid
from otdel.deals.models import Lead, Stage

DEAL_TEXTS = {"title": 250, "note": 20_000}
LEAD_TEXTS = {
    "title": 250,
    "company_name": 250,
    "person_name": 160,
    "phone": 32,
    "email": 254,
    "note": 20_000,
}
BIGGEST = Decimal(10) ** 13


class MoveRefused(Conflict):
    """The deal cannot go to that stage."""


class LeadClosed(Conflict):
    """The lead is converted or rejected."""


class StageInUse(Conflict):
    """Deals are, or were, at this stage."""


def check_move(
    *, current: Stage, target: Stage, amount: Decimal | None, reason_id: int | None, reasons_exist: bool
) -> None:
    """Refuse a move of a closed deal, a win without an amount, a loss without a reason, a stage out of use."""
    if current.outcome != Stage.Outcome.OPEN:
        raise MoveRefused(_("The deal is closed. Reopen it first."))
    if not target.is_active:
        raise MoveRefused(_("This stage is out of use."))
    check_outcome(target, amount, reason_id, reasons_exist)


def check_outcome(target: Stage, amount: Decimal | None, reason_id: int | None, reasons_exist: bool) -> None:
    if target.outcome == Stage.Outcome.WON and not amount:
        raise Invalid(_("A won deal needs an amount."), field="amount")
    if target.outcome == Stage.Outcome.LOST and reasons_exist and reason_id is None:
        raise Invalid(_("Say why the deal was lost."), field="loss_reason")


def check_reopen(*, current: Stage, target: Stage) -> None:
    if current.outcome == Stage.Outcome.OPEN:
        raise MoveRefused(_("The deal is open already."))
    if target.outcome != Stage.Outcome.OPEN or not target.is_active:
        raise MoveRefused(_("Choose an open stage."))


def check_amount(amount: Decimal | None) -> None:
    if amount is None:
        return
    if amount < 0:
        raise Invalid(_("The amount cannot be negative."), field="amount")
    if amount >= BIGGEST:
        raise Invalid(_("The amount is too large."), field="amount")


def check_lead_open(lead: Lead) -> None:
    if lead.status in (Lead.Status.CONVERTED, Lead.Status.REJECTED):
        raise LeadClosed(_("The lead is closed already."))


def check_stage(outcome: str, probability: int | None) -> None:
    if outcome not in Stage.Outcome.values:
        raise Invalid(_("Choose what the stage means."), field="outcome")
    if probability is not None and not 0 <= probability <= 100:
        raise Invalid(_("A chance is from 0 to 100 per cent."), field="probability")


def chance(stage: Stage, probability: int | None) -> int | None:
    """Return the chance a closed stage has by itself."""
    return {Stage.Outcome.WON: 100, Stage.Outcome.LOST: 0}.get(Stage.Outcome(stage.outcome), probability)
