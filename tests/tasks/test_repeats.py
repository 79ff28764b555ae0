"""Templates, what repeats by the calendar, and what comes so long after something: each time once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from ledger import fresh, make_customer, make_deal
from people import NOW

from otdel.billing import actions as billing
from otdel.billing.rules import PaymentValues
from otdel.core import journal
from otdel.core.calendar import Calendar
from otdel.core.errors import Invalid, NotAllowed, NotFound
from otdel.core.models import Event
from otdel.customers.models import Contact
from otdel.deals import actions as deals
from otdel.deals.models import Stage
from otdel.tasks import actions, rules
from otdel.tasks.actions import RepeatValues, TemplateValues
from otdel.tasks.models import Occurrence, Repeat, Task, Template
from otdel.tasks.rules import Rhythm

RUSSIA = Calendar("RU")


def template(by, **fields) -> Template:
    values = {"name": "Call", "title": "Call {customer}", "due_after": 2} | fields
    return actions.save_template(by=fresh(by), values=TemplateValues(**values), now=NOW)


def repeat(by, made, **fields) -> Repeat:
    return actions.add_repeat(by=fresh(by), values=RepeatValues(template_id=made.pk, **fields), now=NOW)


def at(day: str, hour: str = "09:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{hour}+03:00")


# templates


def test_a_template_is_given_to_the_roles_it_names(firm, lutik, deal):
    made = template(
        firm.boris, assign="OWNER", watch=("OWNER_HEAD",), checklist=("Ask", "Write"), needs_acceptance=True,
        proof="TEXT", most_moves=1,
    )  # fmt: skip
    (task,) = actions.give_from_template(by=fresh(firm.boris), template_id=made.pk, about={"deal": deal.pk}, now=NOW)
    assert (task.assignee_id, task.creator_id, task.template_id) == (firm.anna.pk, firm.boris.pk, made.pk)
    assert task.title == f"Call {lutik.name}"
    assert (task.proof, task.needs_acceptance, task.most_moves, task.observers) == ("TEXT", True, 1, [])
    assert list(task.checklist.values_list("text", flat=True)) == ["Ask", "Write"]
    # Monday 2 March 2026 and two working days
    assert task.deadline == datetime(2026, 3, 4, 20, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("Call {customer}", "Call"),
        ("Позвонить: {customer}", "Позвонить"),
        ("Позвонить: {Клиент}, просрочен счёт №{счет}", "Позвонить: просрочен счёт"),
        ("{customer}: call them", "Call them"),
        ("Report on {customer} about {deal}.", "Report."),
        ("Поздравить «{клиент}», {контакт} и {deal} с праздником", "Поздравить с праздником"),
        ("A – {customer} – B", "A – B"),
        ("Look ({lead}, {deal}) at it", "Look at it"),
        ("Ring first\n- {customer}\n- the rest", "Ring first\n- the rest"),
        ("{whatever} stays,  as it is: ", "{whatever} stays,  as it is: "),
    ],
)
def test_words_close_over_a_record_there_is_none_of(asked, left):
    assert rules.put_names(asked, {}, close=True) == left
    assert rules.put_names(asked, {}, close=False) == asked


def test_what_a_template_leaves_open_is_said_of_what_is_chosen_or_left_out(firm, lutik, deal):
    words = {"title": "Позвонить: {клиент} ({сделка})", "text": "О счёте №{invoice}", "checklist": ("To {customer}",)}
    made, nameless = template(firm.anna, **words), template(firm.anna, name="Ring", title="{customer}")
    anna = fresh(firm.anna)

    def said(**about):
        (task,) = actions.give_from_template(by=anna, template_id=about.pop("pk", made.pk), about=about, now=NOW)
        return task.title, task.text, [line.text for line in task.checklist.all()]

    assert said(deal=deal.pk) == (f"Позвонить: {lutik} ({deal})", "О счёте", [f"To {lutik}"])
    assert said(customer=lutik.pk) == (f"Позвонить: {lutik}", "О счёте", [f"To {lutik}"])
    assert said() == ("Позвонить", "О счёте", [])
    assert said(pk=nameless.pk)[0] == "Ring"
    # in the form the place is kept: whom it is about may be chosen there
    values, to = actions.prepare(by=anna, template_id=made.pk, now=NOW)
    assert "{клиент}" in values.title
    values = replace(values, customer_id=lutik.pk)
    assert actions.create_tasks(by=anna, values=values, to=to, now=NOW)[0].title == f"Позвонить: {lutik}"
    plain = rules.TaskValues(title="As {customer} is written by hand")
    assert actions.create_tasks(by=anna, values=plain, to=to, now=NOW)[0].title == plain.title


def test_hours_of_a_template_are_working_hours(firm):
    made = template(firm.anna, due_after=4, due_in="HOURS")
    (task,) = actions.give_from_template(by=fresh(firm.anna), template_id=made.pk, now=at("2026-03-06", "16:00"))
    # Monday the 9th is off instead of Sunday the 8th
    assert (task.deadline, task.has_time) == (at("2026-03-10", "11:00"), True)


def test_heads_and_departments(firm):
    to_head = template(firm.anna, assign="HEAD")
    (task,) = actions.give_from_template(by=fresh(firm.anna), template_id=to_head.pk, now=NOW)
    assert task.assignee_id == firm.boris.pk
    everyone = template(firm.olga, assign="UNIT", to_unit_id=firm.sales.pk, to_deep=True)
    given = actions.give_from_template(by=fresh(firm.olga), template_id=everyone.pk, now=NOW)
    assert {each.assignee_id for each in given} == {firm.anna.pk, firm.boris.pk, firm.vera.pk, firm.gleb.pk}
    with pytest.raises(NotAllowed):
        template(firm.anna, assign="UNIT", to_unit_id=firm.north.pk)


def test_who_sees_and_changes_a_template(firm):
    own = template(firm.anna)
    with pytest.raises(NotFound):
        actions.drop_template(by=fresh(firm.boris), template_id=own.pk, now=NOW)
    with pytest.raises(Invalid):
        actions.give_from_template(by=fresh(firm.vera), template_id=own.pk, now=NOW)
    ours = template(firm.boris, scope="UNIT", unit_id=firm.north.pk)
    assert actions.give_from_template(by=fresh(firm.anna), template_id=ours.pk, now=NOW)
    with pytest.raises(NotAllowed):
        actions.drop_template(by=fresh(firm.anna), template_id=ours.pk, now=NOW)
    with pytest.raises(NotFound):
        actions.drop_template(by=fresh(firm.vera), template_id=ours.pk, now=NOW)
    with pytest.raises(NotAllowed):
        template(firm.boris, scope="COMPANY")
    with pytest.raises(NotAllowed):
        template(firm.boris, scope="UNIT", unit_id=firm.south.pk)
    assert template(firm.olga, scope="COMPANY").scope == "COMPANY"


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"title": ""}, {"assign": "PERSON"}, {"assign": "UNIT"}, {"proof": "SONG"},
              {"watch": ("GIVER",)}, {"scope": "WORLD"}]
)  # fmt: skip
def test_a_template_that_means_nothing_is_refused(firm, wrong):
    with pytest.raises(Invalid):
        template(firm.olga, **wrong)


# the rule


@pytest.mark.parametrize(
    ("rhythm", "off_days", "expected"),
    [
        (Rhythm("DAILY"), "SKIP", ["2026-02-27", "2026-03-02", "2026-03-03"]),
        (Rhythm("WEEKLY", weekdays=("MO",)), "SHIFT", ["2026-03-02", "2026-03-10", "2026-03-16"]),
        (Rhythm("WEEKLY", 2, ("FR",)), "KEEP", ["2026-02-27", "2026-03-13", "2026-03-27"]),
        (Rhythm("MONTHLY", month_day=31), "KEEP", ["2026-02-28", "2026-03-31", "2026-04-30"]),
        (Rhythm("MONTHLY", month_day=-1), "SHIFT", ["2026-03-02", "2026-03-31", "2026-04-30"]),
        (Rhythm("DAILY", count=2), "SKIP", ["2026-02-27", "2026-03-02"]),
        (Rhythm("WEEKLY", weekdays=("FR",), until=date(2026, 3, 6)), "KEEP", ["2026-02-27", "2026-03-06"]),
    ],
)
def test_days_of_a_rule(rhythm, off_days, expected):
    assert Rhythm.read(rhythm.rule()) == rhythm
    found = rules.days(rhythm.rule(), date(2026, 2, 27), off_days, RUSSIA)
    assert [given.isoformat() for (_day, given), _wanted in zip(found, expected, strict=False)] == expected
    if rhythm.count or rhythm.until:
        assert len(list(rules.days(rhythm.rule(), date(2026, 2, 27), off_days, RUSSIA))) == len(expected)


@pytest.mark.parametrize("wrong", [Rhythm("HOURLY"), Rhythm(interval=0), Rhythm(month_day=32), Rhythm(count=0),
                                   Rhythm(weekdays=("XX",))])  # fmt: skip
def test_a_rhythm_that_means_nothing_is_refused(wrong):
    with pytest.raises(Invalid):
        wrong.rule()


def test_birthdays():
    # Sunday 8 March 2026: two working days before is Thursday the 5th
    assert (2026, 3, 8) in rules.birthdays_due(date(2026, 3, 5), -2, RUSSIA)
    assert (2026, 3, 8) in rules.birthdays_due(date(2026, 3, 10), 0, RUSSIA)
    assert {(2026, 2, 28), (2026, 2, 29)} <= set(rules.birthdays_due(date(2026, 3, 2), 0, RUSSIA))


# by the calendar


def test_a_copy_is_given_at_its_time_and_once(firm):
    made = repeat(firm.anna, template(firm.anna), rhythm=Rhythm("DAILY"), off_days="SKIP", at=time(9))
    assert made.next_at == at("2026-03-03")
    assert actions.run_repeats(now=at("2026-03-03", "08:59")) == 0
    assert actions.run_repeats(now=at("2026-03-03")) == 1
    assert actions.run_repeats(now=at("2026-03-03")) == 0
    assert Task.objects.get().created_at == at("2026-03-03")
    # Saturday to Monday are off: Friday's next is Tuesday the 10th
    for day, given in (("04", 1), ("05", 1), ("06", 1), ("07", 0), ("08", 0), ("09", 0), ("10", 1)):
        assert actions.run_repeats(now=at(f"2026-03-{day}", "09:01")) == given, day
    assert Occurrence.objects.filter(problem="").count() == 5


def test_the_key_keeps_a_copy_single_even_when_the_aim_was_lost(firm):
    made = repeat(firm.anna, template(firm.anna), rhythm=Rhythm("DAILY"))
    actions.run_repeats(now=at("2026-03-04"))
    Repeat.objects.filter(pk=made.pk).update(next_on=date(2026, 3, 4), next_at=at("2026-03-04"))
    actions.run_repeats(now=at("2026-03-04", "10:00"))
    assert Task.objects.count() == 1


def test_after_a_standstill_one_is_given_and_the_others_are_noted(firm):
    repeat(firm.anna, template(firm.anna), rhythm=Rhythm("DAILY"), off_days="SKIP")
    assert actions.run_repeats(now=at("2026-03-18", "12:00")) == 1
    days = list(Occurrence.objects.order_by("due_at").values_list("key", "tasks"))
    assert days[-1] == ("2026-03-18", 1)
    assert [tasks for _key, tasks in days[:-1]] == [0] * 10
    assert Repeat.objects.get().next_at == at("2026-03-19")


def test_it_ends(firm):
    repeat(firm.anna, template(firm.anna), rhythm=Rhythm("DAILY", count=2), starts_on=date(2026, 3, 4))
    for day in range(4, 9):
        actions.run_repeats(now=at(f"2026-03-{day:02}"))
    assert Task.objects.count() == 2
    assert Repeat.objects.get().next_at is None
    with pytest.raises(Invalid):
        repeat(firm.anna, template(firm.anna), rhythm=Rhythm("DAILY", until=date(2026, 1, 1)))


def test_whose_time_it_is(firm):
    firm.anna.time_zone = "Asia/Omsk"
    firm.anna.save()
    made = repeat(firm.anna, template(firm.anna), rhythm=Rhythm("DAILY"))
    assert made.next_at == at("2026-03-03", "06:00")


def test_stopped_and_started_again(firm):
    made = repeat(firm.anna, template(firm.anna), rhythm=Rhythm("DAILY"), off_days="SKIP")
    for each in (firm.vera, firm.gleb):
        with pytest.raises(NotFound):
            actions.switch_repeat(by=fresh(each), repeat_id=made.pk, on=False, now=NOW)
    actions.switch_repeat(by=fresh(firm.boris), repeat_id=made.pk, on=False, now=NOW)
    assert actions.run_repeats(now=at("2026-03-06")) == 0
    actions.switch_repeat(by=fresh(firm.anna), repeat_id=made.pk, on=True, now=at("2026-03-06", "12:00"))
    assert Repeat.objects.get().next_at == at("2026-03-10")
    actions.drop_repeat(by=fresh(firm.anna), repeat_id=made.pk, now=NOW)
    assert actions.run_repeats(now=at("2026-04-01")) == 0


def test_who_left_gives_nothing_and_it_is_said(firm):
    repeat(firm.anna, template(firm.anna), rhythm=Rhythm("DAILY"))
    firm.anna.is_active = False
    firm.anna.save()
    assert actions.run_repeats(now=at("2026-03-03")) == 0
    assert "does not work here" in Occurrence.objects.get().problem


# after something


def test_after_a_stage(firm, deal):
    stage = Stage.objects.create(pipeline=deal.stage.pipeline, name="Offer", position=2)
    made = template(firm.boris, assign="OWNER", title="Ask {deal}")
    repeat(firm.boris, made, on="STAGE", stage_id=stage.pk, after_days=2)
    deals.move_deal(by=fresh(firm.anna), deal_id=deal.pk, stage_id=stage.pk, now=NOW, today=NOW.date())
    event = journal.last("deal.moved", deal)
    for _time in range(2):
        actions.note_event(event=event, now=NOW)
    assert actions.run_repeats(now=at("2026-03-04", "08:59")) == 0
    assert actions.run_repeats(now=at("2026-03-04")) == 1
    task = Task.objects.get()
    assert (task.deal_id, task.assignee_id, task.title) == (deal.pk, firm.anna.pk, f"Ask {deal.title}")
    other = Event(kind="deal.moved", subject_type="deals.deal", subject_id=deal.pk, pk=99, at=NOW, data={"after": 0})
    assert actions.note_event(event=other, now=NOW) == 0


def test_after_a_payment_at_once(firm, lutik):
    repeat(firm.olga, template(firm.olga, assign="OWNER"), on="PAYMENT")
    values = PaymentValues(amount=Decimal(100), paid_on=NOW.date(), customer_id=lutik.pk)
    paid = billing.record_payment(by=fresh(firm.olga), values=values, now=NOW)
    actions.note_event(event=journal.last("payment.recorded", paid), now=NOW)
    assert actions.run_repeats(now=NOW) == 1
    assert (Task.objects.get().customer_id, Task.objects.get().assignee_id) == (lutik.pk, firm.anna.pk)


def test_what_one_may_not_see_any_more_is_refused_and_said(firm):
    roza = make_customer(firm.vera, "Roza")
    deal = make_deal(firm.vera, roza)
    repeat(firm.anna, template(firm.anna), on="STAGE", stage_id=deal.stage_id)
    event = Event.objects.create(
        kind="deal.moved", subject_type="deals.deal", subject_id=deal.pk, at=NOW, data={"after": deal.stage_id}
    )
    assert actions.note_event(event=event, now=NOW) == 1
    assert actions.run_repeats(now=NOW) == 0
    assert Task.objects.count() == 0
    assert Occurrence.objects.get().problem


def test_birthdays_of_those_one_sees(firm, lutik):
    when = {"created_at": NOW, "updated_at": NOW}
    mine = Contact.objects.create(
        last_name="Ivanov", customer=lutik, owner=firm.anna, birthday=date(1980, 3, 8), **when
    )
    Contact.objects.create(last_name="Petrov", owner=firm.vera, birthday=date(1980, 3, 8), **when)
    repeat(firm.anna, template(firm.anna, title="Greet {contact}"), on="BIRTHDAY", after_days=-2)
    assert actions.run_repeats(now=at("2026-03-04")) == 0
    assert actions.run_repeats(now=at("2026-03-05")) == 1
    assert actions.run_repeats(now=at("2026-03-06")) == 0
    task = Task.objects.get()
    assert (task.contact_id, task.title) == (mine.pk, "Greet Ivanov")
    assert actions.run_repeats(now=at("2027-03-05")) == 1


def test_only_birthdays_go_back_in_time(firm):
    with pytest.raises(Invalid):
        repeat(firm.anna, template(firm.anna), on="PAYMENT", after_days=-1)


def test_a_given_time_is_rolled_back_with_its_tasks(firm, monkeypatch):
    repeat(firm.anna, template(firm.anna), rhythm=Rhythm("DAILY"))
    from otdel.tasks.actions import repeating

    def breaks(**_given):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(repeating, "give_from_template", breaks)
        with pytest.raises(RuntimeError), transaction.atomic():
            actions.run_repeats(now=at("2026-03-04"))
    assert actions.run_repeats(now=at("2026-03-04") + timedelta(minutes=1)) == 1
