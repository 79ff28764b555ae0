"""Counters against a naive recount after every random operation: of each employee and each level of heads.

Everybody looks from a time zone of their own, so that a midnight comes at different moments, once at half past.
OTDEL_OPERATIONS makes it as long as one likes: 5000 takes some ten minutes.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from ledger import fresh, make_customer, make_deal
from people import NOW, make_firm

from otdel.activities.models import Activity
from otdel.core.errors import Refusal
from otdel.core.listing import Asking
from otdel.customers.models import Customer
from otdel.deals.models import Deal
from otdel.tasks import actions, queries
from otdel.tasks.actions import tally
from otdel.tasks.models import Task
from otdel.tasks.queries import Counters, WithoutStep, steps
from otdel.tasks.queries.counters import end_of_day
from otdel.tasks.queries.sums import numbers_of
from otdel.tasks.rules import TaskValues, To

ZONES = {
    "anna": ZoneInfo("UTC"),
    "boris": ZoneInfo("Asia/Kolkata"),  # half an hour aside
    "vera": ZoneInfo("Pacific/Kiritimati"),  # as early as it gets
    "gleb": ZoneInfo("America/New_York"),
    "olga": ZoneInfo("Europe/Moscow"),
}
WHO = tuple(ZONES)
OPERATIONS = int(os.environ.get("OTDEL_OPERATIONS", "150"))
people = st.sampled_from(WHO)
several = st.lists(people, max_size=3, unique=True)
pick = st.integers(0, 30)
picks = st.lists(pick, min_size=1, max_size=4, unique=True)
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
    says, words = task.answer_by, task.accept_by
    if task.assignee_id == person and task.state in ("NEW", "SEEN") and says is not None and says < now:
        found.add("answers")
    if task.creator_id == person and task.state == "REVIEW" and words is not None and words < now:
        found.add("answers")
    if found & {"overdue", "unopened", "returned", "accept", "declined", "mentions", "answers"}:
        found.add("attention")
    return found


def sees(person, team: set[int], task: Task) -> bool:
    named = {task.creator_id, task.assignee_id, *task.participants, *task.observers}
    return person in named or (not task.is_private and bool(named & team))


class Firm(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.firm, self.now, self.events = make_firm(), NOW, []
        self.teams_seen, self.turn = [], 0
        f = self.firm
        everyone = {each.pk for each in (f.anna, f.boris, f.vera, f.gleb, f.olga, f.zoya, f.admin)}
        self.teams = {
            "anna": {f.anna.pk},
            "vera": {f.vera.pk},
            "boris": {f.anna.pk, f.boris.pk},
            "gleb": {f.vera.pk, f.gleb.pk},
            "olga": everyone,
        }
        self.customers = [make_customer(f.anna, "Lutik"), make_customer(f.vera, "Mak")]
        self.deals = [make_deal(f.anna, self.customers[0]), make_deal(f.gleb, self.customers[1])]
        # something to work on from the first step: of one's own, for others, shared, private, waiting for an answer
        for by, to, each, due, private, answer, deal in (
            ("anna", ["anna"], True, -30, False, None, 0),
            ("boris", ["anna", "vera"], True, 30, False, 3, 1),
            ("gleb", ["vera", "olga"], False, None, False, 20, None),
            ("vera", ["gleb"], True, 5, True, None, 0),
        ):
            self.put(by, to, ["olga"], each, due, private, answer is not None, answer, deal)

    def person(self, name):
        return fresh(getattr(self.firm, name))

    def ids(self, names):
        return tuple(getattr(self.firm, name).pk for name in names)

    def attempt(self, action, by, **given):
        with suppress(Refusal):
            return getattr(actions, action)(by=self.person(by), now=self.now, **given)

    def tasks(self, places):
        ids = list(Task.objects.order_by("pk").values_list("pk", flat=True))
        return sorted({ids[at % len(ids)] for at in places}) if ids else []

    def task(self, at):
        return next(iter(self.tasks([at])), 0)

    def note(self, by, event):
        if event is not None:
            self.events.append((by, event.pk))

    # what people do with tasks

    @rule(
        by=people,
        to=st.lists(people, min_size=1, max_size=3, unique=True),
        beside=several,
        each=st.booleans(),
        due=st.none() | hours,
        private=st.booleans(),
        accept=st.booleans(),
        answer=st.none() | st.integers(1, 90),
        deal=st.none() | st.integers(0, 1),
    )
    def give(self, by, to, beside, each, due, private, accept, answer, deal):
        self.put(by, to, beside, each, due, private, accept, answer, deal)

    def put(self, by, to, beside, each, due, private, accept, answer, deal):
        values = TaskValues(
            title="Work",
            deadline=None if due is None else self.now + timedelta(hours=due),
            participants=self.ids(beside[:1]),
            observers=self.ids(beside[1:]),
            is_private=private,
            needs_acceptance=accept,
            accept_hours=answer if accept else None,
            answer_by=None if answer is None else self.now + timedelta(hours=answer),
            deal_id=None if deal is None else self.deals[deal].pk,
        )
        self.attempt("create_tasks", by, values=values, to=To(people=self.ids(to), each=each))

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

    @rule(by=people, at=picks, due=st.none() | hours)
    def move(self, by, at, due):
        deadline = None if due is None else self.now + timedelta(hours=due)
        self.note(by, self.attempt("move_many", by, ids=self.tasks(at), deadline=deadline, has_time=True, reason="Ill"))

    @rule(by=people, at=pick, due=st.integers(1, 90))
    def defer(self, by, at, due):
        self.attempt("defer_task", by, task_id=self.task(at), until=self.now + timedelta(hours=due), reason="Later")

    @rule(by=people, at=picks, to=people)
    def reassign(self, by, at, to):
        self.note(by, self.attempt("reassign_many", by, ids=self.tasks(at), to=getattr(self.firm, to).pk))

    @rule(by=people, at=pick, text=st.sampled_from(["@Volkova @Orlova, look", "@Abramova, look"]))
    def mention(self, by, at, text):
        self.attempt("comment_task", by, task_id=self.task(at), text=text)

    @rule(by=people, at=picks)
    def bin(self, by, at):
        self.note(by, self.attempt("bin_many", by, ids=self.tasks(at)))

    @rule(by=people, at=picks)
    def restore(self, by, at):
        self.attempt("restore_tasks", by, ids=self.tasks(at))

    @rule(by=people, of=people, to=people)
    def hand_over(self, by, of, to):
        to_whom = {getattr(self.firm, to).pk: 1}
        self.note(by, self.attempt("hand_over", by, person_id=getattr(self.firm, of).pk, to=to_whom))

    @rule(what=st.sampled_from(["undo_many", "undo_handover"]))
    def undo(self, what):
        if self.events:
            by, event = self.events[-1]
            self.attempt(what, by, event_id=event)

    # what no action of ours does: the numbers do not depend on who writes

    @rule(at=picks, due=hours, state=st.sampled_from(["NEW", "WORK", "DEFERRED", "REVIEW", "DONE"]), who=several)
    def write_past_the_actions(self, at, due, state, who):
        moment, named = self.now + timedelta(hours=due), list(self.ids(who))
        Task.objects.filter(pk__in=self.tasks(at)).update(
            deadline=moment,
            state=state,
            deferred_until=moment - timedelta(hours=due % 7),
            answer_by=None if due % 5 else moment + timedelta(hours=due % 11),
            accept_by=None if due % 4 else moment,
            participants=named,
            mentioned=named,
            is_shared=bool(due % 2),
            is_private=bool(due % 3),
        )

    @rule(at=pick)
    def erase(self, at):
        with suppress(Exception), transaction.atomic():
            Task.objects.filter(pk=self.task(at)).delete()

    # deals and customers

    @rule(owner=people, deal=st.integers(0, 1), done=st.booleans())
    def plan_a_call(self, owner, deal, done):
        about = self.deals[deal]
        Activity.objects.create(
            kind="CALL", is_done=done, at=self.now, day=self.now.date(), owner=getattr(self.firm, owner), deal=about,
            customer_id=about.customer_id, created_at=self.now, updated_at=self.now,
        )  # fmt: skip

    @rule(binned=st.booleans())
    def end_the_calls(self, binned):
        rows = Activity.objects.filter(deleted_at=None)
        rows.update(deleted_at=self.now) if binned else rows.update(is_done=True)

    @rule(owner=people, at=st.integers(0, 1), closed=st.booleans(), binned=st.booleans())
    def change_records(self, owner, at, closed, binned):
        who = getattr(self.firm, owner)
        day = self.now.date() if closed else None
        Deal.objects.filter(pk=self.deals[at].pk).update(owner=who, closed_on=day)
        Customer.objects.filter(pk=self.customers[at].pk).update(owner=who, deleted_at=self.now if binned else None)

    # time and the job

    @rule(passed=st.integers(1, 60 * 60))
    def wait(self, passed):
        self.now += timedelta(minutes=passed)

    @rule(seconds=st.integers(-1, 1), of=st.sampled_from(["deadline", "answer_by", "accept_by"]))
    def wait_for_a_deadline(self, seconds, of):
        ahead = Task.objects.filter(**{f"{of}__gt": self.now + timedelta(seconds=1)}).order_by(of).first()
        if ahead is not None:
            self.now = getattr(ahead, of) + timedelta(seconds=seconds)

    @rule(everything=st.booleans())
    def settle(self, everything):
        (tally.settle_everything if everything else tally.settle)(now=self.now)

    @rule()
    def recount(self):
        tally.recount()

    # what must hold after each of them

    @invariant()
    def counted_right(self):
        if not hasattr(self, "firm"):
            return
        living = list(Task.objects.filter(deleted_at=None))
        idle = naive_steps(living)
        for name in WHO:
            me, now = self.person(name), self.now.astimezone(ZONES[name])
            mine = Counter(code for task in living for code in naive(task, me.pk, now))
            waiting = queries.waiting(me, now)
            assert waiting.counters == Counters(**mine), name
            assert waiting.steps == WithoutStep(idle["deals", me.pk], idle["customers", me.pk]), name
            team = queries.team(me, now)
            seen = [task for task in living if sees(me.pk, self.teams[name], task)]
            total = Counter()
            assert {row.id for row in team.rows} == self.teams[name]
            for row in team.rows:
                theirs = Counter(code for task in seen for code in naive(task, row.id, now))
                assert row.counters == Counters(**theirs), (name, row.name)
                assert row.steps == WithoutStep(idle["deals", row.id], idle["customers", row.id]), (name, row.name)
                total += theirs
            assert team.total == Counters(**total)
            self.teams_seen = self.teams_seen[-4:] + [(me, now, team)]
        # one of them after each step: a list is another query for each of its numbers
        self.turn += 1
        self.opens_its_rows(*self.teams_seen[self.turn % len(WHO)])
        self.counted_among(*self.teams_seen[self.turn % len(WHO)])
        self.counted_of_most(*self.teams_seen[self.turn % len(WHO)])
        assert queries.wrong(self.now) == 0

    def counted_of_most(self, me, now, team):
        """Of more than a hundred people, most of all there are, the database reads another way."""
        asked = (me.pk, now, end_of_day(now))
        many = [row.id for row in team.rows] + list(range(10**6, 10**6 + 200))
        assert numbers_of(many, *asked) == numbers_of([row.id for row in team.rows], *asked)

    def counted_among(self, me, now, team):
        """What filters find is counted by no kept sum: of all tasks it is the same."""
        everything = queries.TASKS.read({}, Asking(me, now))
        found = {row.id: row.counters for row in queries.team_among(me, now, everything).rows}
        assert found == {row.id: row.counters for row in team.rows if row.counters != Counters()}

    def opens_its_rows(self, me, now, team):
        row = team.rows[0]
        for code, count in asdict(row.counters).items():
            state = queries.TASKS.read({"waits": [f"{code}:{row.id}"]}, Asking(me, now))
            assert queries.TASKS.narrowed(state).count() == count, code
        for listed, condition, count in (
            (Deal, steps.deal_without_step(), row.steps.deals),
            (Customer, steps.customer_without_step(), row.steps.customers),
        ):
            assert listed.objects.filter(condition, owner_id=row.id, deleted_at=None).count() == count


def naive_steps(living):
    """Say in plain words how many open deals and customers each owner has nothing planned for."""
    coming = [task for task in living if task.state in ("NEW", "SEEN", "WORK", "RETURNED", "DEFERRED", "REVIEW")]
    coming += Activity.objects.filter(deleted_at=None, is_done=False)
    found = Counter()
    for deal in Deal.objects.filter(deleted_at=None, closed_on=None):
        found["deals", deal.owner_id] += all(each.deal_id != deal.pk for each in coming)
    for customer in Customer.objects.filter(deleted_at=None):
        found["customers", customer.owner_id] += all(each.customer_id != customer.pk for each in coming)
    return found


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
            max_examples=OPERATIONS // 30,
            stateful_step_count=30,
            deadline=None,
            # to shorten what failed takes minutes without a word, as if the suite hung: only when asked for more
            phases=list(Phase) if "OTDEL_OPERATIONS" in os.environ else (Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
