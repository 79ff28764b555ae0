"""A deal's way through the stages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from otdel.core import journal, live
from otdel.core.act import action
from otdel.core.errors import NotFound
from otdel.deals import access, rules
from otdel.deals.actions.deals import close, loss_reason, reasons_exist
from otdel.deals.models import Deal, Stage, StageChange
from otdel.org.models import Person


@action
def move_deal(
    *,
    by: Person,
    deal_id: int,
    stage_id: int,
    amount: Decimal | None = None,
    loss_reason_id: int | None = None,
    today: date,
    now: datetime,
) -> Deal:
    """Move an open deal to another stage; a closing stage dates it and keeps the owner's department of the day.

    An amount or a reason given with the move is written with it. Raises NotFound, NotAllowed, MoveRefused, Invalid.
    """
    deal = access.deal_for_change(by, deal_id)
    target = _stage(stage_id)
    if target.pk == deal.stage_id:
        return deal
    if amount is not None:
        rules.check_amount(amount)
        deal.amount = amount
    reason = loss_reason(loss_reason_id) if target.outcome == Stage.Outcome.LOST else None
    rules.check_move(
        current=deal.stage, target=target, amount=deal.amount, reason_id=reason, reasons_exist=reasons_exist()
    )
    deal.loss_reason_id = reason
    if target.outcome != Stage.Outcome.OPEN:
        close(deal, today)
    _place(deal, target, by, now)
    return deal


@action
def reopen_deal(*, by: Person, deal_id: int, stage_id: int, now: datetime) -> Deal:
    """Take a closed deal back to an open stage."""
    deal = access.deal_for_change(by, deal_id)
    target = _stage(stage_id)
    rules.check_reopen(current=deal.stage, target=target)
    deal.closed_on = deal.unit_id = deal.loss_reason_id = None
    _place(deal, target, by, now, kind="deal.reopened")
    return deal


def _stage(stage_id: int) -> Stage:
    found = Stage.objects.filter(pk=stage_id).first()
    if found is None:
        raise NotFound(_("There is no such stage."))
    return found


def _place(deal: Deal, target: Stage, by: Person, now: datetime, kind: str = "deal.moved") -> None:
    before, deal.stage, deal.stage_since, deal.updated_at = deal.stage, target, now, now
    deal.save(update_fields=["stage", "stage_since", "updated_at", "closed_on", "unit", "loss_reason", "amount"])
    StageChange.objects.create(deal=deal, before=before, after=target, at=now, by=by)
    live.changed([deal.owner_id], "days")
    journal.record(kind, deal, by=by, at=now, before=before.pk, after=target.pk, outcome=target.outcome)
