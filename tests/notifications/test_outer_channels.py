"""The whole way: a task is given, and what the person set up outside has it once, whatever the other side does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import override_settings
from ledger import fresh
from outer_world import LOCAL, Receiver, receiving
from people import NOW, Firm
from test_hooks import is_genuine
from test_pushes import Browser, verify
from told import give, sweep

from otdel.notifications.actions import choose_channels, devices
from otdel.notifications.models import Address, Delivery

pytestmark = pytest.mark.slow


@pytest.fixture
def outside() -> Iterator[Receiver]:
    with receiving() as receiver, override_settings(OUTSIDE=LOCAL):
        yield receiver


def states(channel: str) -> list[str]:
    return list(Delivery.objects.filter(channel=channel).order_by("id").values_list("state", flat=True))


def task_given(firm: Firm) -> Any:
    return give(firm.boris, firm.anna, NOW, title="Перезвонить Ромашке", deadline=NOW + timedelta(days=3))


def test_a_browser_has_it_and_only_the_browser_can_read_it(firm: Firm, outside: Receiver, post: Any) -> None:
    phone = Browser(f"{outside.url}/push/1")
    devices.keep_browser(by=fresh(firm.anna), given=phone.given, title="Phone", now=NOW)
    outside.answer(201)
    task_given(firm)
    sweep(NOW + timedelta(minutes=1))

    got = outside.take()
    with time_machine.travel(NOW + timedelta(minutes=1)):
        verify(got, outside.url)
    said = phone.read(got.body)
    assert "Перезвонить Ромашке" in said["title"] + said["body"]
    assert said["unread"] == 1
    assert "SENT" in states("push")
    sweep(NOW + timedelta(minutes=2))
    assert outside.got.empty()  # once


def test_a_browser_that_is_gone_is_switched_off_and_the_next_channel_has_it(
    firm: Firm, outside: Receiver, post: Any
) -> None:
    anna = fresh(firm.anna)
    gone = devices.keep_browser(by=anna, given=Browser(f"{outside.url}/push/1").given, now=NOW)
    outside.answer(410)
    task_given(firm)
    for minute in (1, 2):
        sweep(NOW + timedelta(minutes=minute))

    gone.refresh_from_db()
    assert not gone.is_on
    assert "410" in gone.last_error
    assert outside.take().path == "/push/1"
    assert outside.got.empty()
    assert [email for email, _text in post.said()] == [firm.anna.email.partition("@")[0]]


def test_a_webhook_that_fails_hangs_and_recovers_has_it_once(firm: Firm, outside: Receiver, post: Any) -> None:
    made = devices.add_webhook(by=fresh(firm.anna), url=f"{outside.url}/in", now=NOW)
    choose_channels(by=fresh(firm.anna), choices={"task.given": (["webhook", "email"], False)}, now=NOW)
    outside.answer(503, "busy")
    task_given(firm)
    sweep(NOW + timedelta(minutes=1))
    assert states("webhook") == ["WAITING"]
    assert "503 busy" in Delivery.objects.get(channel="webhook").answer
    assert Address.objects.get().is_on

    outside.hangs = 60.0
    sweep(NOW + timedelta(minutes=3))
    assert states("webhook") == ["WAITING"]
    assert "10" in Delivery.objects.get(channel="webhook").answer  # seconds, in the language of the firm

    outside.hangs = 0
    sweep(NOW + timedelta(minutes=6))
    assert states("webhook") == ["SENT"]
    assert Delivery.objects.get(channel="webhook").attempts == 3
    three = [outside.take() for _attempt in range(3)]
    assert len({each.headers["webhook-id"] for each in three}) == 1
    with time_machine.travel(NOW + timedelta(minutes=6)):
        assert is_genuine(three[-1], made.secret)
    assert json.loads(three[-1].body)["notices"][0]["kind"].startswith("task.")
    sweep(NOW + timedelta(minutes=9))
    assert outside.got.empty()
