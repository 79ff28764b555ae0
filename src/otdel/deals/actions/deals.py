"""What we are trying to sell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.core import custom, journal
from otdel.core.act import action
from otdel.core.errors import Invalid
from otdel.core.models import RequiredField
from otdel.customers import access as customers
from otdel.customers.actions.customers import entry
from otdel.customers.models import Channel, Region, Source
from otdel.customers.rules import check_required, clean_tags, clean_texts
from otdel.deals import access, rules
from otdel.deals.actions.many import DEALS
from otdel.deals.models import Deal, LossReason, Stage, StageChange
from otdel.org.access import require
from otdel.org.actions.many import new_owner
from otdel.org.models import Person
from otdel.org.queries import unit_on
from otdel.org.rules import Right

CHOICES = {"source_id": Source, "channel_id": Channel, "region_id": Region}
RECORD = "deals.deal"


@action
def create_deal(
    *,
    by: Person,
    values: Mapping[str, Any],
    stage_id: int | None = None,
    owner_id: int | None = None,
    today: date,
    now: datetime,
) -> Deal:
    """Open a deal at the given stage, or at the first open one. `values`: fields by name, `tags`, `custom`."""
    require(by, "deal", Right.CREATE)
    owner = new_owner(DEALS, by, owner_id or by.pk)
    stage = _first_stage(stage_id)
    deal = Deal(owner=owner, stage=stage, stage_since=now, created_at=now, opened_on=today)
    _fill(deal, by, values, now)
    deal.loss_reason_id = loss_reason(values.get("loss_reason_id"))
    rules.check_outcome(stage, deal.amount, deal.loss_reason_id, reasons_exist())
    if stage.outcome != Stage.Outcome.OPEN:
        close(deal, today)
    deal.custom = custom.check(RECORD, values.get("custom", {}))
    check_required_fields(deal, None)
    deal.save()
    StageChange.objects.create(deal=deal, before=None, after=stage, at=now, by=by)
    journal.record("deal.created", deal, by=by, at=now, stage=stage.pk, customer=deal.customer_id)
    return deal


@action
def change_deal(*, by: Person, deal_id: int, values: Mapping[str, Any], now: datetime) -> Deal:
    """Change the given fields; the stage moves by `move_deal`, the owner by `assign_deals`."""
    deal = access.deal_for_change(by, deal_id)
    _fill(deal, by, values, now)
    rules.check_outcome(deal.stage, deal.amount, deal.loss_reason_id, False)
    if "custom" in values:
        deal.custom = custom.check(RECORD, values["custom"], deal.custom)
    check_required_fields(deal, values)
    deal.save()
    journal.record("deal.changed", deal, by=by, at=now, fields=sorted(values))
    return deal


def _first_stage(stage_id: int | None) -> Stage:
    stages = Stage.objects.filter(is_active=True, pipeline__is_active=True).select_related("pipeline")
    if stage_id is not None:
        found = stages.filter(pk=stage_id).first()
    else:
        found = stages.filter(outcome=Stage.Outcome.OPEN).order_by("pipeline__position", "position", "id").first()
    if found is None:
        raise Invalid(_("Choose a stage."), field="stage")
    return found


def _fill(deal: Deal, by: Person, values: Mapping[str, Any], now: datetime) -> None:
    for name, text in clean_texts(values, rules.DEAL_TEXTS).items():
        setattr(deal, name, text)
    if not deal.title:
        raise Invalid(_("Say what is being sold."), field="title")
    if "amount" in values:
        rules.check_amount(values["amount"])
        deal.amount = values["amount"]
    if "tags" in values:
        deal.tags = clean_tags(values["tags"])
    for name, model in CHOICES.items():
        if name in values:
            setattr(deal, name, entry(model, name, values[name], getattr(deal, name)))
    _fill_days(deal, values)
    _fill_parties(deal, by, values)
    deal.updated_at = now


def _fill_days(deal: Deal, values: Mapping[str, Any]) -> None:
    if "expected_on" in values:
        deal.expected_on = values["expected_on"]
    if values.get("opened_on"):
        deal.opened_on = values["opened_on"]
    for name in ("expected_on", "opened_on"):
        day = getattr(deal, name)
        if day is not None and not 1990 <= day.year <= 2199:
            raise Invalid(_("Check the year."), field=name)


def _fill_parties(deal: Deal, by: Person, values: Mapping[str, Any]) -> None:
    given = values.get("customer_id")
    if "customer_id" in values and given != deal.customer_id:
        if given is not None and not customers.visible_to(by).filter(pk=given).exists():
            raise Invalid(_("There is no such customer, or you may not see it."), field="customer")
        deal.customer_id = given
    given = values.get("contact_id")
    if "contact_id" in values and given != deal.contact_id:
        if given is not None and not customers.contacts(by).filter(pk=given).exists():
            raise Invalid(_("There is no such contact, or you may not see it."), field="contact")
        deal.contact_id = given


def loss_reason(given: Any) -> int | None:
    if not given:
        return None
    if not LossReason.objects.filter(pk=given, is_active=True).exists():
        raise Invalid(_("There is no such reason in the list."), field="loss_reason")
    return int(given)


def reasons_exist() -> bool:
    return LossReason.objects.filter(is_active=True).exists()


def close(deal: Deal, day: date) -> None:
    """Date the outcome, and keep the department the owner was in on that day."""
    deal.closed_on = day
    deal.unit_id = unit_on(deal.owner_id, day)


def check_required_fields(deal: Deal, values: Mapping[str, Any] | None) -> None:
    required = list(RequiredField.objects.filter(record=RECORD).values_list("field", flat=True))
    if required:
        filled = {name for name in required if getattr(deal, name, None)}
        check_required(filled, required, None if values is None else set(values))
