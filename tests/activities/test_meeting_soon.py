"""Planned calls and meetings remind whoever holds them, once, at the minute they are at now."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from ledger import fresh
from people import NOW

from otdel.activities import actions
from otdel.activities.models import Activity
from otdel.activities.rules import ActivityValues
from otdel.notifications import jobs
from otdel.notifications.models import Notice, Reminder, ReminderRule
from otdel.org.models import Absence

MOSCOW = ZoneInfo("Europe/Moscow")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=MOSCOW)


def plan(firm, when: datetime, **fields) -> Activity:
    values = ActivityValues(**({"kind": "MEETING", "at": when, "is_done": False, "subject": "Prices"} | fields))
    return actions.log_activity(by=fresh(firm.anna), values=values, now=NOW)


def pending() -> list[tuple[str, datetime]]:
    return list(Reminder.objects.filter(state="PENDING", subject_kind="activity").values_list("kind", "due_at"))


def sweep(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        jobs.sweep()


def told() -> list[tuple[str, str, str]]:
    rows = Notice.objects.filter(kind__startswith="activity").order_by("pk")
    return [(row.kind, row.person.first_name, row.title) for row in rows]


def test_meetings_and_calls_are_told_of_before_the_minute(firm, lutik):
    plan(firm, at(3, 12), customer_id=lutik.pk)
    plan(firm, at(3, 15), kind="CALL", customer_id=lutik.pk, subject="")
    plan(firm, at(3, 10), kind="EMAIL", customer_id=lutik.pk)
    assert sorted(pending()) == [
        ("activity.call", at(3, 14, 50)),
        ("activity.meeting", at(3, 11, 30)),
        ("activity.passed", at(4, 12)),
        ("activity.passed", at(4, 15)),
    ]
    sweep(at(3, 11, 29))
    assert told() == []
    sweep(at(3, 11, 30))
    sweep(at(3, 11, 31))
    assert told() == [("activity.meeting", "Anna", f"Prices · {lutik.name}")]
    sweep(at(3, 14, 50))
    assert told()[-1] == ("activity.call", "Anna", lutik.name)
    assert Notice.objects.latest("pk").url == f"/deals/activities/{Activity.objects.get(kind='CALL').pk}/"


def test_moved_done_and_deleted_meetings_take_their_reminders_along(firm, lutik):
    meeting = plan(firm, at(3, 12), customer_id=lutik.pk)
    values = ActivityValues(kind="MEETING", at=at(4, 12), is_done=False, subject="Prices", customer_id=lutik.pk)
    actions.change_activity(by=fresh(firm.anna), activity_id=meeting.pk, values=values, now=NOW)
    assert pending() == [("activity.meeting", at(4, 11, 30)), ("activity.passed", at(5, 12))]
    actions.bin_activity(by=fresh(firm.boris), activity_id=meeting.pk, now=NOW)
    assert pending() == []
    actions.restore_activity(by=fresh(firm.boris), activity_id=meeting.pk, now=NOW)
    assert len(pending()) == 2
    actions.finish_activity(by=fresh(firm.anna), activity_id=meeting.pk, now=NOW)
    assert pending() == []
    sweep(at(6, 12))
    assert told() == []


def test_what_changed_past_our_actions_is_looked_at_before_telling(firm, lutik):
    meeting = plan(firm, at(3, 12), customer_id=lutik.pk)
    Activity.objects.filter(pk=meeting.pk).update(at=at(5, 12))
    sweep(at(3, 11, 30))
    assert told() == []
    with time_machine.travel(at(4, 3), tick=False):
        jobs.refeed_all()
    sweep(at(5, 11, 30))
    assert [kind for kind, *_rest in told()] == ["activity.meeting"]


def test_the_rule_is_the_companys_to_change(firm, lutik):
    plan(firm, at(3, 12), customer_id=lutik.pk)
    ReminderRule.objects.filter(code="meeting.before").update(amount=60)
    ReminderRule.objects.filter(code="activity.after").update(is_on=False)
    with time_machine.travel(NOW, tick=False):
        jobs.refeed_all()
    assert pending() == [("activity.meeting", at(3, 11))]


def test_forgotten_ones_are_asked_after_together_and_not_for_ever(firm, lutik):
    for hour in (12, 13, 14):
        plan(firm, at(3, hour), customer_id=lutik.pk, subject=f"At {hour}")
    plan(firm, NOW - timedelta(days=20), customer_id=lutik.pk)
    sweep(at(4, 15))
    [notice] = Notice.objects.filter(kind="activity.passed")
    assert (notice.params["count"], notice.url) == (3, "/deals/activities/?state=late&owner=me")
    with time_machine.travel(at(5, 3), tick=False):
        jobs.refeed_all()
    sweep(at(5, 15))
    assert Notice.objects.filter(kind="activity.passed").count() == 1


def test_the_substitute_is_told_and_may_open_and_finish_it(firm, lutik, client):
    meeting = plan(firm, at(3, 12), customer_id=lutik.pk)
    address = f"/deals/activities/{meeting.pk}/"
    with time_machine.travel(at(3, 11), tick=False):
        client.force_login(firm.vera)
        assert client.get(address).status_code == 404
        Absence.objects.create(
            person=firm.anna, substitute=firm.vera, starts_on=at(3, 0).date(), ends_on=at(5, 0).date()
        )
    sweep(at(3, 11, 30))
    assert [who for _kind, who, _title in told()] == ["Anna", "Vera"]
    with time_machine.travel(at(3, 13), tick=False):
        assert client.get(address).status_code == 200
        assert client.post(f"{address}done/", {"result": "Agreed"}).status_code == 302
        assert client.post(f"{address}delete/").status_code == 403
    with time_machine.travel(at(5, 0, 1), tick=False):
        assert client.get(address).status_code == 404
    meeting.refresh_from_db()
    assert (meeting.is_done, meeting.owner) == (True, firm.anna)
