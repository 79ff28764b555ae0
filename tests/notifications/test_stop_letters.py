"""A letter says how to have no more of its kind, to people and to mail programs; one press is enough."""

from __future__ import annotations

import re

import time_machine
from django.test import Client
from ledger import fresh
from people import NOW
from told import give

from otdel.notifications import actions, letters
from otdel.notifications.models import ChannelChoice, Delivery


def letter_of(firm, post, settings):
    from told import sweep

    settings.ENVIRONMENT = settings.ENVIRONMENT.__class__(
        **{**vars(settings.ENVIRONMENT), "url": "https://otdel.example"}
    )
    give(firm.boris, firm.anna, NOW, title="Call Romashka")
    sweep(NOW)
    return letters.compose(post.sent[-1])


def test_no_more_letters_of_this_kind(firm, post, settings):
    letter = letter_of(firm, post, settings)
    url = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in letter.body
    html = letter.alternatives[0][0]
    assert url in html
    assert 'href="https://otdel.example/me/notices/"' in html
    path = re.sub(r"^https?://[^/]+", "", url)
    client = Client(enforce_csrf_checks=True)
    with time_machine.travel(NOW, tick=False):
        assert "No more e-mails of this kind?" in client.get(path).content.decode()
        assert not ChannelChoice.objects.exists()
        assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert client.post("/letters/stop/forged/").status_code == 400
    choice = ChannelChoice.objects.get()
    assert (choice.person, choice.kind, choice.channels) == (firm.anna, "task.given", ["app"])
    give(firm.boris, firm.anna, NOW, title="Another")
    assert not Delivery.objects.filter(notice__title="Another", channel="email").exists()


def test_other_ways_stay_and_what_waits_is_not_sent(firm, post):
    give(firm.boris, firm.anna, NOW)
    assert actions.stop_letters(by=fresh(firm.anna), kind="task.given", now=NOW) == []
    assert set(Delivery.objects.filter(channel="email").values_list("state", flat=True)) == {"FORGOTTEN"}
