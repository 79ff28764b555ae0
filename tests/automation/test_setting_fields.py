"""A rule sets a field as a person would: the same choices, the same refusals, and the history names the rule."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation
from ledger import fresh, make_invoice
from people import NOW
from writing import lead, move, outcomes, wake, write

from otdel.automation import queries
from otdel.automation.models import Firing
from otdel.core import timeline
from otdel.core.errors import Invalid
from otdel.core.models import CustomField, FieldChange, RequiredField
from otdel.customers.models import ClientSegment, Region, Source
from otdel.deals.models import Deal, Lead, Stage
from otdel.deals.queries import deal_timeline
from otdel.tasks import actions as tasks
from otdel.tasks.models import Task
from otdel.tasks.rules import TaskValues, To


@pytest.fixture(autouse=True)
def _from_here(db):
    wake.seen = 0


@pytest.fixture
def volga(db):
    return Region.objects.create(name="Volga")


@pytest.fixture
def offer(deal):
    return Stage.objects.create(pipeline=deal.stage.pipeline, name="Offer", position=2)


def coloured() -> CustomField:
    options = ["red", "blue"]
    return CustomField.objects.create(record="deals.deal", key="colour", label="Colour", type="CHOICE", options=options)


def sets(firm, when, field, value, **more):
    return write(firm.boris, when=when, then="FIELD", does={"field": field, "value": value}, unit=firm.north, **more)


def test_fields_of_a_deal_and_of_its_customer(firm, deal, lutik, offer, volga):
    CustomField.objects.create(
        record="deals.deal", key="colour", label="Colour", type="CHOICE", options=["red", "blue"]
    )
    CustomField.objects.create(record="deals.deal", key="visit", label="Visit", type="DATE")
    CustomField.objects.create(record="customers.customer", key="loyal", label="Loyal", type="FLAG")
    key = ClientSegment.objects.create(name="Key")
    for field, value in (
        ("expected_on", "5"), ("region_id", str(volga.pk)), ("custom.colour", "blue"), ("custom.visit", "1"),
        ("customer.segment_id", str(key.pk)), ("customer.custom.loyal", "1"),
    ):  # fmt: skip
        sets(firm, "DEAL_STAGE", field, value)
    move(firm.anna, deal, offer)
    deal.refresh_from_db()
    lutik.refresh_from_db()
    assert list(Firing.objects.values_list("outcome", "text").distinct()) == [("DONE", "")]
    # Monday 2 March and five working days, the 9th is a day off: the 8th of March was a Sunday
    assert deal.expected_on == date(2026, 3, 10)
    assert (deal.region, deal.custom) == (volga, {"colour": "blue", "visit": "2026-03-03"})
    assert (lutik.segment, lutik.custom) == (key, {"loyal": True})
    assert {each.made["said"] for each in Firing.objects.all()} >= {"Volga", "Key", "blue", "yes", "2026-03-10"}


def test_status_of_a_lead_and_its_source(firm):
    fair = Source.objects.create(name="Fair")
    sets(firm, "LEAD_CREATED", "source_id", str(fair.pk))
    sets(firm, "LEAD_CREATED", "status", "WORK")
    taken = lead(firm.anna)
    taken.refresh_from_db()
    assert (taken.source, taken.status) == (fair, Lead.Status.WORK)
    rejects = sets(firm, "LEAD_CREATED", "status", "REJECTED", conditions="q=spam")
    spam = lead(firm.anna, title="Spam")
    spam.refresh_from_db()
    assert (spam.status, spam.reject_reason) == (Lead.Status.REJECTED, "by rule “Rule”")
    assert outcomes(rejects) == ["DONE"]


def test_priority_and_deadline_of_a_returned_task(firm):
    sets(firm, "TASK_RETURNED", "priority", "3")
    sets(firm, "TASK_RETURNED", "deadline", "2")
    values = TaskValues(title="Report", needs_acceptance=True)
    (task,) = tasks.create_tasks(by=fresh(firm.boris), values=values, to=To(people=(firm.anna.pk,)), now=NOW)
    tasks.submit_task(by=fresh(firm.anna), task_id=task.pk, now=NOW)
    tasks.return_task(by=fresh(firm.boris), task_id=task.pk, reason="More", now=NOW)
    wake()
    task = Task.objects.get()
    assert (task.priority, task.deadline.date(), task.moves.get().reason) == (3, date(2026, 3, 4), "by rule “Rule”")


def test_customer_of_an_invoice(firm, lutik, volga):
    rule = sets(firm, "INVOICE_CREATED", "customer.region_id", str(volga.pk))
    make_invoice(firm, lutik, 100, owner_id=firm.anna.pk)
    wake()
    lutik.refresh_from_db()
    assert (outcomes(rule), lutik.region) == (["DONE"], volga)


@pytest.mark.parametrize(
    ("when", "field", "value", "where"),
    [
        ("DEAL_STAGE", "title", "X", "field"), ("DEAL_STAGE", "amount", "1", "field"), ("DEAL_STAGE", "", "1", "field"),
        ("DEAL_STAGE", "expected_on", "-1", "value"), ("DEAL_STAGE", "expected_on", "366", "value"),
        ("DEAL_STAGE", "expected_on", "2026-03-03", "value"), ("DEAL_STAGE", "region_id", "999999", "value"),
        ("LEAD_CREATED", "status", "CONVERTED", "value"), ("LEAD_CREATED", "status", "", "value"),
        ("DEAL_STAGE", "custom.weight", "heavy", "value"), ("DEAL_STAGE", "custom.unknown", "1", "field"),
        ("INVOICE_CREATED", "due_on", "1", "field"), ("TASK_RETURNED", "priority", "9", "value"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_is_not_written(firm, when, field, value, where):
    CustomField.objects.create(record="deals.deal", key="weight", label="Weight", type="NUMBER")
    with pytest.raises(Invalid) as refused:
        sets(firm, when, field, value)
    assert refused.value.field == where


def test_what_is_refused_by_hand_is_refused_and_logged(firm, deal, lutik, offer, volga):
    """The list's entry was taken out of use, the field was removed, the deal has no customer, the record is closed."""
    colour = CustomField.objects.create(record="deals.deal", key="colour", label="Colour")
    rules = [
        sets(firm, "DEAL_STAGE", "region_id", str(volga.pk)),
        sets(firm, "DEAL_STAGE", "custom.colour", "red"),
        sets(firm, "DEAL_STAGE", "customer.region_id", str(volga.pk)),
    ]
    Region.objects.update(is_active=False)
    colour.delete()
    Deal.objects.update(customer=None)
    move(firm.anna, deal, offer)
    assert [outcomes(rule) for rule in rules] == [["REFUSED"]] * 3
    assert [each.text for each in Firing.objects.order_by("pk")] == [
        "There is no such entry in the list.", "The field is not there any more.", "The record has no customer.",
    ]  # fmt: skip
    closed = sets(firm, "LEAD_CREATED", "status", "WORK")
    sets(firm, "LEAD_CREATED", "status", "REJECTED")
    Lead.objects.all().delete()
    lead(firm.anna)
    assert outcomes(closed) == ["DONE"]


def test_a_required_field_stays_required(firm, deal, offer):
    RequiredField.objects.create(record="deals.deal", field="region_id")
    rule = sets(firm, "DEAL_STAGE", "expected_on", "1")
    move(firm.anna, deal, offer)
    assert outcomes(rule) == ["DONE"]  # an old card may be changed step by step


def test_the_history_names_the_rule(firm, deal, offer, volga, client):
    rule = sets(firm, "DEAL_STAGE", "region_id", str(volga.pk))
    moves = write(firm.boris, then="STAGE", does={"stage": offer.pk}, when="DEAL_CREATED", unit=firm.north)
    move(firm.anna, deal, offer)
    change = FieldChange.objects.filter(subject_type="deals.deal", diff__has_key="region_id").get()
    assert (change.rule_id, change.by_id) == (rule.pk, firm.boris.pk)
    assert FieldChange.objects.filter(subject_type="deals.deal", diff__has_key="stage_id").get().rule_id is None
    told = {each.rule_id for each in deal_timeline(deal.pk, None).moments if each.kind == "fields"}
    assert told == {None, rule.pk}
    assert moves.firings.count() == 0
    client.force_login(firm.anna)
    page = client.get(f"/deals/{deal.pk}/history/").content.decode()
    assert "Boris Belov, by rule “Rule”" in page or "Belov Boris, by rule “Rule”" in page


def test_a_move_by_a_rule_is_told_in_the_history(firm, deal, offer):
    after = Stage.objects.create(pipeline=offer.pipeline, name="Talks", position=3)
    rule = write(firm.boris, then="STAGE", does={"stage": after.pk}, stage_id=offer.pk, unit=firm.north)
    move(firm.anna, deal, offer)
    stages = [each for each in deal_timeline(deal.pk, None).moments if each.kind == "stage"]
    assert sorted((each.data["after"], each.rule_id) for each in stages) == [("Offer", None), ("Talks", rule.pk)]
    assert len(stages) <= timeline.SIZE


def test_conditions_on_the_companys_own_fields(firm, deal, offer):
    CustomField.objects.create(
        record="deals.deal", key="colour", label="Colour", type="CHOICE", options=["red", "blue"]
    )
    rule = write(firm.boris, unit=firm.north, conditions="c_colour=red&c_unknown=1")
    assert rule.conditions == "c_colour=red"
    move(firm.anna, deal, offer)
    assert outcomes(rule) == []
    Deal.objects.update(custom={"colour": "red"})
    move(firm.anna, deal, Stage.objects.create(pipeline=offer.pipeline, name="Talks", position=3))
    assert outcomes(rule) == ["DONE"]


def test_said_in_words(firm, volga):
    with translation.override("en"):
        fields = queries.settable("deal")
        days = queries.said(fields, "expected_on", 5)
    assert days == ("Expected on", "in 5 working days")
    assert queries.said(fields, "customer.region_id", str(volga.pk)) == ("Customer: Region", "Volga")
    assert queries.said(fields, "gone", "x")[0] == "?"
