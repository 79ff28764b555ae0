"""The kept sums of the counters: exact while several write and the job adds up, short after it, mended when broken."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from ledger import fresh, make_customer, make_deal
from people import NOW, Firm, make_firm

from otdel.activities.models import Activity
from otdel.deals.models import Deal
from otdel.tasks import jobs, queries
from otdel.tasks.actions import tally
from otdel.tasks.models import Idle, StepMark, Tally, Task
from otdel.tasks.queries.sums import numbers_among

STAMP = {"created_at": NOW, "updated_at": NOW}


def make_tasks(firm: Firm, count: int, **fields: Any) -> list[Task]:
    given = {"creator": firm.boris, "assignee": firm.anna, "deadline": NOW - timedelta(hours=1), **STAMP} | fields
    return Task.objects.bulk_create(Task(title=f"Task {number}", **given) for number in range(count))


def overdue(firm: Firm) -> int:
    return queries.counters(fresh(firm.anna), NOW).overdue


def test_filters_that_nothing_can_fit_count_nothing(firm: Firm) -> None:
    make_tasks(firm, 1)
    found = (Task.objects.none(), Task.objects.filter(title="Another"), Task.objects.all())
    day = (NOW, NOW + timedelta(hours=9))
    assert [bool(numbers_among(rows, [firm.anna.pk], *day)) for rows in found] == [False, False, True]
    assert numbers_among(Task.objects.all(), [firm.vera.pk], *day) == {}


def in_threads(*work: Callable[[], None]) -> None:
    """Each has a connection of its own; what went wrong in any of them is raised."""
    wrong: list[BaseException] = []

    def run(each: Callable[[], None]) -> None:
        try:
            each()
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(each,)) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if wrong:
        raise wrong[0]


@pytest.mark.django_db(transaction=True)
def test_sums_are_exact_while_others_write_and_two_jobs_add_up() -> None:
    firm = make_firm()
    lutik = make_customer(firm.anna)
    deal = make_deal(firm.anna, lutik)
    ids = [task.pk for task in make_tasks(firm, 40, deal=deal, customer=lutik)]
    states = ("NEW", "SEEN", "WORK", "RETURNED", "REVIEW", "DONE", "DECLINED")
    writing = threading.Event()

    def write(seed: int) -> None:
        dice = random.Random(seed)
        mine = ids[seed::2]  # of the same person; two never wait for one another's rows
        for _turn in range(60):
            with transaction.atomic():
                some = Task.objects.filter(pk__in=dice.sample(mine, 5))
                moved = NOW + timedelta(minutes=dice.randint(-500, 500))
                some.update(state=dice.choice(states), deadline=moved, is_private=dice.random() < 0.3)
                if dice.random() < 0.2:
                    transaction.set_rollback(True)

    def write_both() -> None:
        try:
            in_threads(lambda: write(0), lambda: write(1))
        finally:
            writing.set()

    def settle() -> None:
        while not writing.is_set():
            tally.settle(now=NOW)

    def look() -> None:
        while not writing.is_set():
            assert queries.wrong(NOW) == 0

    in_threads(write_both, settle, settle, look)
    assert queries.wrong(NOW) == 0
    tally.settle(now=NOW)
    assert overdue(firm) == Task.objects.filter(
        state__in=("NEW", "SEEN", "WORK", "RETURNED"), deadline__lt=NOW
    ).count()  # fmt: skip
    assert not StepMark.objects.exists()
    assert queries.wrong(NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_a_recount_beside_a_change_not_committed_yet() -> None:
    firm = make_firm()
    task, *_others = make_tasks(firm, 3)
    begun, counted = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            Task.objects.filter(pk=task.pk).update(state="DONE")
            begun.set()
            assert counted.wait(30)

    def recount() -> None:
        assert begun.wait(30)
        tally.recount()
        assert overdue(firm) == 3
        counted.set()

    in_threads(write, recount)
    assert overdue(firm) == 2
    assert queries.wrong(NOW) == 0


@pytest.mark.django_db
def test_rows_stay_few_however_many_tasks() -> None:
    firm = make_firm()
    for number in range(60):
        make_tasks(firm, 1, deadline=NOW - timedelta(hours=number), state="WORK")
        make_tasks(firm, 1, deadline=NOW + timedelta(days=3, hours=number), state="WORK")
    assert Tally.objects.filter(person_id=firm.anna.pk).count() == 120
    tally.settle(now=NOW)
    ahead = NOW + tally.AHEAD
    assert Tally.objects.filter(person_id=firm.anna.pk, due__lt=ahead).count() <= 2
    assert Tally.objects.filter(person_id=firm.anna.pk).count() <= 62
    assert overdue(firm) == 59  # one is due this very moment
    found = queries.counters(fresh(firm.anna), NOW + timedelta(days=10))
    assert (found.overdue, found.attention) == (120, 120)
    assert tally.settle(now=NOW) == 0  # nothing is left to do


@pytest.mark.django_db
def test_next_steps_are_right_before_the_job_and_after_it() -> None:
    firm = make_firm()
    lutik = make_customer(firm.anna)
    deal = make_deal(firm.anna, lutik)

    def counted() -> tuple[int, int]:
        found = queries.waiting(fresh(firm.anna), NOW).steps
        assert queries.wrong(NOW) == 0
        return found.deals, found.customers

    assert counted() == (1, 1)
    tally.settle(now=NOW)
    assert not StepMark.objects.exists()
    assert (Idle.objects.count(), counted()) == (2, (1, 1))
    Activity.objects.create(
        kind="CALL", is_done=False, at=NOW, day=NOW.date(), owner=firm.anna, deal=deal, customer=lutik, **STAMP
    )
    assert (StepMark.objects.count(), counted()) == (2, (0, 0))
    tally.settle(now=NOW)
    assert (Idle.objects.count(), counted()) == (0, (0, 0))


@pytest.mark.django_db
def test_what_is_wrong_is_said_and_mended(caplog: pytest.LogCaptureFixture) -> None:
    firm = make_firm()
    make_tasks(firm, 3)
    Tally.objects.filter(person_id=firm.anna.pk, unopened__gt=0).update(unopened=7)
    assert queries.counters(fresh(firm.anna), NOW).unopened == 7
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", stdout=said)
    assert "WRONG counters of tasks: not what a recount says, of 1 people" in said.getvalue()
    assert "./otdel manage recount" in said.getvalue()
    jobs.verify()
    assert "of 1 people were not what a recount says" in caplog.text
    assert queries.counters(fresh(firm.anna), NOW).unopened == 3
    assert queries.wrong(NOW) == 0

    Tally.objects.all().delete()
    call_command("recount", stdout=(said := StringIO()))
    assert "of 2 people were wrong" not in said.getvalue()
    assert "1 people were wrong" in said.getvalue()
    assert queries.counters(fresh(firm.anna), NOW).unopened == 3


@pytest.mark.django_db
def test_the_job_looks_once_a_minute(firm: Firm) -> None:
    make_tasks(firm, 2)
    jobs.settle()
    assert Tally.objects.filter(person_id=firm.anna.pk, is_settled=True).count() == 1


@pytest.mark.django_db
def test_marks_of_an_import_concern_their_owners_alone() -> None:
    firm = make_firm()
    for owner, number in ((firm.anna, 2), (firm.vera, 3)):
        for _each in range(number):
            make_deal(owner, None)
    assert sorted(StepMark.objects.values_list("owner_id", flat=True)) == sorted(
        [firm.anna.pk] * 2 + [firm.vera.pk] * 3
    )
    deal = Deal.objects.filter(owner=firm.vera).first()
    tally.settle(now=NOW)
    Deal.objects.filter(pk=deal.pk).update(owner=firm.anna)
    assert set(StepMark.objects.values_list("owner_id", flat=True)) == {firm.anna.pk, firm.vera.pk}
    found = [queries.waiting(fresh(who), NOW).steps.deals for who in (firm.anna, firm.vera)]
    assert found == [3, 2]
    Task.objects.create(title="Call", creator=firm.olga, assignee=firm.olga, deal=deal, **STAMP)
    assert StepMark.objects.filter(owner_id=0).count() == 1
    assert queries.waiting(fresh(firm.anna), NOW).steps.deals == 2
    assert queries.wrong(NOW) == 0


@pytest.mark.django_db
def test_a_day_has_what_one_answers_for_and_what_is_shared_in_one_order() -> None:
    firm = make_firm()
    anna, boris, vera = firm.anna, firm.boris, firm.vera
    make_tasks(firm, 1, assignee=vera, deadline=NOW + timedelta(hours=2))
    shared = {"is_shared": True, "participants": [vera.pk, boris.pk]}
    make_tasks(firm, 1, assignee=anna, deadline=NOW - timedelta(hours=2), **shared)
    make_tasks(firm, 1, assignee=vera, deadline=NOW - timedelta(hours=1), is_shared=True, participants=[anna.pk])
    make_tasks(firm, 1, assignee=vera, deadline=None, is_private=True)
    # not hers to do, put off, done, in the bin
    make_tasks(firm, 1, participants=[vera.pk])
    make_tasks(firm, 1, assignee=vera, state="DEFERRED", deferred_until=NOW + timedelta(hours=1))
    make_tasks(firm, 1, state="DONE", **shared)
    make_tasks(firm, 1, assignee=vera, deleted_at=NOW)
    day = queries.my_day(fresh(vera), NOW)
    assert [row.assignee_id for row in day["overdue"]] == [anna.pk, vera.pk]
    assert [len(day[part]) for part in ("today", "next")] == [1, 1]
    back = queries.my_day(fresh(vera), NOW + timedelta(hours=1))
    assert len(back["overdue"]) == 3
