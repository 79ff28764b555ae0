"""A deal's way: what moves, what refuses, what is written down."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from deals.making import make_customer, make_deal, make_pipeline
from people import NOW, TODAY, make_firm

from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound
from otdel.core.models import Event
from otdel.deals import actions
from otdel.deals.models import Lead, LossReason, StageChange
from otdel.deals.rules import LeadClosed, MoveRefused
from otdel.org.models import Membership


@pytest.fixture
def firm(db):
    return make_firm()


@pytest.fixture
def stages(firm):
    return make_pipeline()


@pytest.fixture
def deal(firm, stages):
    return make_deal(firm.anna, stages["new"], amount=Decimal("100"))


def move(firm, deal, stage, **given):
    given = {"by": firm.anna, "today": TODAY, "now": NOW} | given
    return actions.move_deal(deal_id=deal.pk, stage_id=stage.pk, **given)


def test_a_move_leaves_a_dated_row_and_an_event(firm, deal, stages):
    move(firm, deal, stages["offer"])

    change = StageChange.objects.get(deal=deal)
    assert (change.before, change.after, change.at, change.by) == (stages["new"], stages["offer"], NOW, firm.anna)
    event = Event.objects.get(kind="deal.moved", subject_id=deal.pk)
    assert event.data == {"before": stages["new"].pk, "after": stages["offer"].pk, "outcome": "OPEN"}


def test_a_win_keeps_the_department_of_the_day(firm, deal, stages):
    Membership.objects.filter(person=firm.anna).update(ends_on=date(2026, 3, 1))
    Membership.objects.create(person=firm.anna, unit=firm.south, starts_on=date(2026, 3, 1))

    won = move(firm, deal, stages["won"], today=date(2026, 3, 2))
    early = move(firm, make_deal(firm.anna, stages["new"], amount=1), stages["won"], today=date(2026, 2, 28))

    assert (won.closed_on, won.unit_id) == (date(2026, 3, 2), firm.south.pk)
    assert early.unit_id == firm.north.pk


def test_a_win_needs_an_amount_which_may_come_with_it(firm, stages):
    deal = make_deal(firm.anna, stages["new"])
    with pytest.raises(Invalid):
        move(firm, deal, stages["won"])
    assert move(firm, deal, stages["won"], amount=Decimal("5")).amount == 5


def test_a_loss_needs_a_reason_once_there_are_reasons(firm, deal, stages):
    reason = LossReason.objects.create(name="Дорого")
    with pytest.raises(Invalid):
        move(firm, deal, stages["lost"])
    assert move(firm, deal, stages["lost"], loss_reason_id=reason.pk).loss_reason == reason


def test_a_closed_deal_moves_only_by_being_reopened(firm, deal, stages):
    move(firm, deal, stages["won"])
    with pytest.raises(MoveRefused):
        move(firm, deal, stages["offer"])
    with pytest.raises(MoveRefused):
        actions.reopen_deal(by=firm.anna, deal_id=deal.pk, stage_id=stages["lost"].pk, now=NOW)

    actions.reopen_deal(by=firm.anna, deal_id=deal.pk, stage_id=stages["offer"].pk, now=NOW)

    deal.refresh_from_db()
    assert (deal.stage, deal.closed_on, deal.unit) == (stages["offer"], None, None)


def test_a_stage_out_of_use_takes_nothing(firm, deal, stages):
    stages["offer"].is_active = False
    stages["offer"].save()
    with pytest.raises(MoveRefused):
        move(firm, deal, stages["offer"])


def test_strangers_and_readers_move_nothing(firm, deal, stages):
    with pytest.raises(NotFound):
        move(firm, deal, stages["offer"], by=firm.vera)
    with pytest.raises(NotAllowed):
        move(firm, deal, stages["offer"], by=firm.zoya)
    assert not StageChange.objects.exists()


def test_nobody_sells_to_a_customer_they_may_not_see(firm, deal):
    hidden = make_customer(firm.vera)
    with pytest.raises(Invalid):
        actions.change_deal(by=firm.anna, deal_id=deal.pk, values={"customer_id": hidden.pk}, now=NOW)


def test_a_new_deal_begins_at_the_first_open_stage(firm, stages):
    deal = actions.create_deal(by=firm.boris, values={"title": "Пресс"}, owner_id=firm.anna.pk, today=TODAY, now=NOW)
    assert (deal.owner, deal.stage, deal.opened_on) == (firm.anna, stages["new"], TODAY)
    assert StageChange.objects.get(deal=deal).before is None
    with pytest.raises(NotAllowed):
        actions.create_deal(by=firm.boris, values={"title": "x"}, owner_id=firm.vera.pk, today=TODAY, now=NOW)


@pytest.mark.parametrize("amount", [Decimal("-1"), Decimal(10) ** 13])
def test_amounts_have_bounds(firm, deal, amount):
    with pytest.raises(Invalid):
        actions.change_deal(by=firm.anna, deal_id=deal.pk, values={"amount": amount}, now=NOW)


def test_lead_is_taken_rejected_and_taken_back(firm):
    lead = actions.create_lead(by=firm.anna, values={"company_name": "Мак", "phone": "8 916 123-45-67"}, now=NOW)
    assert (lead.title, lead.phone, lead.status) == ("Мак", "+79161234567", "NEW")
    actions.take_lead(by=firm.anna, lead_id=lead.pk, now=NOW)
    with pytest.raises(Invalid):
        actions.reject_lead(by=firm.anna, lead_id=lead.pk, reason=" ", now=NOW)
    actions.reject_lead(by=firm.anna, lead_id=lead.pk, reason="Нет денег", now=NOW)
    with pytest.raises(LeadClosed):
        actions.take_lead(by=firm.anna, lead_id=lead.pk, now=NOW)
    actions.return_lead(by=firm.anna, lead_id=lead.pk, now=NOW)
    assert Lead.objects.get().status == "WORK"
    kinds = Event.objects.filter(subject_id=lead.pk).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["lead.created", "lead.taken", "lead.rejected", "lead.returned"]


def test_lead_converts_to_a_known_customer_too(firm, stages):
    customer = make_customer(firm.anna)
    lead = actions.create_lead(by=firm.anna, values={"title": "Хочу"}, now=NOW)
    made = actions.convert_lead(
        by=firm.anna, lead_id=lead.pk, customer_id=customer.pk, with_deal=False, today=TODAY, now=NOW
    )
    assert (made.customer, made.contact, made.deal) == (customer, None, None)
    with pytest.raises(Conflict):
        actions.convert_lead(by=firm.anna, lead_id=lead.pk, today=TODAY, now=NOW)


def test_undo_leaves_alone_what_somebody_changed_since(firm, deal, stages):
    other = make_deal(firm.anna, stages["new"])
    event = actions.assign_deals(by=firm.olga, ids=[deal.pk, other.pk], owner_id=firm.boris.pk, now=NOW)
    actions.assign_deals(by=firm.olga, ids=[other.pk], owner_id=firm.gleb.pk, now=NOW)

    actions.undo_deals(by=firm.olga, event_id=event.pk, now=NOW)

    deal.refresh_from_db()
    other.refresh_from_db()
    assert (deal.owner, other.owner) == (firm.anna, firm.gleb)
    with pytest.raises(NotFound):
        actions.undo_deals(by=firm.boris, event_id=event.pk, now=NOW)
