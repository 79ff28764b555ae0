"""Remind me: on cards, in one's working time, for oneself alone."""

from __future__ import annotations

from datetime import datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from ledger import fresh, make_customer, make_deal
from people import NOW

from otdel.core.calendar import Calendar
from otdel.core.worktime import WorkTime
from otdel.notifications.models import Reminder
from otdel.notifications.rules import BY_HAND, quick_reminder
from otdel.tasks import actions
from otdel.tasks.rules import TaskValues, To

MOSCOW = ZoneInfo("Europe/Moscow")
WORK = WorkTime(Calendar("RU"), MOSCOW)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=MOSCOW)


# Monday the 9th of March 2026 is a day off
@pytest.mark.parametrize(
    ("code", "now", "deadline", "expected"),
    [
        ("hour", at(2, 12), None, at(2, 13)),
        ("hour", at(6, 17, 30), None, at(10, 9, 30)),
        ("hour", at(2, 23), None, at(3, 10)),
        ("tomorrow", at(2, 12), None, at(3, 9)),
        ("tomorrow", at(6, 12), None, at(10, 9)),
        ("monday", at(4, 12), None, at(10, 9)),
        ("monday", at(15, 12), None, at(16, 9)),
        ("before", at(2, 12), at(10, 15), at(6, 15)),
        ("before", at(6, 16), at(10, 15), None),
        ("before", at(2, 12), None, None),
        ("nonsense", at(2, 12), None, None),
    ],
)
def test_quick_choices_are_counted_in_working_time(code, now, deadline, expected):
    assert quick_reminder(code, now, WORK, deadline=deadline, has_time=True) == expected


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False):  # noon in Moscow, Monday the 2nd of March 2026
        yield


@pytest.fixture
def task(firm, clock):
    values = TaskValues(title="Call back", deadline=at(6, 15), has_time=True)
    return actions.create_tasks(by=fresh(firm.boris), values=values, to=To(people=(firm.anna.pk,)), now=NOW)[0]


def own() -> list[tuple[str, datetime, str, str]]:
    rows = Reminder.objects.filter(rule=None).order_by("pk")
    return [(row.person.first_name, row.due_at, row.title, row.params["text"]) for row in rows]


def test_a_reminder_is_set_listed_and_removed(firm, task, signed):
    client, url = signed("anna"), f"/remind/task/{task.pk}/"
    card = unescape(client.get(f"/tasks/{task.pk}/").content.decode())
    assert f'data-opens="remind" data-key="r" hx-get="{url}"' in card
    part = unescape(client.get(url, headers={"HX-Request": "true"}).content.decode())
    assert [f'value="{code}"' in part for code in BY_HAND] == [True] * 4
    assert "<html" not in part
    assert "<html" in client.get(url).content.decode()
    for code in BY_HAND:
        assert client.post(f"{url}set/", {"when": code, "text": "Prices"})["Location"] == f"/tasks/{task.pk}/"
    client.post(f"{url}set/", {"at": "2026-03-07T20:15"})
    assert [due for _who, due, _title, _text in own()] == [at(2, 13), at(3, 9), at(10, 9), at(5, 15), at(7, 20, 15)]
    assert own()[0] == ("Anna", at(2, 13), "Call back", "Prices")
    card = unescape(client.get(f"/tasks/{task.pk}/").content.decode())
    assert "My reminders" in card
    assert "Prices" in card
    first = Reminder.objects.filter(rule=None).earliest("pk")
    back = {"next": f"/tasks/{task.pk}/"}
    assert signed("boris").post(f"/me/notices/reminder/{first.pk}/remove/", back).status_code == 404
    assert "My reminders" not in client.get(f"/tasks/{task.pk}/").content.decode()  # Boris sees none of Anna's
    assert signed("anna").post(f"/me/notices/reminder/{first.pk}/remove/", back)["Location"] == back["next"]
    assert len(own()) == 4


def test_what_makes_no_sense_or_is_a_strangers_is_refused(firm, task, signed):
    client, url = signed("anna"), f"/remind/task/{task.pk}/set/"
    for sent in ({}, {"when": "nonsense"}, {"at": "yesterday"}, {"at": "2026-03-01T10:00"},
                 {"when": "hour", "text": "a\x00b"}, {"when": "hour", "text": "x" * 501}):  # fmt: skip
        assert client.post(url, sent).status_code == 422
    assert client.get("/remind/plan/1/").status_code == 404
    assert client.get("/remind/task/999999/").status_code == 404
    assert signed("vera").post(url, {"when": "hour"}).status_code == 404
    assert own() == []


def test_deals_and_customers_have_it_too(firm, signed, clock):
    customer = make_customer(firm.anna, "Lutik")
    deal = make_deal(firm.anna, customer, "Press", amount=5)
    client = signed("anna")
    for kind, pk, title in (("deal", deal.pk, "Press"), ("customer", customer.pk, "Lutik")):
        address = client.post(f"/remind/{kind}/{pk}/set/", {"when": "tomorrow"})["Location"]
        assert 'data-opens="remind"' in client.get(address).content.decode()
        assert own()[-1][:3] == ("Anna", at(3, 9), title)
        assert signed("vera").get(f"/remind/{kind}/{pk}/").status_code == 404
        client = signed("anna")


def test_a_done_task_forgets_what_was_set_about_it(firm, task, signed):
    signed("anna").post(f"/remind/task/{task.pk}/set/", {"when": "tomorrow"})
    actions.submit_task(by=fresh(firm.anna), task_id=task.pk, now=NOW)
    assert own() == []
