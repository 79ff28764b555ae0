"""What the people of the invented company were told lately, how they want to be told, and what works by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F

from otdel.automation import actions as automation
from otdel.automation.rules import RuleValues
from otdel.core.models import Event
from otdel.demo import firm
from otdel.demo.words import Word
from otdel.demo.world import World
from otdel.notifications import actions as notifications
from otdel.notifications import channels
from otdel.notifications.actions.feeding import refeed
from otdel.notifications.kinds import feeders
from otdel.notifications.models import Delivery, Notice, Reminder
from otdel.org import actions as org
from otdel.org.models import Person
from otdel.tasks.models import Task

LASTS = timedelta(days=12)
REMEMBERED = timedelta(days=60)
WATCHED = 4  # working days the rules are on already
REMIND = Word("Перезвонить в «Аквастрой» до обеда", "Call Akvastroy back before noon")
AWAY = Word("Отпуск", "Holiday")
State, Sent = Task.State, Delivery.State


def draw(world: World, now: datetime) -> list[Event]:
    """Add what tasks made people be told of late to the rows not yet written; return the history of the tasks."""
    _Told(world, now).draw()
    return _history(world, now)


def _history(world: World, now: datetime) -> list[Event]:
    kept = {task.pk: task for task in world.tasks if task.updated_at > now - REMEMBERED}
    found = [each for task in kept.values() for each in _happened(task)]
    for move in world.moves:
        if move.task_id in kept:
            days = {"before": move.before, "after": move.after, "reason": move.reason}
            found.append(("moved", move.at, move.by_id, move.task_id, days))
    return [
        Event(kind=f"task.{kind}", subject_type="tasks.task", subject_id=task_id, by_id=by, at=at, data=data)
        for kind, at, by, task_id, data in sorted(found, key=lambda each: (each[1], each[3]))
        if at <= now
    ]


def _happened(task: Task) -> Iterator[tuple[str, datetime, int, int, dict[str, Any]]]:
    """What was done to the task, by whom and when; an acceptance takes the giver an hour."""
    giver, doer = task.creator_id, task.assignee_id
    yield "created", task.created_at, giver, task.pk, {"assignee": doer, "group": 1}
    if task.seen_at and giver != doer:
        yield "seen", task.seen_at, doer, task.pk, {}
    if task.state == State.RETURNED:
        yield "submitted", task.updated_at - timedelta(minutes=50), doer, task.pk, {}
        yield "returned", task.updated_at, giver, task.pk, {"reason": task.reason}
    if task.submitted_at:
        waits = task.needs_acceptance and giver != doer
        yield "submitted" if waits else "done", task.submitted_at, doer, task.pk, {}
        if waits and task.state == State.DONE:
            yield "accepted", task.submitted_at + timedelta(hours=1), giver, task.pk, {"grade": task.grade}


class _Told:
    def __init__(self, world: World, now: datetime) -> None:
        self.world, self.now, self.rng = world, now, world.rng("told")
        self.names = {person.pk: f"{person.last_name} {person.first_name}" for person in world.people.values()}

    def draw(self) -> None:
        found = [each for task in self.world.tasks for each in self._of(task) if self._is_recent(each[1])]
        for kind, at, person, task, more in sorted(found, key=lambda each: (each[1], each[2])):
            self._tell(kind, at, person, task, more)

    def _is_recent(self, at: datetime) -> bool:
        return self.now - LASTS < at <= self.now

    def _of(self, task: Task) -> Iterator[tuple[str, datetime, int, Task, dict[str, Any]]]:
        """What the task made people be told, and when."""
        giver, doer, deadline = task.creator_id, task.assignee_id, task.deadline
        if giver == doer:
            return
        yield "given", task.created_at, doer, task, {"by": self.names[giver]}
        open_yet = task.state in (State.NEW, State.SEEN, State.WORK, State.RETURNED)
        if open_yet and deadline is not None and deadline < self.now:
            morning = datetime.combine(self._next(deadline.date()), time(9), self.world.days.zone)
            yield "overdue", morning, doer, task, {}
            yield "overdue_given", morning, giver, task, {"person": self.names[doer]}
        if task.state == State.REVIEW and task.submitted_at:
            yield "review", task.submitted_at, giver, task, {"by": self.names[doer]}
        if task.state == State.RETURNED:
            yield "returned", task.updated_at, doer, task, {"text": task.reason}
        if task.state == State.DONE and task.done_at:
            yield "done", task.done_at, giver, task, {"by": self.names[doer]}

    def _next(self, day: date) -> date:
        return self.world.days.worked(day + timedelta(days=1))

    def _tell(self, kind: str, at: datetime, person: int, task: Task, more: dict[str, Any]) -> None:
        world = self.world
        read = self._read(at)
        anchor = task.deadline.isoformat() if task.deadline else ""
        notice = world.new(
            Notice,
            person_id=person,
            kind=f"task.{kind}",
            subject_kind="task",
            subject_id=task.pk,
            title=task.title,
            url=f"/tasks/{task.pk}/",
            params={"has_time": False, "anchor_at": anchor} | more,
            at=at,
            key=f"demo:{kind}:{task.pk}:{person}",
            read_at=read,
        )
        world.notices.append(notice)
        world.deliveries.append(
            world.new(
                Delivery,
                notice_id=notice.pk,
                person_id=person,
                channel=channels.APP,
                bunch=notice.kind,
                state=Sent.OPENED if read else Sent.SENT,
                made_at=at,
                due_at=at,
                next_try_at=at,
                sent_at=at,
                delivered_at=at,
                opened_at=read,
            )
        )

    def _read(self, at: datetime) -> datetime | None:
        """Most is read the same day; of the last day some is new."""
        read = at + timedelta(minutes=self.rng.randrange(2, 240))
        fresh = self.now - at < timedelta(hours=30)
        return None if read > self.now or self.rng.random() < (0.6 if fresh else 0.04) else read


def live(world: World, now: datetime) -> None:
    """Count every reminder, and let the people say how they want to be told and what is to happen by itself."""
    for kind in feeders():
        after: int | None = 0
        while after is not None:
            after = refeed(subject_kind=kind, after=after, now=now)
    Reminder.objects.filter(state=Reminder.State.PENDING, due_at__lte=now).update(
        state=Reminder.State.FIRED, fired_at=F("due_at")
    )
    _wishes(world, now)
    _rules(world, now)


def _person(world: World, key: str) -> Person:
    return Person.objects.select_related("role").get(pk=world.people[key].pk)


def _wishes(world: World, now: datetime) -> None:
    days, manager, head = world.days, _person(world, firm.MANAGER), _person(world, firm.HEAD)
    monday = days.today + timedelta(days=14 - days.today.weekday())
    org.add_absence(
        by=manager, person_id=manager.pk, starts_on=monday, last_on=monday + timedelta(days=13),
        substitute_id=world.people["morozova"].pk, reason=world.say(AWAY), now=now,
    )  # fmt: skip
    tomorrow = datetime.combine(days.worked(days.today + timedelta(days=1)), time(11, 30), days.zone)
    notifications.remind_me(by=manager, text=world.say(REMIND), at=tomorrow, now=now)
    notifications.set_quiet(by=manager, starts=time(20), ends=time(8), in_working_time_only=False, now=now)
    notifications.set_quiet(by=head, starts=None, ends=None, in_working_time_only=True, now=now)


DEBT = Word("Долг старше двух недель: договориться о дне оплаты", "A debt older than two weeks: agree on a day")
RED = Word("План месяца краснеет: сказать руководителю", "The month's plan turns red: tell the head")
SILENT = Word("Полтора месяца тишины: позвонить", "Six weeks of silence: call")
ASK = Word("Договориться о дне оплаты: {customer}", "Agree on the day of payment: {customer}")
BEHIND = Word("{record} отстаёт от плана месяца", "{record} is behind the plan of the month")
CALL = Word("Узнать, что нового: {customer}", "Learn what is new: {customer}")


def _rules(world: World, now: datetime) -> None:
    """Three sentences people begin with; the last one is written and not switched on yet."""
    head, say = _person(world, firm.HEAD), world.say
    moments = _mornings(world, now)
    sentences: list[tuple[Word, bool, dict[str, Any]]] = [
        (DEBT, True, {"when": "INVOICE_OVERDUE", "days": 14, "then": "TASK", "does": _asks(say(ASK), due=2)}),
        (RED, True, {"when": "LINE_RED", "metric": "payments", "then": "NOTICE", "does": _asks(say(BEHIND), "HEAD")}),
        (SILENT, False, {"when": "NO_CONTACT", "days": 45, "then": "TASK", "does": _asks(say(CALL), due=3)}),
    ]
    for name, is_on, rest in sentences:
        values = RuleValues(name=say(name), unit_id=world.units["sales"].pk, **rest)
        rule = automation.save_rule(by=head, values=values, now=moments[0])
        if is_on:
            automation.switch_rule(by=head, rule_id=rule.pk, on=True, now=moments[0])
    for moment in moments:
        automation.sweep(now=moment)


def _mornings(world: World, now: datetime) -> list[datetime]:
    """The mornings of the last working days, and this moment."""
    days = world.days
    found, day = [now], days.today
    for _number in range(WATCHED):
        day = days.calendar.add_working_days(day, -1)
        found.append(datetime.combine(day, time(10), days.zone))
    return sorted(found)


def _asks(title: str, to: str = "OWNER", due: int = 0) -> dict[str, Any]:
    return {"title": title, "to": to, "due": due}
