"""Counters against a naive recount after every random operation: of each employee and each level of heads."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import fields
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from ledger import fresh
from people import NOW, make_firm

from otdel.core.errors import Refusal
from otdel.core.listing import Asking
from otdel.tasks import actions, queries
from otdel.tasks.models import Task
from otdel.tasks.queries import Counters
from otdel.tasks.rules import TaskValues, To

WHO = ("anna", "boris", "vera", "gleb", "olga")
people = st.sampled_from(WHO)
pick = st.integers(0, 30)
hours = st.integers(-200, 200)


def naive(task: Task, person: int, now: datetime) -> set[str]:  # noqa: C901 - plain words are the point
    """Say in plain words which counters of the person the task is in."""
    found = set()
    doing = person == task.assignee_id or (task.is_shared and person in task.participants)
    back = task.state == "DEFERRED" and task.deferred_until <= now
    waited = task.state in ("NEW", "SEEN", "WORK", "RETURNED") or back
    if doing and waited and task.deadline is not None:
        if task.deadline < now:
            found.add("overdue")
        elif task.deadline.astimezone(now.tzinfo).date() == now.date():
            found.add("today")
    if doing and task.state == "NEW":
        found.add("unopened")
    if doing and task.state == "RETURNED":
        found.add("returned")
    if task.creator_id == person:
        if task.state == "REVIEW":
            found.add("accept")
        if task.state == "DECLINED":
            found.add("declined")
        if task.state == "DONE" and not task.grade:
            found.add("ungraded")
    named = {task.creator_id, task.assignee_id, *task.participants, *task.observers}
    if person in task.mentioned and person in named:
        found.add("mentions")
    if found & {"overdue", "unopened", "returned", "accept", "declined", "mentions"}:
        found.add("attention")
    return found


def sees(person, team: set[int], task: Task) -> bool:
    named = {task.creator_id, task.assignee_id, *task.participants, *task.observers}
    return person in named or (not task.is_private and bool(named & team))


class Firm(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.firm, self.now = make_firm(), NOW
        f = self.firm
        everyone = {each.pk for each in (f.anna, f.boris, f.vera, f.gleb, f.olga, f.zoya, f.admin)}
        self.teams = {
            "anna": {f.anna.pk},
            "vera": {f.vera.pk},
            "boris": {f.anna.pk, f.boris.pk},
            "gleb": {f.vera.pk, f.gleb.pk},
            "olga": everyone,
        }

    def person(self, name):
        return fresh(getattr(self.firm, name))

    def attempt(self, action, by, **given):
        with suppress(Refusal):
            getattr(actions, action)(by=self.person(by), now=self.now, **given)

    def task(self, at):
        ids = list(Task.objects.order_by("pk").values_list("pk", flat=True))
        return ids[at % len(ids)] if ids else 0

    @rule(
        by=people,
        to=st.lists(people, min_size=1, max_size=3, unique=True),
        each=st.booleans(),
        due=hours,
        private=st.booleans(),
        accept=st.booleans(),
    )
    def give(self, by, to, each, due, private, accept):
        values = TaskValues(
            title="Work", deadline=self.now + timedelta(hours=due), is_private=private, needs_acceptance=accept
        )
        address = To(people=tuple(getattr(self.firm, name).pk for name in to), each=each)
        self.attempt("create_tasks", by, values=values, to=address)

    @rule(by=people, at=pick, what=st.sampled_from(["see_task", "start_task", "submit_task", "resume_task"]))
    def step(self, by, at, what):
        self.attempt(what, by, task_id=self.task(at))

    @rule(
        by=people, at=pick, what=st.sampled_from(["accept_task", "grade_task"]), grade=st.sampled_from(["GOOD", "NONE"])
    )
    def judge(self, by, at, what, grade):
        self.attempt(what, by, task_id=self.task(at), grade=grade)

    @rule(by=people, at=pick, what=st.sampled_from(["return_task", "decline_task"]))
    def refuse(self, by, at, what):
        self.attempt(what, by, task_id=self.task(at), reason="No")

    @rule(by=people, at=pick, due=hours)
    def move(self, by, at, due):
        deadline = self.now + timedelta(hours=due)
        self.attempt("move_deadline", by, task_id=self.task(at), deadline=deadline, has_time=True, reason="Ill")

    @rule(by=people, at=pick, due=hours)
    def defer(self, by, at, due):
        self.attempt("defer_task", by, task_id=self.task(at), until=self.now + timedelta(hours=due), reason="Later")

    @rule(by=people, at=pick, to=people)
    def hand_over(self, by, at, to):
        self.attempt("reassign_task", by, task_id=self.task(at), to=getattr(self.firm, to).pk)

    @rule(by=people, at=pick)
    def mention(self, by, at):
        self.attempt("comment_task", by, task_id=self.task(at), text="@Volkova @Dyatlov, look")

    @rule(by=people, at=pick, back=st.booleans())
    def bin(self, by, at, back):
        self.attempt("restore_tasks" if back else "bin_many", by, ids=[self.task(at)])

    @rule(passed=st.integers(1, 60))
    def wait(self, passed):
        self.now += timedelta(hours=passed)

    @invariant()
    def counted_right(self):
        if not hasattr(self, "firm"):
            return
        living = list(Task.objects.filter(deleted_at=None))
        for name in WHO:
            me = self.person(name)
            mine = Counter(code for task in living for code in naive(task, me.pk, self.now))
            assert queries.counters(me, self.now) == Counters(**mine), name
            team = queries.team(me, self.now)
            seen = [task for task in living if sees(me.pk, self.teams[name], task)]
            total = Counters()
            for pk in self.teams[name]:
                theirs = Counters(**Counter(code for task in seen for code in naive(task, pk, self.now)))
                row = next(row for row in team.rows if row.id == pk)
                assert row.counters == theirs, (name, row.name)
                total += theirs
            assert team.total == total
            self.opens_its_rows(me, team)

    def opens_its_rows(self, me, team):
        row = team.rows[0]
        for each in fields(Counters):
            params = {"waits": [f"{each.name}:{row.id}"]}
            state = queries.TASKS.read(params, Asking(me, self.now))
            assert queries.TASKS.narrowed(state).count() == getattr(row.counters, each.name)


@pytest.mark.slow
@pytest.mark.django_db
def test_counters_agree_with_a_recount():
    """Each example begins with an empty database: what it wrote is taken back after it."""

    class Example(Firm):
        def __init__(self):
            super().__init__()
            self.point = transaction.atomic()
            self.point.__enter__()

        def teardown(self):
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    run_state_machine_as_test(
        Example,
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
