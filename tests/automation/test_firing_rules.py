from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from controlled import plan_march
from ledger import fresh, make_customer, make_deal, make_invoice, pay
from people import NOW
from writing import TASK, move, outcomes, wake, write

from otdel.activities.models import Activity
from otdel.automation import actions, queries
from otdel.automation.actions import firing
from otdel.automation.models import Firing, Rule
from otdel.automation.rules import RuleValues
from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound
from otdel.core.models import Event
from otdel.customers import actions as customers
from otdel.customers.models import Customer
from otdel.deals import actions as deals
from otdel.deals.models import Deal, Stage
from otdel.notifications.models import Notice
from otdel.org import actions as org
from otdel.org.models import Person
from otdel.tasks import actions as tasks
from otdel.tasks.actions.templates import TemplateValues, save_template
from otdel.tasks.models import Task
from otdel.tasks.rules import TaskValues, To


@pytest.fixture(autouse=True)
def _from_here(db):
    wake.seen = 0


@pytest.fixture
def offer(deal):
    return Stage.objects.create(pipeline=deal.stage.pipeline, name="Offer", position=2)


@pytest.fixture
def invoiced(deal):
    return Stage.objects.create(pipeline=deal.stage.pipeline, name="Invoice", position=3)


# writing


def test_writing_checks_the_sentence(firm):
    for wrong in (
        {"name": " "}, {"when": "X"}, {"then": "STAGE", "when": "LEAD_CREATED"}, {"does": {"title": ""}},
        {"does": {"title": "x", "to": "X"}}, {"when": "NO_CONTACT", "days": 0}, {"most_per_hour": 0},
        {"then": "HANDOVER", "does": {"owner": 999_999}}, {"then": "TEMPLATE", "does": {"template": 999_999}},
        {"then": "WEBHOOK", "does": {"url": "http://127.0.0.1/"}}, {"then": "STAGE", "does": {"stage": 999_999}},
    ):  # fmt: skip
        values = {"name": "R", "when": "DEAL_STAGE", "then": "TASK", "does": TASK, "unit_id": firm.north.pk} | wrong
        with pytest.raises(Invalid):
            actions.save_rule(by=fresh(firm.boris), values=RuleValues(**values), now=NOW)
    assert not Rule.objects.exists()


def test_who_writes_and_for_whom(firm):
    for who in (firm.anna, firm.vera, firm.zoya):
        with pytest.raises(NotAllowed):
            write(who, unit=firm.north)
    with pytest.raises(NotAllowed):
        write(firm.boris)  # the whole company
    with pytest.raises(NotFound):
        write(firm.boris, unit=firm.south)
    rule = write(firm.boris, unit=firm.north)
    assert write(firm.admin).unit is None
    with pytest.raises(NotFound):
        actions.drop_rule(by=fresh(firm.gleb), rule_id=rule.pk, now=NOW)
    assert actions.switch_rule(by=fresh(firm.admin), rule_id=rule.pk, on=False, now=NOW).stop == "BY_HAND"
    with pytest.raises(Conflict):
        actions.switch_rule(by=fresh(firm.boris), rule_id=rule.pk, on=False, now=NOW)
    actions.drop_rule(by=fresh(firm.boris), rule_id=rule.pk, now=NOW)
    kinds = Event.objects.filter(subject_type="automation.rule", subject_id=rule.pk).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        "rule.saved", "rule.switched", "rule.switched", "rule.dropped",
    ]  # fmt: skip


def test_conditions_are_those_of_the_list(firm, deal, offer):
    rule = write(firm.boris, unit=firm.north, conditions="amount_from=1000&nonsense=1&bin=1&stage=abc")
    assert rule.conditions == "amount_from=1000"
    Deal.objects.filter(pk=deal.pk).update(amount=500)
    move(firm.anna, deal, offer)
    assert not Firing.objects.exists()
    Deal.objects.filter(pk=deal.pk).update(amount=1000)
    move(firm.anna, deal, Stage.objects.create(pipeline=offer.pipeline, name="Talks", position=4))
    assert outcomes(rule) == ["DONE"]


# events


def test_stage_entered_gives_a_task_once(firm, deal, offer, invoiced):
    rule = write(firm.boris, unit=firm.north, stage_id=offer.pk)
    move(firm.anna, deal, offer)
    wake.seen = 0
    wake()  # a second worker with the same events
    move(firm.anna, deal, invoiced)  # another stage
    task = Task.objects.get()
    assert (task.title, task.assignee, task.creator, task.deal) == (
        "Call Lutik about Supply", firm.anna, firm.boris, deal,
    )  # fmt: skip
    assert outcomes(rule) == ["DONE"]
    assert Firing.objects.get().made == {"task": task.pk, "to": [firm.anna.pk]}


def test_head_and_creator_get_tasks(firm, deal, offer):
    write(firm.olga, unit=firm.north, does=TASK | {"to": "HEAD"})
    write(firm.olga, unit=firm.north, does=TASK | {"to": "CREATOR"})
    move(firm.anna, deal, offer)
    assert {each.assignee for each in Task.objects.all()} == {firm.boris, firm.olga}


def test_other_departments_and_earlier_events_do_not_fire(firm, offer):
    rule = write(firm.boris, unit=firm.north)
    move(firm.vera, make_deal(firm.vera, make_customer(firm.vera)), offer)
    event = Event.objects.filter(kind="deal.moved").get()
    Event.objects.filter(pk=event.pk).update(at=NOW - timedelta(days=1))
    wake.seen = 0
    wake()
    assert outcomes(rule) == []


def test_tag_stage_handover(firm, deal, offer, invoiced):
    write(firm.boris, unit=firm.north, stage_id=offer.pk, then="TAG", does={"tag": "hot"})
    write(firm.boris, unit=firm.north, stage_id=offer.pk, then="STAGE", does={"stage": invoiced.pk})
    write(firm.boris, unit=firm.north, stage_id=invoiced.pk, then="HANDOVER", does={"owner": firm.boris.pk})
    move(firm.anna, deal, offer)
    wake()
    deal.refresh_from_db()
    assert (deal.tags, deal.stage, deal.owner) == (["hot"], invoiced, firm.boris)


def test_what_the_owner_may_not_do_is_refused_and_logged(firm, deal, offer):
    rule = write(firm.boris, unit=firm.north, then="HANDOVER", does={"owner": firm.vera.pk})
    move(firm.anna, deal, offer)
    firing = Firing.objects.get()
    assert (outcomes(rule), deal.owner) == (["REFUSED"], firm.anna)
    assert firing.text


def test_rules_do_not_chase_their_tails(firm, deal, offer, invoiced):
    there = write(firm.boris, unit=firm.north, stage_id=offer.pk, then="STAGE", does={"stage": invoiced.pk})
    back = write(firm.boris, unit=firm.north, stage_id=invoiced.pk, then="STAGE", does={"stage": offer.pk})
    move(firm.anna, deal, offer)
    for _round in range(5):
        wake()
    # there, back; then its own doing does not fire it again, which is said in the log and to its owner, once
    assert (outcomes(there), outcomes(back)) == (["DONE", "LOOP"], ["DONE"])
    stopped = there.firings.get(outcome="LOOP")
    assert stopped.text == f"“{there.name}” → “{back.name}” → “{there.name}”"
    told = Notice.objects.filter(kind="rule.looped")
    assert [each.person for each in told] == [firm.boris]
    move(firm.anna, deal, invoiced)
    for _round in range(5):
        wake()
    assert (outcomes(there), outcomes(back)) == (["DONE", "LOOP", "DONE"], ["DONE", "DONE", "LOOP"])
    assert told.all().count() == 2  # once for each of the two rules
    assert deal.stage_id


def test_chain_of_rules_ends(firm, deal):
    stages = [
        Stage.objects.create(pipeline=deal.stage.pipeline, name=f"S{place}", position=place) for place in range(10, 16)
    ]
    made = [
        write(firm.boris, unit=firm.north, stage_id=one.pk, then="STAGE", does={"stage": after.pk})
        for one, after in zip(stages, stages[1:], strict=False)
    ]
    move(firm.anna, deal, stages[0])
    for _round in range(8):
        wake()
    assert [outcomes(rule) for rule in made] == [["DONE"], ["DONE"], ["DONE"], ["LOOP"], []]


def test_limit_of_the_hour_stops_the_rule(firm, lutik, offer):
    rule = write(firm.boris, unit=firm.north, most_per_hour=2)
    for number in range(4):
        move(firm.anna, make_deal(firm.anna, lutik, f"D{number}"), offer)
    rule.refresh_from_db()
    assert outcomes(rule) == ["DONE", "DONE", "LIMIT"]
    assert (rule.is_on, rule.stop, Task.objects.count()) == (False, "LIMIT", 2)
    assert queries.stopped(fresh(firm.admin)) == 1


def test_rule_of_who_left_stops(firm, deal, offer):
    rule = write(firm.boris, unit=firm.north)
    org.dismiss(by=fresh(firm.admin), person_id=firm.boris.pk, last_day=date(2026, 3, 3), now=NOW)
    move(firm.anna, deal, offer, now=NOW + timedelta(days=3))
    rule.refresh_from_db()
    assert (rule.is_on, rule.stop, outcomes(rule)) == (False, "OWNER", [])
    taken = actions.switch_rule(by=fresh(firm.olga), rule_id=rule.pk, on=True, now=NOW)
    assert (taken.owner, taken.stop) == (firm.olga, "")


def test_new_lead_and_returned_task(firm):
    write(firm.boris, when="LEAD_CREATED", unit=firm.north)
    deals.create_lead(by=fresh(firm.anna), values={"title": "Wants pumps"}, now=NOW)
    wake()
    assert Task.objects.get().title == "Call about Wants pumps"


# conditions of time


def at(day: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


def test_overdue_invoice_fires_once_per_episode(firm, lutik):
    rule = write(firm.boris, when="INVOICE_OVERDUE", days=3, unit=firm.north)
    invoice = make_invoice(firm, lutik, 100, due_on=date(2026, 3, 2), owner_id=firm.anna.pk)
    old = make_invoice(firm, lutik, 100, due_on=date(2026, 2, 2), owner_id=firm.anna.pk)  # was late before the rule
    paid = make_invoice(firm, lutik, 100, due_on=date(2026, 3, 2), owner_id=firm.anna.pk)
    pay(firm, lutik, 100, day="2026-03-03", wish={paid.pk: Decimal(100)}, owner_id=firm.anna.pk)
    for day in (4, 5, 5, 6):
        actions.sweep(now=at(day))
    assert list(rule.firings.values_list("record_id", flat=True)) == [invoice.pk]
    assert old.pk != invoice.pk


def test_a_rule_that_fails_stops_no_other_and_is_not_hushed_up(firm, lutik, monkeypatch):
    broken, sound = (write(firm.boris, when="INVOICE_OVERDUE", days=3, unit=firm.north) for _each in range(2))
    make_invoice(firm, lutik, 100, due_on=date(2026, 3, 2), owner_id=firm.anna.pk)
    known = firing.episodes

    def episodes(rule, *rest, **more):
        if rule.pk == broken.pk:
            raise ValueError("broken")
        return known(rule, *rest, **more)

    monkeypatch.setattr(firing, "episodes", episodes)
    with pytest.raises(ExceptionGroup) as raised:
        actions.sweep(now=at(6))
    assert [each.__notes__ for each in raised.value.exceptions] == [[f"while rule {broken.pk} was swept"]]
    assert (broken.firings.count(), sound.firings.count()) == (0, 1)


def test_no_contact_fires_again_after_a_new_silence(firm, lutik):
    rule = write(firm.boris, when="NO_CONTACT", days=5, unit=firm.north)
    stranger = make_customer(firm.vera, "Hers")
    for customer, owner in ((lutik, firm.anna), (stranger, firm.vera)):
        Activity.objects.create(
            kind="CALL", at=at(2), day=date(2026, 3, 2), customer=customer, owner=owner, created_at=NOW, updated_at=NOW
        )
    Customer.objects.update(created_at=at(1, month=1))
    actions.sweep(now=at(6))
    assert outcomes(rule) == []
    actions.sweep(now=at(7))
    actions.sweep(now=at(8))
    assert list(rule.firings.values_list("record_id", "key")) == [(lutik.pk, "since:2026-03-02")]
    Activity.objects.create(
        kind="CALL", at=at(9), day=date(2026, 3, 9), customer=lutik, owner=firm.anna, created_at=NOW, updated_at=NOW
    )
    actions.sweep(now=at(14))
    assert rule.firings.count() == 2


def test_deal_that_stands_and_deal_without_a_step(firm, lutik, offer):
    stands = write(firm.boris, when="DEAL_STANDS", days=4, stage_id=offer.pk, unit=firm.north)
    stepless = write(firm.boris, when="DEAL_NO_STEP", days=2, unit=firm.north)
    deal = make_deal(firm.anna, lutik)
    deals.move_deal(by=fresh(firm.anna), deal_id=deal.pk, stage_id=offer.pk, today=date(2026, 3, 3), now=at(3))
    for day in (4, 5, 6, 7, 8):
        actions.sweep(now=at(day))
    assert [(each.record_id, each.key) for each in stands.firings.all()] == [(deal.pk, "stage:2026-03-03")]
    assert [(each.record_id, each.key) for each in stepless.firings.filter(record_id=deal.pk)] == [
        (deal.pk, "last:2026-03-03")
    ]


def test_red_line_fires_once_a_month(firm):
    plan_march(firm)
    rule = write(firm.boris, when="LINE_RED", metric="payments", unit=firm.north)
    for day in (10, 11):
        actions.sweep(now=at(day))
    assert list(rule.firings.values_list("record_id", "key")) == [(firm.anna.pk, "payments:2026-03")]
    assert Task.objects.get().assignee == firm.anna


def test_red_for_some_days_in_a_row(firm):
    """Nothing comes from the 2nd of March, a Monday; the 9th is a holiday moved from Sunday the 8th."""
    plan_march(firm)
    rule = write(firm.boris, when="LINE_RED", metric="payments", unit=firm.north, days=3)
    actions.sweep(now=at(4))
    assert not rule.firings.exists()
    actions.sweep(now=at(5))
    actions.sweep(now=at(6))
    assert list(rule.firings.values_list("record_id", "key")) == [(firm.anna.pk, "payments:2026-03")]
    boris = fresh(firm.boris)
    (would,) = queries.dry_run(boris, rule, boris, at(31)).rows
    assert (would.record_id, would.day) == (firm.anna.pk, date(2026, 3, 5))


# the dry run and the log


def test_dry_run_says_what_it_would_have_done_and_does_nothing(firm, deal, lutik, offer):
    move(firm.anna, deal, offer, now=NOW - timedelta(days=10))
    late = make_invoice(firm, lutik, 100, due_on=date(2026, 2, 1), owner_id=firm.anna.pk)
    entered = write(firm.boris, unit=firm.north, on=False)
    overdue = write(firm.boris, when="INVOICE_OVERDUE", days=3, unit=firm.north, on=False)
    boris = fresh(firm.boris)
    assert [each.record_id for each in queries.dry_run(boris, entered, boris, NOW).rows] == [deal.pk]
    (would,) = queries.dry_run(boris, overdue, boris, NOW).rows
    assert (would.record_id, would.day) == (late.pk, date(2026, 2, 4))
    gleb = fresh(firm.gleb)
    assert queries.dry_run(gleb, entered, gleb, NOW).rows == []
    assert not Firing.objects.exists()
    assert not Task.objects.exists()


def test_log_and_list_are_for_those_who_may(firm, deal, offer):
    rule = write(firm.boris, unit=firm.north)
    move(firm.anna, deal, offer)
    (row,) = queries.rules(fresh(firm.boris), NOW)
    assert (row.done, row.other) == (1, 0)
    assert [each.name for each in queries.log(fresh(firm.olga), rule.pk)] == ["Supply"]
    with pytest.raises(NotFound):
        queries.log(fresh(firm.gleb), rule.pk)
    with pytest.raises(NotAllowed):
        queries.rules(fresh(firm.anna), NOW)
    assert Person.objects.count() == 7


def test_dry_run_of_returned_tasks_reads_the_tasks_and_their_history(firm, lutik):
    """One returned twice here, one that came so, one returned long ago."""
    boris, about = fresh(firm.boris), {"title": "Offer", "needs_acceptance": True}
    (task,) = tasks.create_tasks(by=boris, values=TaskValues(**about), to=To(people=(firm.anna.pk,)), now=NOW)
    for times in (1, 2):
        Task.objects.filter(pk=task.pk).update(state="RETURNED", returned_times=times, updated_at=NOW)
    came = {"creator": boris, "assignee": firm.anna, "state": "DONE", "returned_times": 1, "created_at": NOW}
    old = NOW - timedelta(days=200)
    Task.objects.bulk_create(
        Task(title=title, done_at=at, updated_at=at, **came) for title, at in (("Came", NOW), ("Long ago", old))
    )
    rule = write(firm.boris, when="TASK_RETURNED", unit=firm.north, on=False)
    found = [would.name for would in queries.dry_run(boris, rule, boris, NOW).rows]
    assert sorted(found) == ["Came", "Offer", "Offer"]


# work from a template, notices


@pytest.mark.parametrize(("assign", "who"), [("OWNER", "anna"), ("OWNER_HEAD", "boris"), ("GIVER", "olga")])
def test_a_red_line_gives_a_task_from_a_template_to_a_role(firm, assign, who):
    plan_march(firm)
    values = TemplateValues(name="Measures", title="Say what you will do", assign=assign)
    template = save_template(by=fresh(firm.olga), values=values, now=NOW)
    rule = write(firm.olga, when="LINE_RED", then="TEMPLATE", does={"template": template.pk}, unit=firm.north)
    actions.sweep(now=at(10))
    task = Task.objects.get()
    assert (outcomes(rule), task.assignee, task.template_id) == (["DONE"], getattr(firm, who), template.pk)


def test_a_returned_task_gives_one_from_a_template_about_the_same(firm, deal):
    values = TemplateValues(name="Look", title="Look why", assign="OWNER_HEAD")
    template = save_template(by=fresh(firm.olga), values=values, now=NOW)
    write(firm.olga, when="TASK_RETURNED", then="TEMPLATE", does={"template": template.pk}, unit=firm.north)
    given = TaskValues(title="Offer", deal_id=deal.pk, needs_acceptance=True)
    (task,) = tasks.create_tasks(by=fresh(firm.olga), values=given, to=To(people=(firm.anna.pk,)), now=NOW)
    tasks.submit_task(by=fresh(firm.anna), task_id=task.pk, now=NOW)
    tasks.return_task(by=fresh(firm.olga), task_id=task.pk, reason="More", now=NOW)
    wake()
    made = Task.objects.get(template_id=template.pk)
    assert (made.assignee, made.deal) == (firm.boris, deal)


def test_names_are_put_in_whatever_language_they_were_asked_for_in(firm, lutik, deal, offer):
    does = {"title": "{запись} / {record}: {клиент}", "to": "OWNER"}
    write(firm.boris, does=does, unit=firm.north)
    move(firm.anna, deal, offer)
    assert Task.objects.get().title == "Supply / Supply: Lutik"


def test_notices_lead_to_pages_that_are_there(firm, deal, offer, lutik, client):
    """Of every kind of record a rule speaks of; told once, to whom the rule says."""
    plan_march(firm)
    does = {"title": "Look at {record}", "text": "of {customer}", "to": "HEAD"}
    for when, more in (
        ("DEAL_STAGE", {}), ("LEAD_CREATED", {}), ("CUSTOMER_CREATED", {}), ("INVOICE_CREATED", {}),
        ("TASK_RETURNED", {}), ("LINE_RED", {"metric": "payments"}),
    ):  # fmt: skip
        write(firm.boris, when=when, then="NOTICE", does=does, unit=firm.north, **more)
    customers.create_customer(by=fresh(firm.anna), values={"name": "Vesna"}, now=NOW)
    deals.create_lead(by=fresh(firm.anna), values={"title": "Wants pumps"}, now=NOW)
    make_invoice(firm, lutik, 100, number="A-7", owner_id=firm.anna.pk)
    given = TaskValues(title="Offer", needs_acceptance=True)
    (task,) = tasks.create_tasks(by=fresh(firm.boris), values=given, to=To(people=(firm.anna.pk,)), now=NOW)
    tasks.submit_task(by=fresh(firm.anna), task_id=task.pk, now=NOW)
    tasks.return_task(by=fresh(firm.boris), task_id=task.pk, reason="More", now=NOW)
    move(firm.anna, deal, offer)
    actions.sweep(now=at(10))
    told = Notice.objects.filter(kind="rule.said", person=firm.boris)
    assert {each.title for each in told} == {
        f"Look at {name}" for name in ("Supply", "Wants pumps", "Vesna", "A-7", "Offer", "Abramova Anna")
    }
    client.force_login(firm.boris)
    assert [client.get(each.url).status_code for each in told] == [200] * 6
