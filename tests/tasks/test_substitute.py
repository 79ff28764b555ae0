"""Who stands in for somebody opens and does what they are told of, for those days and no longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from ledger import fresh
from people import NOW, Firm

from otdel.core.errors import NotAllowed, NotFound
from otdel.core.models import Event
from otdel.notifications import jobs
from otdel.notifications.models import Notice
from otdel.org import actions as org_actions
from otdel.org import queries as org
from otdel.org.models import Absence, Person
from otdel.tasks import access, actions, queries
from otdel.tasks.models import Task
from otdel.tasks.rules import TaskValues, To

MOSCOW = ZoneInfo("Europe/Moscow")
BEFORE, FIRST, LAST, AFTER = (datetime(2026, 3, day, 12, tzinfo=MOSCOW) for day in (3, 4, 6, 7))
VALUES = TaskValues(title="Call back", deadline=LAST + timedelta(days=20), has_time=True, most_moves=1)


@pytest.fixture
def away(firm: Firm) -> Absence:
    """Anna is away from the 4th to the 6th; Vera of another department stands in."""
    return Absence.objects.create(
        person=firm.anna, substitute=firm.vera, starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 7)
    )


def signed(person: Person, at: datetime = FIRST) -> Person:
    found = org.signed_in(person.pk, at)
    assert found is not None
    return found


def give(by: Person, to: Person, **fields: Any) -> Task:
    values = replace(VALUES, **fields)
    return actions.create_tasks(by=fresh(by), values=values, to=To(people=(to.pk,)), now=NOW)[0]


def sees(person: Person, task: Task, at: datetime) -> bool:
    return access.visible_tasks(signed(person, at)).filter(pk=task.pk).exists()


def test_the_right_begins_and_ends_with_the_absence(firm: Firm, away: Absence) -> None:
    task = give(firm.boris, firm.anna)
    assert [sees(firm.vera, task, at) for at in (BEFORE, FIRST, LAST, AFTER)] == [False, True, True, False]
    assert not sees(firm.zoya, task, FIRST)
    assert sees(firm.anna, task, FIRST)
    assert not access.visible_tasks(fresh(firm.vera)).filter(pk=task.pk).exists()
    org_actions.remove_absence(by=fresh(firm.boris), absence_id=away.pk, now=FIRST)
    assert not sees(firm.vera, task, FIRST)


def test_it_follows_the_day_where_the_absent_one_is(firm: Firm, away: Absence) -> None:
    Person.objects.filter(pk=firm.anna.pk).update(time_zone="Asia/Vladivostok")  # seven hours before Moscow
    task = give(firm.boris, firm.anna)
    assert sees(firm.vera, task, datetime(2026, 3, 3, 20, tzinfo=MOSCOW))
    assert not sees(firm.vera, task, datetime(2026, 3, 6, 20, tzinfo=MOSCOW))


def test_private_tasks_stay_private(firm: Firm, away: Absence) -> None:
    task = give(firm.anna, firm.anna, is_private=True)
    assert not sees(firm.vera, task, FIRST)
    with pytest.raises(NotFound):
        actions.submit_task(by=signed(firm.vera), task_id=task.pk, now=FIRST)


def test_the_work_is_done_in_the_absent_ones_place_and_said_so(firm: Firm, away: Absence) -> None:
    task = give(firm.boris, firm.anna, needs_acceptance=True)
    vera = signed(firm.vera)
    actions.see_task(by=vera, task_id=task.pk, now=FIRST)
    task.refresh_from_db()
    assert task.state == "NEW"  # Anna has not seen it
    actions.start_task(by=vera, task_id=task.pk, now=FIRST)
    assert VALUES.deadline is not None
    later = VALUES.deadline + timedelta(days=1)
    actions.move_deadline(by=vera, task_id=task.pk, deadline=later, has_time=True, reason="Away", now=FIRST)
    with pytest.raises(NotAllowed):  # Anna might move it once
        actions.move_deadline(
            by=vera, task_id=task.pk, deadline=later + timedelta(days=1), has_time=True, reason="Again", now=FIRST
        )
    actions.submit_task(by=vera, task_id=task.pk, result="Called", now=FIRST)
    task.refresh_from_db()
    assert (task.state, task.assignee) == ("REVIEW", firm.anna)
    done = Event.objects.filter(kind__in=("task.started", "task.moved", "task.submitted"))
    assert {(each.by, each.data["instead"]) for each in done} == {(firm.vera, firm.anna.pk)}
    for act in ("accept_task", "grade_task"):
        with pytest.raises(NotAllowed):
            getattr(actions, act)(by=vera, task_id=task.pk, grade="GOOD", now=FIRST)
    with pytest.raises(NotAllowed):
        actions.bin_many(by=vera, ids=[task.pk], now=FIRST)
    with pytest.raises(NotFound):
        actions.comment_task(by=signed(firm.vera, AFTER), task_id=task.pk, text="Well?", now=AFTER)


def test_work_given_by_the_absent_one_is_judged_but_never_ones_own(firm: Firm, away: Absence) -> None:
    hers = give(firm.anna, firm.zoya, needs_acceptance=True)
    mine = give(firm.anna, firm.vera, needs_acceptance=True)
    actions.submit_task(by=fresh(firm.zoya), task_id=hers.pk, now=FIRST)
    actions.submit_task(by=signed(firm.vera), task_id=mine.pk, now=FIRST)
    actions.return_task(by=signed(firm.vera), task_id=hers.pk, reason="More", now=FIRST)
    actions.submit_task(by=fresh(firm.zoya), task_id=hers.pk, now=FIRST)
    actions.accept_task(by=signed(firm.vera), task_id=hers.pk, grade="GOOD", now=FIRST)
    assert Event.objects.get(kind="task.accepted").data["instead"] == firm.anna.pk
    for act, words in (("accept_task", {"grade": "GOOD"}), ("return_task", {"reason": "x"})):
        with pytest.raises(NotAllowed):
            getattr(actions, act)(by=signed(firm.vera), task_id=mine.pk, now=FIRST, **words)
    with pytest.raises(NotAllowed):  # what was accepted is not the substitute's to reopen
        actions.return_task(by=signed(firm.vera), task_id=hers.pk, reason="After all", now=FIRST)


def test_a_head_who_stands_in_keeps_what_a_head_may(firm: Firm) -> None:
    Absence.objects.create(
        person=firm.anna, substitute=firm.boris, starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 7)
    )
    task = give(firm.gleb, firm.anna)
    boris = signed(firm.boris)
    found = access.stand(boris, Task.objects.get(pk=task.pk))
    assert (found.does, found.does_for, found.steers) == (False, firm.anna.pk, True)
    actions.reassign_task(by=boris, task_id=task.pk, to=firm.boris.pk, now=FIRST)


def test_counters_stay_ones_own_and_the_list_is_not_taken_away(firm: Firm, away: Absence) -> None:
    give(firm.boris, firm.anna, deadline=NOW + timedelta(hours=1))
    vera = signed(firm.vera)
    assert queries.counters(vera, FIRST).attention == 0
    assert [row.name for row in queries.team(vera, FIRST).rows] == [firm.vera.name]
    [standing] = queries.standing_in(vera, FIRST)
    assert (standing.name, standing.overdue, standing.today, standing.last_on) == (
        firm.anna.name, 1, 0, date(2026, 3, 6)
    )  # fmt: skip
    assert queries.standing_in(signed(firm.zoya), FIRST) == []


def test_the_letter_leads_to_a_card_that_says_why(firm: Firm, away: Absence, client: Client) -> None:
    with time_machine.travel(FIRST, tick=False):
        task = actions.create_tasks(by=fresh(firm.boris), values=VALUES, to=To(people=(firm.anna.pk,)), now=FIRST)[0]
        told = Notice.objects.get(person=firm.vera, kind="task.given")
        assert told.instead_of == firm.anna
        client.force_login(firm.vera)
        answer = client.get(f"/notices/{told.pk}/", follow=True)
        assert answer.redirect_chain[-1][0] == f"/tasks/{task.pk}/"
        assert "You stand in for Abramova Anna until" in answer.content.decode()
        assert client.post(f"/tasks/{task.pk}/do/start/").status_code == 302
        assert "in the place of Abramova Anna" in client.get(f"/tasks/{task.pk}/history/").content.decode()
        assert "You stand in for" in client.get("/today/").content.decode()
    with time_machine.travel(AFTER, tick=False):
        assert client.get(f"/tasks/{task.pk}/").status_code == 404
        assert "You stand in for" not in client.get("/today/").content.decode()


def test_the_substitute_is_told_that_they_are_one(firm: Firm) -> None:
    made = org_actions.add_absence(
        by=fresh(firm.boris), person_id=firm.anna.pk, starts_on=date(2026, 3, 4), last_on=date(2026, 3, 6),
        substitute_id=firm.vera.pk, now=NOW,
    )  # fmt: skip
    for _turn in range(2):
        with time_machine.travel(NOW, tick=False):
            jobs.stands_in(event_id=Event.objects.get(kind="absence.added").pk)
    [told] = Notice.objects.filter(kind="absence.stands_in")
    assert (told.person, told.title, told.subject_id) == (firm.vera, "Abramova Anna", made.pk)
