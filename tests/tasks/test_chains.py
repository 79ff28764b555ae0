"""What waits for what, who is called in by name, answers between departments."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from ledger import fresh, make_customer, make_deal
from people import NOW

from otdel.activities.models import Activity
from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound
from otdel.tasks import actions, queries, rules
from otdel.tasks.models import Task
from otdel.tasks.rules import TaskValues, To


def one(by, to, **fields) -> Task:
    values = TaskValues(**({"title": "Work"} | fields))
    return actions.create_tasks(by=fresh(by), values=values, to=To(people=(to.pk,)), now=NOW)[0]


def do(action, by, task, now=NOW, **fields):
    return getattr(actions, action)(by=fresh(by), task_id=task.pk, now=now, **fields)


def again(task) -> Task:
    return Task.objects.get(pk=task.pk)


# depends on


def test_what_waits_is_not_begun_and_says_what_for(firm):
    first, second = one(firm.boris, firm.anna, title="Measure"), one(firm.boris, firm.anna, title="Cut")
    do("add_need", firm.boris, second, needs_id=first.pk)
    do("add_need", firm.boris, second, needs_id=first.pk)
    for name in ("start_task", "submit_task"):
        with pytest.raises(rules.Blocked, match="«Measure»"):
            do(name, firm.anna, second)
    do("submit_task", firm.anna, first)
    do("start_task", firm.anna, second)


def test_a_strangers_task_is_not_named(firm):
    hidden, mine = one(firm.olga, firm.vera, title="Secret"), one(firm.olga, firm.anna)
    do("add_need", firm.olga, mine, needs_id=hidden.pk)
    with pytest.raises(rules.Blocked) as refused:
        do("start_task", firm.anna, mine)
    assert "Secret" not in str(refused.value)
    with pytest.raises(NotFound):
        do("add_need", firm.anna, one(firm.anna, firm.anna), needs_id=hidden.pk)


def test_what_is_binned_holds_nobody(firm):
    first, second = one(firm.boris, firm.anna), one(firm.boris, firm.anna)
    do("add_need", firm.boris, second, needs_id=first.pk)
    actions.bin_many(by=fresh(firm.boris), ids=[first.pk], now=NOW)
    do("start_task", firm.anna, second)
    assert again(second).state == "WORK"


def test_no_circles(firm):
    one_, two, three = (one(firm.boris, firm.boris) for _ in range(3))
    do("add_need", firm.boris, two, needs_id=one_.pk)
    do("add_need", firm.boris, three, needs_id=two.pk)
    for needs in (three, one_):
        with pytest.raises(Conflict):
            do("add_need", firm.boris, one_, needs_id=needs.pk)
    child = one(firm.boris, firm.boris, parent_id=one_.pk)
    with pytest.raises(Conflict):
        do("add_need", firm.boris, child, needs_id=three.pk)
    with pytest.raises(Conflict):
        do("change_task", firm.boris, one_, values=TaskValues(title="Work", parent_id=child.pk))
    do("remove_need", firm.boris, two, needs_id=one_.pk)
    do("add_need", firm.boris, one_, needs_id=three.pk)
    with pytest.raises(NotFound):
        do("remove_need", firm.boris, two, needs_id=one_.pk)


def test_only_those_who_work_on_it_bind_it(firm):
    task, other = one(firm.olga, firm.anna, observers=(firm.vera.pk,)), one(firm.vera, firm.vera)
    with pytest.raises(NotAllowed):
        do("add_need", firm.vera, task, needs_id=other.pk)


# called in by name


def test_who_is_named_sees_counts_and_looks(firm):
    task = one(firm.boris, firm.anna, text="Ask @Volkova about it")
    assert (task.observers, task.mentioned) == ([firm.vera.pk], [firm.vera.pk])
    assert queries.counters(fresh(firm.vera), NOW).mentions == 1
    do("see_task", firm.vera, task)
    assert queries.counters(fresh(firm.vera), NOW).mentions == 0
    do("comment_task", firm.anna, task, text="@Volkova?")
    assert queries.counters(fresh(firm.vera), NOW).mentions == 1
    assert again(task).observers == [firm.vera.pk]


def test_a_private_task_calls_nobody_new(firm):
    task = one(firm.anna, firm.anna, text="@Volkova", is_private=True)
    assert (task.observers, task.mentioned) == ([], [])


def test_a_change_calls_only_those_named_anew(firm):
    task = one(firm.boris, firm.anna, text="Ask @Volkova")
    do("see_task", firm.vera, task)
    kept = {"title": "Work", "observers": tuple(task.observers)}
    do("change_task", firm.boris, task, values=TaskValues(text="Ask @Volkova!", **kept))
    assert again(task).mentioned == []
    do("change_task", firm.boris, task, values=TaskValues(title="Work", text="No"))
    assert (again(task).observers, again(task).mentioned) == ([], [])


# between departments


def test_answers_of_both_sides(firm):
    friday = datetime.fromisoformat("2026-03-06T17:00+03:00")
    task = one(firm.boris, firm.vera, answer_by=NOW + timedelta(hours=20), accept_hours=2, needs_acceptance=True)
    do("submit_task", firm.vera, task, now=friday)
    # an hour is left of Friday, and Saturday to Monday are off
    assert again(task).accept_by == datetime.fromisoformat("2026-03-10T10:00+03:00")
    do("return_task", firm.boris, task, reason="No", now=friday)
    assert again(task).accept_by is None
    for wrong in ({"answer_by": NOW - timedelta(hours=1)}, {"accept_hours": 0}):
        with pytest.raises(Invalid):
            one(firm.boris, firm.vera, **wrong)


# no next step


def test_what_has_no_next_step_is_counted_and_opened(firm):
    lutik, roza = make_customer(firm.anna), make_customer(firm.anna, "Roza")
    deal = make_deal(firm.anna, lutik)
    make_deal(firm.anna, roza, closed_on=NOW.date())
    make_deal(firm.vera, make_customer(firm.vera, "Mak"))

    def counted(who=firm.anna):
        found = queries.waiting(fresh(who), NOW).steps
        rows = {row.id: row.steps for row in queries.team(fresh(firm.olga), NOW).rows}
        assert rows[who.pk] == found
        return found.deals, found.customers

    assert counted() == (1, 2)
    assert [row.id for row in queries.team(fresh(firm.anna), NOW).rows] == [firm.anna.pk]
    task = one(firm.anna, firm.anna, deal_id=deal.pk)
    assert counted() == (0, 1)
    do("submit_task", firm.anna, task)
    assert counted() == (1, 2)
    about = {"deal": deal, "customer": lutik, "owner": firm.anna, "created_at": NOW, "updated_at": NOW}
    call = Activity.objects.create(kind="CALL", at=NOW, day=NOW.date(), is_done=False, **about)
    assert counted() == (0, 1)
    Activity.objects.filter(pk=call.pk).update(is_done=True)
    assert counted() == (1, 2)
