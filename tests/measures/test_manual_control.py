from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from controlled import at, declared
from django.db import connection
from django.test.utils import CaptureQueriesContext
from ledger import fresh, make_customer, make_deal, make_invoice, pay
from people import make_person

from otdel.activities import actions as activities
from otdel.activities.rules import ActivityValues
from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound
from otdel.core.models import Event
from otdel.deals import actions as deals
from otdel.deals.models import Pipeline, Stage
from otdel.measures import access, actions, queries
from otdel.measures.actions import rhythm
from otdel.measures.actions.days import Verdict
from otdel.measures.models import ControlDay, DayAction, DayPlan, ManualControl
from otdel.measures.rules import ActionValues
from otdel.org.models import CalendarDay, Person
from otdel.tasks.models import Task


def kinds(subject) -> list[str]:
    rows = Event.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk).order_by("id")
    return list(rows.values_list("kind", flat=True))


def norm(firm, kind="CALL", amount=20, unit=None, by=None, starts_on=date(2026, 3, 1), **more):
    return actions.set_norm(
        by=fresh(by or firm.boris), unit_id=(unit or firm.north).pk, kind=kind, amount=amount,
        starts_on=starts_on, now=at(1, 12), **more,
    )  # fmt: skip


def log(person, kind, when, customer=None, **more):
    values = ActivityValues(kind=kind, at=when, customer_id=customer.pk if customer else None, **more)
    return activities.log_activity(by=fresh(person), values=values, now=when)


def anna_day(day=11) -> DayPlan:
    return DayPlan.objects.get(person__first_name="Anna", day=date(2026, 3, day))


# declaring


def test_declaring_remembers_where_the_line_stood(planned, lutik):
    pay(planned, lutik, 300_000, day="2026-03-06", owner_id=planned.anna.pk)
    control = declared(planned)
    # 2–9 March: five working days of twenty-one, the eighth and its Monday are off
    assert (control.plan, control.expected, control.fact) == (2_100_000, 500_000, 300_000)
    assert (control.since, control.reviewer, control.declared_by) == (date(2026, 3, 10), planned.olga, planned.boris)
    assert kinds(control) == ["control.declared"]


def test_declaring_refuses(planned):
    with pytest.raises(Invalid):
        declared(planned, until=date(2026, 9, 1))
    with pytest.raises(Invalid):
        declared(planned, until=date(2026, 3, 9))
    with pytest.raises(Invalid):
        declared(planned, exit_share=Decimal(9))
    with pytest.raises(Invalid):
        declared(planned, exit_days=0)
    with pytest.raises(Invalid):
        declared(planned, reviewer_id=planned.vera.pk)
    with pytest.raises(Conflict):
        declared(planned, metric="shipments")
    declared(planned)
    with pytest.raises(Conflict):
        declared(planned)
    assert ManualControl.objects.count() == 1


def test_who_may_declare(planned):
    with pytest.raises(NotFound):
        declared(planned, by=planned.anna)
    with pytest.raises(NotFound):
        declared(planned, by=planned.gleb)
    with pytest.raises(NotAllowed):
        declared(planned, person="boris")
    assert declared(planned, by=planned.olga).declared_by == planned.olga


def test_ending_and_going_on(control, firm):
    with pytest.raises(NotAllowed):
        actions.end_control(by=fresh(firm.anna), control_id=control.pk, note="", now=at(11, 12))
    with pytest.raises(NotFound):
        actions.end_control(by=fresh(firm.gleb), control_id=control.pk, note="", now=at(11, 12))
    with pytest.raises(Invalid):
        actions.prolong(
            by=fresh(firm.boris), control_id=control.pk, until=date(2026, 4, 10), reason=" ", now=at(11, 12)
        )
    actions.prolong(by=fresh(firm.boris), control_id=control.pk, until=date(2026, 4, 10), reason="Slow", now=at(11, 12))
    ended = actions.end_control(by=fresh(firm.olga), control_id=control.pk, note="Enough", now=at(12, 12))
    assert (ended.ended_on, ended.ended_by, ended.until) == (date(2026, 3, 12), firm.olga, date(2026, 4, 10))
    assert kinds(control) == ["control.declared", "control.prolonged", "control.ended"]
    with pytest.raises(Conflict):
        actions.end_control(by=fresh(firm.boris), control_id=control.pk, note="", now=at(12, 12))


# norms


def test_norms_of_nearest_department_role_weekday_and_date(control, firm):
    norm(firm, amount=10, unit=firm.sales, by=firm.olga)
    norm(firm, amount=20)
    norm(firm, amount=25, weekday=2)  # Wednesdays: the 11th
    norm(firm, amount=30, starts_on=date(2026, 3, 12))
    norm(firm, kind="MEETING", amount=2, unit=firm.sales, by=firm.olga)
    norm(firm, kind="MEETING", amount=0, role_id=firm.roles["manager"].pk, starts_on=date(2026, 3, 12))
    actions.keep(now=at(11, 9))
    actions.keep(now=at(12, 9))
    first, second = (dict(anna_day(day).norms.values_list("kind", "amount")) for day in (11, 12))
    assert first == {"CALL": 25, "MEETING": 2}
    assert second == {"CALL": 30}


def test_norm_of_a_pipeline_counts_its_deals_only(control, firm, lutik, deal):
    pipeline = deal.stage.pipeline
    other = Pipeline.objects.create(name="Service")
    norm(firm, amount=5)
    norm(firm, amount=3, pipeline_id=pipeline.pk)
    norm(firm, amount=9, pipeline_id=other.pk)  # Anna has no deals there
    actions.keep(now=at(11, 9))
    log(firm.anna, "CALL", at(11, 10), lutik)
    log(firm.anna, "CALL", at(11, 11), lutik, deal_id=deal.pk)
    card = queries.day_card(fresh(firm.boris), anna_day().pk)
    assert [(each.pipeline, each.amount, each.done) for each in card.day.norms] == [("Sales", 3, 1), ("", 5, 2)]


def test_who_sets_norms(firm):
    for who, refusal in ((firm.anna, NotFound), (firm.gleb, NotFound), (firm.zoya, NotFound)):
        with pytest.raises(refusal):
            norm(firm, by=who)
    made = norm(firm)
    assert norm(firm, amount=22).pk == made.pk
    with pytest.raises(Invalid):
        norm(firm, amount=900)
    with pytest.raises(NotFound):
        actions.drop_norm(by=fresh(firm.gleb), norm_id=made.pk, now=at(2, 9))
    actions.drop_norm(by=fresh(firm.boris), norm_id=made.pk, now=at(2, 9))
    assert kinds(made)[-1] == "norm.dropped"


# the morning


def test_morning_plan_names_whom_why_and_for_what_money(control, firm, lutik):
    boris_made = make_customer(firm.anna, "Silent")
    for day in ("2025-10-01", "2025-11-01", "2025-12-01"):
        pay(firm, boris_made, 60_000, day=day, owner_id=firm.anna.pk)
    make_invoice(firm, make_customer(firm.anna, "Debtor"), 90_000, due_on=date(2026, 3, 1), owner_id=firm.anna.pk)
    stage = Stage.objects.create(pipeline=Pipeline.objects.create(name="P"), name="Offer", position=1, probability=40)
    big = make_deal(firm.anna, make_customer(firm.anna, "Big"), "Boilers", amount=500_000)
    small = make_deal(firm.anna, make_customer(firm.anna, "Small"), "Valves", amount=400_000)
    type(big).objects.filter(pk=big.pk).update(stage=stage, stage_since=at(1, 9, month=2))
    type(big).objects.filter(pk=small.pk).update(stage=stage, stage_since=at(9, 9))  # moved yesterday: not standing
    activities.log_activity(
        by=fresh(firm.anna),
        values=ActivityValues(kind="MEETING", at=at(11, 15), customer_id=lutik.pk, is_done=False, subject="Contract"),
        now=at(9, 9),
    )
    activities.log_activity(
        by=fresh(firm.anna),
        values=ActivityValues(
            kind="CALL", at=at(5, 15), customer_id=make_customer(firm.anna, "Late").pk, is_done=False
        ),
        now=at(4, 9),
    )
    actions.keep(now=at(11, 8))
    rows = [
        (each.kind, each.customer.name, each.why["code"], each.expected)
        for each in anna_day().actions.select_related("customer").order_by("position")
    ]
    assert rows == [
        ("MEETING", "Lutik", "today", None),
        ("STEP", "Late", "late", None),
        ("DEBT", "Debtor", "debt", 90_000),
        ("DEAL", "Big", "stands", 200_000),
        # bought every 30.5 days, last 100 days ago: 60,000 × 30.5 ÷ 100
        ("CALL", "Silent", "silent", 18_300),
    ]


def test_once_per_person_and_day_and_after_downtime(control, firm):
    actions.keep(now=at(11, 7, 59))
    assert not DayPlan.objects.filter(day=date(2026, 3, 11)).exists()
    actions.keep(now=at(11, 8))
    actions.keep(now=at(11, 8))
    assert actions.make_days(
        by=None, control_id=control.pk, person_ids=[firm.anna.pk], day=date(2026, 3, 11), now=at(11, 9)
    ) == []  # fmt: skip
    # Thursday and Friday nobody's machine was on; on Saturday nobody works
    actions.keep(now=at(14, 12))
    rows = DayPlan.objects.filter(person=firm.anna).order_by("day").values_list("day", "is_late", "state")
    assert list(rows) == [
        (date(2026, 3, 10), True, "REPORT"),
        (date(2026, 3, 11), False, "REPORT"),
        (date(2026, 3, 12), True, "REPORT"),
        (date(2026, 3, 13), True, "REPORT"),
    ]
    assert not DayAction.objects.filter(plan__is_late=True).exists()


def test_a_morning_asks_no_more_for_more_people(planned):
    def asked(day: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            actions.keep(now=at(day, 8))
        return len(queries)

    declared(planned, person=None)
    norm(planned)
    actions.keep(now=at(11, 8))
    few = asked(12)
    for number in range(6):
        make_person(f"P{number}", "Petrov", planned.roles["manager"], planned.north)
    actions.keep(now=at(12, 9))
    assert asked(13) == few
    assert DayPlan.objects.filter(day=date(2026, 3, 13), norms__amount=20).count() == 7


def test_one_day_that_cannot_be_made_spoils_no_other(planned, monkeypatch, caplog):
    ivan = make_person("Ivan", "Ilin", planned.roles["manager"], planned.north)
    declared(planned, person=None)
    found = rhythm.candidates

    def failing(people, *rest):
        if ivan.pk in people:
            raise ValueError("a record of Ivan's nobody can read")
        return found(people, *rest)

    monkeypatch.setattr(rhythm, "candidates", failing)
    actions.keep(now=at(11, 8))
    assert DayPlan.objects.filter(day=date(2026, 3, 11)).get().person == planned.anna
    assert f"the day of person {ivan.pk}" in caplog.text


def test_working_saturday_and_holiday(control, firm):
    CalendarDay.objects.create(day=date(2026, 3, 14), is_working=True)
    CalendarDay.objects.create(day=date(2026, 3, 13), is_working=False)
    actions.keep(now=at(14, 8))
    days = set(DayPlan.objects.values_list("day", flat=True))
    assert date(2026, 3, 14) in days
    assert date(2026, 3, 13) not in days


def test_own_time_zone_decides_when_the_morning_comes(control, firm):
    Person.objects.filter(pk=firm.anna.pk).update(time_zone="Asia/Vladivostok")  # seven hours ahead of Moscow
    actions.keep(now=at(11, 3))  # ten there
    assert anna_day().is_late is False
    actions.keep(now=at(11, 11))  # eighteen there
    assert anna_day().state == "REPORT"


def test_department_means_everybody_but_its_head_and_those_with_their_own_mode(planned):
    ivan = make_person("Ivan", "Ilin", planned.roles["manager"], planned.north)
    declared(planned)
    declared(planned, person=None)
    actions.keep(now=at(11, 9))
    rows = DayPlan.objects.filter(day=date(2026, 3, 11))
    assert {row.person_id: row.control.person_id for row in rows} == {planned.anna.pk: planned.anna.pk, ivan.pk: None}


# the day


@pytest.fixture
def day(control, firm, lutik):
    norm(firm, amount=2)
    actions.keep(now=at(11, 9))
    return anna_day()


def test_confirming_is_the_managers(day, firm):
    for who, refusal in ((firm.boris, NotAllowed), (firm.vera, NotFound), (firm.gleb, NotFound)):
        with pytest.raises(refusal):
            actions.confirm_day(by=fresh(who), day_id=day.pk, now=at(11, 9))
    assert actions.confirm_day(by=fresh(firm.anna), day_id=day.pk, now=at(11, 9)).state == "CONFIRMED"
    with pytest.raises(Conflict):
        actions.confirm_day(by=fresh(firm.anna), day_id=day.pk, now=at(11, 9))
    assert kinds(day) == ["day.planned", "day.confirmed"]


def test_head_changes_the_day_and_it_is_confirmed_anew(day, firm, lutik):
    actions.confirm_day(by=fresh(firm.anna), day_id=day.pk, now=at(11, 9))
    values = ActionValues(text="Ask for the act", kind="CALL", customer_id=lutik.pk, expected=Decimal(5000))
    made = actions.add_action(by=fresh(firm.boris), day_id=day.pk, values=values, now=at(11, 9))
    assert DayPlan.objects.get(pk=day.pk).state == "MADE"
    with pytest.raises(NotAllowed):
        actions.remove_action(by=fresh(firm.anna), day_id=day.pk, action_id=made.pk, now=at(11, 9))
    with pytest.raises(NotFound):
        actions.add_action(by=fresh(firm.vera), day_id=day.pk, values=values, now=at(11, 9))
    with pytest.raises(Invalid):
        actions.add_action(by=fresh(firm.boris), day_id=day.pk, values=ActionValues(), now=at(11, 9))
    changed = ActionValues(text="Bring the act", expected=Decimal(6000))
    actions.change_action(by=fresh(firm.boris), day_id=day.pk, action_id=made.pk, values=changed, now=at(11, 9))
    actions.remove_action(by=fresh(firm.boris), day_id=day.pk, action_id=made.pk, now=at(11, 9))
    card = queries.day_card(fresh(firm.boris), day.pk)
    assert [each.text for each in card.day.removed] == ["Bring the act"]
    actions.restore_action(by=fresh(firm.boris), day_id=day.pk, action_id=made.pk, now=at(11, 9))
    asked = day.norms.get()
    actions.set_day_norm(by=fresh(firm.boris), day_id=day.pk, norm_id=asked.pk, amount=7, now=at(11, 9))
    with pytest.raises(NotAllowed):
        actions.set_day_norm(by=fresh(firm.anna), day_id=day.pk, norm_id=asked.pk, amount=0, now=at(11, 9))
    assert kinds(day)[2:] == [
        "day.action_added", "day.action_changed", "day.action_removed", "day.action_restored", "day.norm_changed",
    ]  # fmt: skip


def test_manager_adds_own_and_needs_no_second_confirmation(day, firm, lutik):
    actions.confirm_day(by=fresh(firm.anna), day_id=day.pk, now=at(11, 9))
    actions.add_action(
        by=fresh(firm.anna), day_id=day.pk, values=ActionValues(customer_id=lutik.pk, kind="CALL"), now=at(11, 9)
    )
    assert DayPlan.objects.get(pk=day.pk).state == "CONFIRMED"
    stranger = make_customer(firm.vera, "Hers")
    with pytest.raises(NotFound):
        actions.add_action(
            by=fresh(firm.anna), day_id=day.pk, values=ActionValues(customer_id=stranger.pk), now=at(11, 9)
        )


def test_evening_is_filled_from_records(control, firm):
    debtor, silent, mover = (make_customer(firm.anna, name) for name in ("Debtor", "Silent", "Mover"))
    make_invoice(firm, debtor, 90_000, due_on=date(2026, 3, 1), owner_id=firm.anna.pk)
    for month in ("10", "11", "12"):
        pay(firm, silent, 60_000, day=f"2025-{month}-01", owner_id=firm.anna.pk)
    deal = make_deal(firm.anna, mover, "Boilers", amount=500_000)
    type(deal).objects.filter(pk=deal.pk).update(stage_since=at(1, 9, month=2))
    target = Stage.objects.create(pipeline=deal.stage.pipeline, name="Invoice", position=3)
    norm(firm, amount=2)
    actions.keep(now=at(11, 9))
    day = anna_day()
    assert set(day.actions.values_list("kind", flat=True)) == {"DEBT", "CALL", "DEAL"}

    log(firm.anna, "CALL", at(11, 10), silent)
    pay(firm, debtor, 90_000, day="2026-03-11", owner_id=firm.anna.pk)
    deals.move_deal(by=fresh(firm.anna), deal_id=deal.pk, stage_id=target.pk, now=at(11, 12), today=date(2026, 3, 11))
    log(firm.anna, "CALL", at(12, 10), make_customer(firm.anna, "Tomorrow"))
    found = queries.day_card(fresh(firm.boris), day.pk).day
    assert {each.kind: each.proof["code"] for each in found.actions} == {
        "DEBT": "PAYMENT", "CALL": "CALL", "DEAL": "STAGE",
    }  # fmt: skip
    assert (found.counted("CALL"), found.paid, found.facts["STAGE"]) == ((2, 1), 90_000, 1)


def test_report_goes_to_the_head_and_is_frozen(day, firm, lutik):
    log(firm.anna, "CALL", at(11, 10), lutik)
    with pytest.raises(Conflict):
        actions.hand_in(by=fresh(firm.anna), day_id=day.pk, note="", now=at(11, 17))
    actions.keep(now=at(11, 18))
    assert anna_day().state == "REPORT"
    with pytest.raises(NotAllowed):
        actions.hand_in(by=fresh(firm.boris), day_id=day.pk, note="", now=at(11, 18))
    actions.hand_in(by=fresh(firm.anna), day_id=day.pk, note="The line was down", now=at(11, 18))
    with pytest.raises(Invalid):
        actions.return_day(by=fresh(firm.boris), day_id=day.pk, comment="", now=at(11, 19))
    actions.return_day(by=fresh(firm.boris), day_id=day.pk, comment="Who was not there?", now=at(11, 19))
    actions.hand_in(by=fresh(firm.anna), day_id=day.pk, note="The buyer is ill", now=at(11, 20))
    with pytest.raises(NotAllowed):
        actions.accept_day(by=fresh(firm.anna), day_id=day.pk, verdict=Verdict("GOOD"), now=at(11, 20))
    with pytest.raises(NotFound):
        actions.accept_day(by=fresh(firm.gleb), day_id=day.pk, verdict=Verdict("GOOD"), now=at(11, 20))
    verdict = Verdict("BAD", "Too few", "Call the buyer's deputy", lutik.pk)
    done = actions.accept_day(by=fresh(firm.boris), day_id=day.pk, verdict=verdict, now=at(11, 20))
    task = Task.objects.get()
    assert (task.title, task.assignee, task.creator, task.customer) == (
        "Call the buyer's deputy", firm.anna, firm.boris, lutik,
    )  # fmt: skip
    assert (done.grade, done.returned_times, done.next_task, done.facts["CALL"]) == ("BAD", 1, task, 1)
    log(firm.anna, "CALL", at(11, 16), lutik)  # written down afterwards: the judged day stays as it was
    assert queries.day_card(fresh(firm.boris), day.pk).day.counted("CALL") == (2, 1)
    with pytest.raises(Conflict):
        actions.return_day(by=fresh(firm.boris), day_id=day.pk, comment="Again", now=at(11, 21))


def test_manager_says_what_records_cannot(day, firm, lutik):
    values = ActionValues(text="Bring samples", customer_id=lutik.pk)
    made = actions.add_action(by=fresh(firm.boris), day_id=day.pk, values=values, now=at(11, 9))
    say = {"day_id": day.pk, "action_id": made.pk, "now": at(11, 17)}
    with pytest.raises(Invalid):
        actions.note_action(by=fresh(firm.anna), done=True, note="", **say)
    with pytest.raises(NotAllowed):
        actions.note_action(by=fresh(firm.boris), done=True, note="I saw it", **say)
    actions.note_action(by=fresh(firm.anna), done=True, note="Left them at the gate", **say)
    (found,) = queries.day_card(fresh(firm.boris), day.pk).day.actions
    assert (found.is_done, found.proof, found.note) == (True, None, "Left them at the gate")


def test_whose_days_are_seen(day, firm):
    def sees(who) -> bool:
        return access.visible_days(fresh(who)).filter(pk=day.pk).exists()

    assert [sees(each) for each in (firm.anna, firm.boris, firm.olga)] == [True] * 3
    assert [sees(each) for each in (firm.vera, firm.gleb, firm.zoya, firm.admin)] == [False] * 4


# the end


def test_mode_proposes_its_end_when_the_criterion_holds(planned, lutik):
    control = declared(planned)
    actions.keep(now=at(12, 9))
    assert not ManualControl.objects.get().proposal
    pay(planned, lutik, 1_000_000, day="2026-03-12", owner_id=planned.anna.pk)
    actions.keep(now=at(16, 9))
    judged = dict(ControlDay.objects.values_list("day", "attainment"))
    # by the end of the 12th eight of twenty-one working days: 800,000; of the 13th nine
    assert judged[date(2026, 3, 11)] == 0
    assert judged[date(2026, 3, 12)] == Decimal("1.25")
    assert judged[date(2026, 3, 13)] == Decimal("1.1111")
    assert not ManualControl.objects.get().proposal
    actions.keep(now=at(17, 9))
    actions.keep(now=at(17, 9))
    assert ManualControl.objects.get().proposal == "CRITERION"
    assert kinds(control).count("control.proposed") == 1
    actions.prolong(
        by=fresh(planned.boris), control_id=control.pk, until=date(2026, 3, 31), reason="One sale is no habit",
        now=at(17, 10),
    )  # fmt: skip
    actions.keep(now=at(18, 9))
    assert not ManualControl.objects.get().proposal


def test_limit_ends_the_plans_and_proposes(planned):
    declared(planned, until=date(2026, 3, 12))
    actions.keep(now=at(13, 9))
    assert ManualControl.objects.get().proposal == "LIMIT"
    assert not DayPlan.objects.filter(day=date(2026, 3, 13)).exists()


def test_effect_compares_the_same_weekdays(planned, lutik):
    # before: 100,000 every Wednesday of four weeks; during: 300,000 on one
    for day in ("2026-02-11", "2026-02-18", "2026-02-25", "2026-03-04"):
        pay(planned, lutik, 100_000, day=day, owner_id=planned.anna.pk)
    pay(planned, lutik, 300_000, day="2026-03-11", owner_id=planned.anna.pk)
    control = declared(planned)
    card = queries.control_card(fresh(planned.boris), control.pk, date(2026, 3, 12))
    money = next(each for each in card.effects if each.metric == "payments").during
    # Tuesday the 10th and Wednesday the 11th
    assert (money.days, money.base, money.level) == (2, 50_000, 150_000)
    assert money.is_sure is False
    assert queries.control_card(fresh(planned.anna), control.pk, date(2026, 3, 12)).effects
    with pytest.raises(NotFound):
        queries.control_card(fresh(planned.vera), control.pk, date(2026, 3, 12))
