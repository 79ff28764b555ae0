"""Answers between departments: reminded of before, told of when they are late, found in the list."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from django.test import Client
from ledger import fresh
from people import NOW, Firm

from otdel.core.listing import Asking
from otdel.notifications import jobs
from otdel.notifications.models import Notice
from otdel.tasks import actions, queries
from otdel.tasks.rules import TaskValues, To

MOSCOW = ZoneInfo("Europe/Moscow")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=MOSCOW)


def ask(firm: Firm, **fields: Any) -> Any:
    values = TaskValues(title="Price list", **({"answer_by": at(3, 15)} | fields))
    return actions.create_tasks(by=fresh(firm.anna), values=values, to=To(people=(firm.vera.pk,)), now=NOW)[0]


def sweep(day: int, hour: int, minute: int = 0) -> None:
    with time_machine.travel(at(day, hour, minute), tick=False):
        jobs.sweep()


def said(*codes: str) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind__in=[f"task.{code}" for code in codes]).order_by("pk")
    return [(row.kind.removeprefix("task."), row.person.first_name) for row in rows]


def test_a_late_answer_is_told_to_whoever_waits_and_found_in_the_list(firm: Firm, client: Client) -> None:
    task = ask(firm)
    for hour, minute in ((13, 59), (14, 0), (15, 0), (15, 15), (16, 0)):
        sweep(3, hour, minute)
    assert said("answer", "answer_late") == [("answer", "Vera"), ("answer_late", "Anna")]
    with time_machine.travel(at(3, 16), tick=False):
        client.force_login(firm.anna)
        page = client.get("/tasks/?word=answer").content.decode()
        assert f"/tasks/{task.pk}/" in page
        assert "Price list" not in client.get("/tasks/?word=accept").content.decode()


def test_whoever_has_begun_has_answered(firm: Firm) -> None:
    task = ask(firm)
    actions.start_task(by=fresh(firm.vera), task_id=task.pk, now=NOW)
    sweep(4, 15)
    assert said("answer", "answer_late") == []


def test_a_late_acceptance_reminds_whoever_is_to_say_the_word(firm: Firm) -> None:
    task = ask(firm, needs_acceptance=True, accept_hours=2)
    actions.submit_task(by=fresh(firm.vera), task_id=task.pk, now=at(2, 12))
    sweep(2, 14, 14)
    assert said("word_late") == []
    sweep(2, 14, 15)
    sweep(2, 15)
    assert said("word_late") == [("word_late", "Anna")]


def test_what_waits_for_acceptance_is_out_of_the_doers_calendar_and_day(firm: Firm) -> None:
    task = ask(firm, needs_acceptance=True, deadline=at(3, 15), has_time=True)
    days = (at(1, 0), at(31, 0))
    assert [row.id for row in queries.between(fresh(firm.vera), *days)] == [task.pk]
    actions.submit_task(by=fresh(firm.vera), task_id=task.pk, now=NOW)
    assert queries.between(fresh(firm.vera), *days) == []
    assert not any(queries.my_day(fresh(firm.vera), at(3, 12)).values())
    assert [row.id for row in queries.between(fresh(firm.anna), *days, who="given")] == [task.pk]
    actions.return_task(by=fresh(firm.anna), task_id=task.pk, reason="More", now=NOW + timedelta(hours=1))
    assert [row.id for row in queries.between(fresh(firm.vera), *days)] == [task.pk]


def late(person: Any, now: datetime) -> int:
    return queries.counters(fresh(person), now).answers


def test_late_answers_are_counted_for_whoever_owes_them(firm: Firm, client: Client) -> None:
    task = ask(firm, needs_acceptance=True, accept_hours=2)
    assert (late(firm.vera, at(3, 14)), late(firm.vera, at(3, 16))) == (0, 1)
    client.force_login(firm.vera)
    with time_machine.travel(at(3, 16), tick=False):
        assert f"/tasks/{task.pk}/" in client.get("/tasks/?waits=answers").content.decode()
        team = queries.team(fresh(firm.gleb), at(3, 16))
        assert {row.name: row.counters.answers for row in team.rows}["Volkova Vera"] == 1
        assert f'/tasks/{task.pk}/"' not in client.get(f"/tasks/?waits=answers:{firm.anna.pk}").content.decode()
    actions.submit_task(by=fresh(firm.vera), task_id=task.pk, now=at(3, 16))
    assert late(firm.vera, at(4, 16)) == 0
    assert (late(firm.anna, at(3, 17)), late(firm.anna, at(4, 16))) == (0, 1)
    actions.accept_task(by=fresh(firm.anna), task_id=task.pk, grade="GOOD", now=at(4, 16))
    assert late(firm.anna, at(4, 17)) == 0
    ask(firm, is_private=True)
    assert late(firm.vera, at(3, 16)) == 1
    assert {row.counters.attention for row in queries.team(fresh(firm.gleb), at(3, 16)).rows} == {0}
    assert {row.counters.answers for row in queries.team(fresh(firm.gleb), at(3, 16)).rows} == {0}


def test_a_late_answer_wants_attention_once_and_opens_its_rows(firm: Firm, client: Client) -> None:
    def wants(person: Any, now: datetime) -> int:
        found = queries.waiting(fresh(person), now).counters.attention
        state = queries.TASKS.read({"waits": ["attention"]}, Asking(fresh(person), now))
        assert queries.TASKS.narrowed(state).count() == found
        return found

    task = ask(firm, deadline=at(4, 12), has_time=True)
    assert wants(firm.vera, at(3, 16)) == 1  # not opened
    actions.see_task(by=fresh(firm.vera), task_id=task.pk, now=NOW)
    assert (wants(firm.vera, at(3, 14)), wants(firm.vera, at(3, 16)), wants(firm.anna, at(3, 16))) == (0, 1, 0)
    assert wants(firm.vera, at(4, 13)) == 1  # overdue too
    actions.comment_task(by=fresh(firm.anna), task_id=task.pk, text="@Volkova?", now=at(3, 16))
    assert wants(firm.vera, at(3, 16)) == 1  # called in too
    client.force_login(firm.vera)
    with time_machine.travel(at(3, 16), tick=False):
        told = json.loads(client.get("/tasks/counters/")["HX-Trigger"])["counters"]
        assert (told["total"], told["rooms"]["/tasks/"], told["waits"]["answers"]) == (1, 1, 1)
    actions.see_task(by=fresh(firm.vera), task_id=task.pk, now=at(3, 16))
    among = queries.team_among(fresh(firm.gleb), at(3, 16), queries.TASKS.read({}, Asking(fresh(firm.gleb), at(3, 16))))
    assert [(row.name, row.counters.answers, row.counters.attention) for row in among.rows] == [("Volkova Vera", 1, 1)]
    actions.start_task(by=fresh(firm.vera), task_id=task.pk, now=at(3, 16))
    assert wants(firm.vera, at(3, 16)) == 0
