"""When people are reminded, and that it happens once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from ledger import fresh
from people import NOW
from told import give, sweep

from otdel.core.calendar import Calendar
from otdel.core.worktime import Hours, WorkTime
from otdel.notifications import rules
from otdel.notifications.actions import sweeping
from otdel.notifications.actions.ruling import RuleValues, override_rule
from otdel.notifications.jobs import refeed_all
from otdel.notifications.models import Delivery, Notice, Reminder, ReminderRule
from otdel.notifications.rules import Peace, Plan, allowed_from, due_at
from otdel.org import actions as org
from otdel.tasks import actions as tasks

MOSCOW, OMSK = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Omsk")
WORK = WorkTime(Calendar("RU"), MOSCOW)


def at(day: int, hour: int, minute: int = 0, month: int = 3, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=zone)


def evening(day: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, 23, 59, 59, tzinfo=MOSCOW)


# 9 March 2026 is a Monday off: 8 March fell on Sunday. 2026 has no other moved day in March.
@pytest.mark.parametrize(
    ("plan", "anchor", "has_time", "started", "expected"),
    [
        (Plan("BEFORE", 1, "DAYS"), at(10, 12), True, at(2, 9), at(6, 12)),
        (Plan("BEFORE", 1, "DAYS"), evening(10), False, at(2, 9), at(6, 9)),
        (Plan("BEFORE", 60, "MINUTES"), at(10, 9, 30), True, at(2, 9), at(6, 17, 30)),
        (Plan("BEFORE", 60, "MINUTES"), evening(8), False, at(2, 9), at(6, 17)),
        (Plan("BEFORE", 15, "CLOCK"), at(7, 8), True, at(2, 9), at(7, 7, 45)),
        (Plan("HALF", 0, "MINUTES"), at(3, 18), True, at(2, 9), at(2, 18)),
        (Plan("AT", 0, "MINUTES"), at(7, 20), True, at(2, 9), at(10, 9)),
        (Plan("AT", 0, "MINUTES"), evening(8), False, at(2, 9), at(6, 9)),
        (Plan("AT", 0, "MINUTES"), at(5, 15), True, at(2, 9), at(5, 15)),
        (Plan("AFTER", 15, "MINUTES"), evening(6), False, at(2, 9), at(10, 9, 15)),
        (Plan("AFTER", 15, "MINUTES"), at(6, 17, 50), True, at(2, 9), at(10, 9, 5)),
        (Plan("AFTER", 1, "DAYS"), at(6, 20), True, at(2, 9), at(10, 18)),
        (Plan("UNREAD", 240, "MINUTES"), None, True, at(6, 16), at(10, 11)),
    ],
)
def test_reminders_are_counted_in_working_time(plan, anchor, has_time, started, expected):
    assert due_at(plan, anchor=anchor, has_time=has_time, started=started, work=WORK) == expected


def test_quiet_hours_go_over_midnight_and_wait_for_working_time():
    night = Peace(time(22), time(8))
    assert allowed_from(night, WORK, at(5, 23)) == at(6, 8)
    assert allowed_from(night, WORK, at(6, 3)) == at(6, 8)
    assert allowed_from(night, WORK, at(6, 8)) == at(6, 8)
    assert allowed_from(Peace(time(9), time(10), True), WORK, at(7, 12)) == at(10, 10)
    assert allowed_from(Peace(), WORK, at(7, 3)) == at(7, 3)


def test_working_time_backwards_is_the_mirror_of_forwards():
    for minutes in (1, 60, 539, 540, 541, 2000):
        assert WORK.add(WORK.back(at(10, 12), minutes), minutes) == at(10, 12)
    assert WORK.back(at(10, 9), 30) == at(6, 17, 30)
    assert WorkTime(Calendar("RU"), MOSCOW, Hours(time(10), time(12))).at_time(date(2026, 3, 6), time(18)) == at(6, 12)


def pending(kind: str = "") -> list[tuple[str, str, datetime]]:
    rows = Reminder.objects.filter(state="PENDING", subject_kind="task").order_by("due_at", "id")
    return [(row.kind.removeprefix("task."), row.whom, row.due_at) for row in rows if kind in row.kind]


def test_a_task_has_its_reminders_from_its_own_transaction(firm):
    task = give(firm.boris, firm.anna, NOW, deadline=at(6, 15), has_time=True)
    assert pending() == [
        ("unopened", "SELF", at(2, 16)),
        ("unopened_given", "GIVER", at(3, 12)),
        ("soon", "SELF", at(5, 15)),
        ("due", "SELF", at(6, 15)),
        ("overdue", "SELF", at(6, 15, 15)),
        ("overdue_given", "GIVER", at(10, 15)),
        ("overdue_team", "HEAD", at(10, 15)),
        ("overdue_team", "HEAD2", at(12, 15)),
    ]
    tasks.see_task(by=fresh(firm.anna), task_id=task.pk, now=NOW)
    assert [kind for kind, *_rest in pending()][:1] == ["soon"]
    tasks.move_deadline(by=fresh(firm.boris), task_id=task.pk, deadline=at(13, 15), has_time=True, now=NOW)
    assert pending("soon") == [("soon", "SELF", at(12, 15))]
    tasks.submit_task(by=fresh(firm.anna), task_id=task.pk, now=NOW)
    assert pending() == []


def test_due_reminders_are_told_once_to_whom_they_are_for(firm, post):
    give(firm.boris, firm.anna, NOW, deadline=at(4, 15), has_time=True)
    for hour in range(11 * 24):
        sweep(at(2, 12) + timedelta(hours=hour))

    def said():  # the daily digests go their own way
        return [(whom, text) for whom, text in post.said() if "Call back" in text]

    assert said() == [
        ("anna", "Task: Call back"),
        ("anna", "Not opened yet: Call back"),
        ("boris", f"{firm.anna.name} has not opened: Call back"),
        ("anna", "Deadline soon: Call back"),
        ("anna", "Due now: Call back"),
        ("anna", "Overdue: Call back"),
        ("boris", f"Overdue with {firm.anna.name}: Call back"),
        ("olga", f"Overdue with {firm.anna.name}: Call back"),
    ]
    assert Notice.objects.count() == Delivery.objects.filter(channel="email").count()
    sweep(at(20, 12))
    assert len(said()) == 8


def told_of(title: str) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(title=title).exclude(kind="task.given").order_by("pk")
    return [(row.kind.removeprefix("task."), row.person.first_name) for row in rows]


def test_after_an_outage_only_the_latest_is_told_and_stays_told(firm, post):
    """Nothing swept from Monday to Friday: soon, due and overdue of one task came meanwhile."""
    late = give(firm.boris, firm.anna, NOW, title="Late", deadline=at(4, 15), has_time=True)
    give(firm.boris, firm.anna, NOW, title="Now", deadline=at(5, 9, 5), has_time=True)
    for task in Reminder.objects.values_list("subject_id", flat=True).distinct():
        tasks.see_task(by=fresh(firm.anna), task_id=task, now=NOW)
    sweep(at(5, 9, 10))
    assert told_of("Late") == [("overdue", "Anna")]
    assert told_of("Now") == [("due", "Anna")]
    rows = Reminder.objects.filter(subject_id=late.pk).exclude(state="PENDING")
    assert {row.kind.removeprefix("task."): (row.state, row.fired_at) for row in rows} == {
        "soon": ("OVERTAKEN", at(5, 9, 10)), "due": ("OVERTAKEN", at(5, 9, 10)), "overdue": ("FIRED", at(5, 9, 10)),
    }  # fmt: skip
    with time_machine.travel(at(5, 9, 12), tick=False):
        refeed_all()  # every night
    sweep(at(5, 9, 12))
    assert told_of("Late") == [("overdue", "Anna")]
    sweep(at(5, 9, 20))
    assert told_of("Now") == [("due", "Anna"), ("overdue", "Anna")]
    assert {whom for whom, text in post.said() if "Late" in text and not text.startswith("Task")} == {"anna"}


def test_what_is_overtaken_is_so_across_batches_and_for_its_own_deadline_only(firm, post):
    task = give(firm.boris, firm.anna, NOW, title="Late", deadline=at(4, 15), has_time=True)
    tasks.see_task(by=fresh(firm.anna), task_id=task.pk, now=NOW)
    with time_machine.travel(at(5, 9, 10), tick=False):
        while sweeping.fire(now=at(5, 9, 10), limit=1):
            pass
    assert told_of("Late") == [("overdue", "Anna")]
    tasks.move_deadline(by=fresh(firm.boris), task_id=task.pk, deadline=at(6, 15), has_time=True, now=at(5, 10))
    sweep(at(6, 15))
    assert [kind for kind, _whom in told_of("Late")] == ["overdue", "moved", "due"]


def test_with_overdue_switched_off_it_is_still_told_that_it_is_time(firm, post):
    give(firm.boris, firm.anna, NOW, title="Late", deadline=at(4, 15), has_time=True)
    rule = ReminderRule.objects.get(code="task.after")
    override_rule(by=fresh(firm.anna), rule_id=rule.pk, values=RuleValues(15, "MINUTES", False), now=NOW)
    count_anew()
    sweep(at(5, 9, 10))
    assert ("due", "Anna") in told_of("Late")
    assert "overdue" not in {kind for kind, _whom in told_of("Late")}


def count_anew() -> None:
    with time_machine.travel(NOW, tick=False):
        refeed_all()


def test_calendar_changes_count_reminders_anew(firm):
    give(firm.boris, firm.anna, NOW, deadline=at(6, 15), has_time=True)
    assert pending("soon") == [("soon", "SELF", at(5, 15))]
    org.set_day(by=fresh(firm.admin), day=date(2026, 3, 5), is_working=False, now=NOW)
    count_anew()
    assert pending("soon") == [("soon", "SELF", at(4, 15))]
    org.set_own_hours(by=fresh(firm.anna), starts=time(8), ends=time(14), now=NOW)
    count_anew()
    assert pending("soon") == [("soon", "SELF", at(4, 14))]


def test_the_absent_ones_substitute_is_told(firm, post):
    give(firm.boris, firm.anna, NOW, deadline=at(4, 15), has_time=True)
    sweep(at(2, 12, 1))
    org.add_absence(
        by=fresh(firm.anna), person_id=firm.anna.pk, starts_on=date(2026, 3, 3), last_on=date(2026, 3, 5),
        substitute_id=firm.gleb.pk, now=NOW,
    )  # fmt: skip
    post.sent.clear()
    sweep(at(4, 15))
    assert {who for who, _text in post.said()} == {"gleb", "boris"}
    silent = Notice.objects.filter(person=firm.anna, is_silent=True)
    assert silent.exists()
    assert not Delivery.objects.filter(notice__in=silent).exclude(channel="app").exists()


def test_a_substitute_who_is_away_as_well_is_none(firm, post):
    days = {"starts_on": date(2026, 3, 3), "last_on": date(2026, 3, 5), "now": NOW}
    org.add_absence(by=fresh(firm.anna), person_id=firm.anna.pk, substitute_id=firm.gleb.pk, **days)
    org.add_absence(by=fresh(firm.gleb), person_id=firm.gleb.pk, substitute_id=firm.zoya.pk, **days)
    give(firm.boris, firm.anna, at(3, 12))
    sweep(at(3, 12, 1))
    assert [who for who, text in post.said() if "Call back" in text] == ["anna"]
    assert not Notice.objects.filter(person__in=(firm.gleb, firm.zoya)).exists()


def test_rules_module_has_no_due_without_a_time():
    for trigger in ("BEFORE", "HALF", "AT", "AFTER"):
        assert due_at(Plan(trigger, 1, "DAYS"), anchor=None, has_time=True, started=at(2, 9), work=WORK) is None
    assert rules.pause_after(1) == timedelta(minutes=1)
    assert rules.pause_after(7) is None
