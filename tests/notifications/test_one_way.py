"""Whoever chose nothing is told by one way out of the app, the first that works; the next one only when it refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from ledger import fresh
from people import NOW
from told import Recorder, give, sweep

from otdel.notifications import actions, channels, queries
from otdel.notifications.channels import Refused
from otdel.notifications.models import Address, ChannelChoice, Delivery
from otdel.org import queries as org


@pytest.fixture
def phone(monkeypatch):
    """A channel of devices that remembers what it was given, in the place of push."""
    recorder, known = Recorder(), channels.get("push")
    monkeypatch.setitem(
        channels._channels,
        "push",
        channels.Channel("push", known.label, known.place, recorder, True, lambda: True, None, None),
    )
    return recorder


def subscribe(person):
    return Address.objects.create(person=person, channel="push", title="Phone", created_at=NOW)


def went(title="Call back"):
    rows = Delivery.objects.filter(notice__title=title, notice__kind="task.given").exclude(channel="app").order_by("pk")
    return [(row.channel, row.state) for row in rows]


def test_an_own_device_comes_before_the_mail_everybody_has(firm, post, phone):
    give(firm.boris, firm.anna, NOW)
    assert went() == [("email", "WAITING")]
    subscribe(firm.anna)
    give(firm.boris, firm.anna, NOW, title="On the road")
    sweep(NOW)
    assert went("On the road") == [("push", "SENT")]
    order = [each.name for each in channels.all_channels()]
    assert order == ["app", "push", "messenger", "webhook", "email"]


def test_a_refusal_goes_on_by_the_next_way_and_the_log_says_why(firm, post, phone):
    subscribe(firm.anna)
    phone.answers = [Refused("410 Gone", final=True)]
    give(firm.boris, firm.anna, NOW)
    sweep(NOW)
    sweep(NOW + timedelta(minutes=1))
    assert went() == [("push", "REFUSED"), ("email", "SENT")]
    row = queries.deliveries(fresh(firm.anna), org.zone_of(firm.anna))[0]
    assert (row.channel_name, row.because) == ("email", "410 Gone")
    assert row.instead_of == str(channels.get("push").label)
    client = Client()
    client.force_login(firm.anna)
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        page = client.get("/me/notices/log/").content.decode()
    assert "next channel: Push to a device could not deliver it — 410 Gone" in page


def test_what_may_pass_is_tried_twice_where_there_is_another_way(firm, post, phone):
    subscribe(firm.anna)
    phone.answers = [Refused("503 busy")] * 9
    give(firm.boris, firm.anna, NOW)
    for minute in range(3):
        sweep(NOW + timedelta(minutes=minute))
    assert went() == [("push", "WAITING")]
    sweep(NOW + timedelta(minutes=3))
    assert went() == [("push", "REFUSED"), ("email", "SENT")]
    assert len(phone.answers) == 7


def test_without_another_way_it_is_tried_for_hours(firm, post):
    post.answers = [Refused("451 later")] * 9
    give(firm.boris, firm.anna, NOW)
    for minute in (0, 1, 3, 8, 23, 83):
        sweep(NOW + timedelta(minutes=minute))
    assert went() == [("email", "WAITING")]
    sweep(NOW + timedelta(minutes=263))
    sweep(NOW + timedelta(minutes=264))
    assert went() == [("email", "DEAD")]


def test_a_letter_wanted_beside_the_phone_is_not_given_up_early(firm, post, phone):
    subscribe(firm.anna)
    actions.choose_channels(by=fresh(firm.anna), choices={"task.given": (["push", "email"], False)}, now=NOW)
    post.answers = [Refused("451 later")] * 3
    give(firm.boris, firm.anna, NOW)
    for minute in (0, 1, 3, 8):
        sweep(NOW + timedelta(minutes=minute))
    assert went() == [("push", "SENT"), ("email", "SENT")]


def test_what_is_as_usual_is_no_choice_and_follows_the_devices(firm, post, phone):
    anna = fresh(firm.anna)
    actions.choose_channels(by=anna, choices={"task.given": (["email"], False), "task.overdue": ([], False)}, now=NOW)
    assert [row.kind for row in ChannelChoice.objects.all()] == ["task.overdue"]
    subscribe(firm.anna)
    shown = {row.code: row for row in queries.ways_of(anna).kinds}
    assert shown["task.given"].channels == {"app", "push"}
    assert not shown["task.given"].is_chosen
    assert shown["task.overdue"].is_chosen
    assert shown["task.overdue"].channels == {"app"}


def test_choosing_nothing_any_more_is_one_press(firm, post, client):
    actions.choose_channels(by=fresh(firm.anna), choices={"task.given": ([], False)}, now=NOW)
    client.force_login(firm.anna)
    assert "my choice" in client.get("/me/notices/").content.decode()
    assert client.post("/me/notices/channels/", {"usual": "1"}).status_code == 302
    assert not ChannelChoice.objects.exists()
    assert "my choice" not in client.get("/me/notices/").content.decode()
