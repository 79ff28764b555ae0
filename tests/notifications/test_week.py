"""A week with a moved working Saturday, holidays and two time zones: what was due and what was delivered, line by line.

In 2024 Saturday 27 April was worked instead of Monday 29 April, which was off together with 30 April and 1 May.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db.models import Min
from ledger import fresh
from told import give

from otdel.notifications import actions, jobs
from otdel.notifications.models import Delivery, Notice, Reminder
from otdel.org import actions as org
from otdel.org.models import Person

MOSCOW, OMSK = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Omsk")
START = datetime(2024, 4, 25, 9, 0, tzinfo=MOSCOW)
END = datetime(2024, 5, 6, 23, 0, tzinfo=MOSCOW)


def local(at: datetime, person: Person) -> str:
    return at.astimezone(ZoneInfo(person.time_zone or "Europe/Moscow")).strftime("%d.%m %H:%M")


@pytest.mark.slow
def test_week_line_by_line(firm, post):
    Person.objects.filter(pk=firm.vera.pk).update(time_zone="Asia/Omsk")
    firm.vera.refresh_from_db()
    with time_machine.travel(START, tick=False):
        friday = datetime(2024, 4, 26, 17, 0, tzinfo=MOSCOW)
        give(firm.boris, firm.anna, START, title="By the hour", deadline=friday, has_time=True)
        whole_day = datetime(2024, 4, 27, 23, 59, 59, tzinfo=OMSK)
        give(firm.gleb, firm.vera, START, title="By Saturday", deadline=whole_day)
        on_holiday = datetime(2024, 5, 1, 12, 0, tzinfo=MOSCOW)
        give(firm.boris, firm.anna, START, title="By May Day", deadline=on_holiday, has_time=True)
        actions.set_quiet(by=fresh(firm.gleb), starts=time(8), ends=time(10), now=START)
        org.add_absence(
            by=fresh(firm.boris), person_id=firm.boris.pk, starts_on=date(2024, 4, 27), last_on=date(2024, 4, 28),
            substitute_id=firm.zoya.pk, now=START,
        )  # fmt: skip
    planned = {row.pk: row.due_at for row in Reminder.objects.filter(subject_kind="task")}
    _live_through(START, END)

    # every reminder was told in its very minute, once
    fired = Reminder.objects.filter(pk__in=planned)
    assert set(fired.values_list("state", flat=True)) == {"FIRED"}
    assert all(row.fired_at == planned[row.pk] for row in fired if row.whom == "SELF")
    assert all(row.fired_at >= planned[row.pk] for row in fired)
    assert Counter(out.key for out in post.sent).most_common(1)[0][1] == 1
    assert not Delivery.objects.exclude(channel="app").exclude(state="SENT").exists()

    got = [
        (local(row.sent_at, row.person), row.person.first_name, row.notice.title, row.notice.kind[5:])
        for row in Delivery.objects.filter(channel="email", notice__subject_kind="task")
        .select_related("person", "notice")
        .order_by("sent_at", "pk")
    ]
    assert got == TABLE


# When by the clock of whoever is told, who, of what, of which kind
TABLE = [
    ("25.04 09:00", "Anna", "By the hour", "given"),
    ("25.04 12:00", "Vera", "By Saturday", "given"),
    ("25.04 09:00", "Anna", "By May Day", "given"),
    ("25.04 13:00", "Anna", "By the hour", "unopened"),
    ("25.04 16:00", "Vera", "By Saturday", "unopened"),
    ("25.04 13:00", "Anna", "By May Day", "unopened"),
    ("25.04 17:00", "Anna", "By the hour", "soon"),
    ("26.04 09:00", "Vera", "By Saturday", "soon"),
    ("26.04 09:00", "Boris", "By the hour", "unopened_given"),  # nine working hours later, and those of Boris are over
    ("26.04 09:00", "Boris", "By May Day", "unopened_given"),
    (
        "26.04 10:00",
        "Gleb",
        "By Saturday",
        "unopened_given",
    ),  # it was due at 9:00 in Moscow, in the quiet hours of Gleb
    ("26.04 17:00", "Anna", "By the hour", "due"),
    ("26.04 17:15", "Anna", "By the hour", "overdue"),
    ("27.04 09:00", "Vera", "By Saturday", "due"),  # the moved Saturday is worked
    ("27.04 12:00", "Anna", "By May Day", "soon"),  # a working day before 1 May: 29 and 30 April are off
    ("27.04 17:00", "Zoya", "By the hour", "overdue_given"),  # Boris is away: his substitute
    ("02.05 09:15", "Vera", "By Saturday", "overdue"),
    ("02.05 09:00", "Anna", "By May Day", "due"),
    ("02.05 09:15", "Anna", "By May Day", "overdue"),
    (
        "02.05 10:00",
        "Gleb",
        "By Saturday",
        "overdue_given",
    ),  # due when the day of Vera starts in Omsk: waits for the day of Gleb, then for his quiet hours
    ("02.05 12:00", "Boris", "By May Day", "overdue_given"),
    ("03.05 17:00", "Olga", "By the hour", "overdue_team"),
    ("06.05 09:00", "Olga", "By Saturday", "overdue_team"),  # three working days late
    ("06.05 12:00", "Olga", "By May Day", "overdue_team"),
]


def _live_through(start: datetime, end: datetime) -> None:
    """Each minute something is due, and each hour: nothing may come early or late."""
    at = start
    while at <= end:
        with time_machine.travel(at, tick=False):
            jobs.sweep()
        pending = Reminder.objects.filter(state="PENDING").aggregate(at=Min("due_at"))["at"]
        waiting = Delivery.objects.filter(state="WAITING").aggregate(at=Min("next_try_at"))["at"]
        hour = (at + timedelta(hours=6)).replace(minute=0)
        at = min(each for each in (pending, waiting, hour) if each is not None and each > at)


def test_nobody_is_told_of_what_was_told_by_another_sweep(firm, post):
    give(firm.boris, firm.anna, START, deadline=START + timedelta(days=1), has_time=True)
    for _turn in range(3):
        with time_machine.travel(END, tick=False):
            jobs.sweep()
            jobs.refeed_all()
            jobs.sweep()
    keys = Counter(Notice.objects.values_list("key", flat=True))
    assert max(keys.values()) == 1
    told = Counter((row.kind, row.person_id) for row in Notice.objects.filter(subject_kind="task"))
    assert max(told.values()) == 1, told
