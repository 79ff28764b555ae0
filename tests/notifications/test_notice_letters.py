"""E-mail by a real SMTP server: taken, refused, hanging, gone and back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from ledger import fresh
from people import NOW
from post_office import PostOffice
from told import give, sweep

from otdel.core.models import Heartbeat
from otdel.notifications import actions, jobs, letters
from otdel.notifications.models import Delivery, Notice
from otdel.tasks.models import DeadlineMove, Task


@pytest.fixture
def office(settings):
    found = PostOffice()
    found.open()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", found.port, 2
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.MAIL_WORKS = True
    yield found
    letters.rest()
    found.close()


def states() -> list[tuple[str, str, int]]:
    rows = Delivery.objects.exclude(channel="app").order_by("id")
    return [(row.person.first_name, row.state, row.attempts) for row in rows.select_related("person")]


DEADLINE = NOW + timedelta(days=3)


def test_letter_in_both_languages_with_plain_and_html(firm, office):
    type(firm.anna).objects.filter(pk=firm.anna.pk).update(language="ru", time_zone="Asia/Omsk")
    task = give(firm.boris, firm.anna, NOW, title="Позвонить <b>сейчас</b>", deadline=DEADLINE, has_time=True)
    sweep(NOW)
    (letter,) = office.box.letters
    assert letter["Subject"].strip() == "Задача: Позвонить <b>сейчас</b>"
    plain, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "От кого: Belov Boris" in plain
    assert "&lt;b&gt;сейчас&lt;/b&gt;" in html
    assert "<b>сейчас" not in html
    assert letter["Message-ID"].startswith("<d")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert f"/notices/{Notice.objects.get(person=firm.anna).pk}/?c=email" in plain
    assert task.pk
    assert Heartbeat.objects.filter(name="channel:email").exists()


def test_refused_for_good_is_dead_and_refused_for_now_is_tried_again(firm, office):
    office.box.refusals = {"anna@example.com": "550 No such user", "vera@example.com": "451 Come later"}
    give(firm.boris, firm.anna, NOW)
    give(firm.boris, firm.vera, NOW)
    sweep(NOW)
    assert states() == [("Anna", "DEAD", 1), ("Vera", "WAITING", 1)]
    dead = Delivery.objects.get(state="DEAD")
    assert "550 No such user" in dead.answer
    sweep(NOW + timedelta(seconds=30))
    assert states()[1] == ("Vera", "WAITING", 1), "the pause is not over"
    office.box.refusals.pop("vera@example.com")
    sweep(NOW + timedelta(minutes=1))
    assert states()[1] == ("Vera", "SENT", 2)
    assert office.box.to() == ["vera"]
    office.box.refusals.clear()
    actions.retry_deliveries(by=fresh(firm.admin), ids=[dead.pk], now=NOW + timedelta(minutes=2))
    sweep(NOW + timedelta(minutes=2))
    assert office.box.to() == ["vera", "anna"]


def test_server_that_hangs_or_is_gone_holds_the_channel_once_and_then_catches_up(firm, office):
    for person in (firm.anna, firm.vera, firm.gleb):
        give(firm.boris, person, NOW)
    office.box.hang = True
    sweep(NOW)
    assert [state for _who, state, _n in states()] == ["WAITING"] * 3
    office.close()
    office.box.hang = False
    at = NOW + timedelta(minutes=6)
    with time_machine.travel(at, tick=False):
        jobs.probe()
    beat = Heartbeat.objects.get(name="channel:email")
    assert "refused" in beat.note["wrong"].lower()
    sweep(at)
    assert office.box.letters == []
    office.open()
    later = at + timedelta(minutes=1)
    with time_machine.travel(later, tick=False):
        jobs.probe()
    sweep(later)
    assert sorted(office.box.to()) == ["anna", "gleb", "vera"]
    assert {state for _who, state, _n in states()} == {"SENT"}
    assert Heartbeat.objects.get(name="channel:email").note == {}


def test_many_of_one_kind_are_one_letter(firm, office):
    for number in range(5):
        give(firm.boris, firm.anna, NOW, title=f"Call {number}")
    sweep(NOW)
    (letter,) = office.box.letters
    assert letter["Subject"] == "New tasks: 5"
    text = letter.get_body(("plain",)).get_content()
    assert [text.index(f"Call {number}") for number in range(5)] == sorted(text.index(f"Call {n}") for n in range(5))
    assert {state for _who, state, _n in states()} == {"SENT"}


def test_a_second_copy_after_a_crash_bears_the_same_number(firm, office):
    """The server said yes, and the process died before that was committed: at least once, and recognisable."""
    give(firm.boris, firm.anna, NOW)
    with time_machine.travel(NOW, tick=False), pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs.sending, "finish", _die)
        with pytest.raises(KeyboardInterrupt):
            jobs.deliver()
    give(firm.boris, firm.anna, NOW + timedelta(seconds=10), title="Another")
    sweep(NOW + timedelta(minutes=1))
    assert len(office.box.letters) == 1, "the lease is not over, and nothing overtakes"
    sweep(NOW + timedelta(minutes=4))
    first, second, another = office.box.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert another["Message-ID"] != first["Message-ID"]


def _die(**_given: object) -> None:
    raise KeyboardInterrupt


def test_worn_out_channel_gives_way_to_the_next(firm, office, monkeypatch):
    from otdel.notifications import channels

    taken = []
    webhook = channels.Channel(
        "webhook", "Webhook", 40, lambda out, address: taken.append(out) or channels.Sent(), False, lambda: True,
        None, None,
    )  # fmt: skip
    monkeypatch.setitem(channels._channels, "webhook", webhook)
    actions.choose_channels(by=fresh(firm.anna), choices={"task.given": (["email"], False)}, now=NOW)
    office.box.refusals = {"anna@example.com": "451 Come later"}
    give(firm.boris, firm.anna, NOW)
    at = NOW
    for minutes in (0, 1, 2, 5, 15, 60, 180):
        at += timedelta(minutes=minutes)
        sweep(at)
    sweep(at + timedelta(minutes=1))
    assert [out.items[0].kind for out in taken].count("task.given") == 1
    rows = Delivery.objects.exclude(channel="app").filter(notice__kind="task.given")
    found = dict(rows.values_list("channel", "state"))
    assert found == {"email": "REFUSED", "webhook": "SENT"}


# links


def link(letter, label: str) -> str:
    html = letter.get_body(("html",)).get_content()
    return re.search(rf'href="[^"]*(/do/[^"]+)"[^>]*>{label}<', html)[1]


def test_links_of_a_letter_do_it_without_signing_in_and_only_when_pressed(firm, office):
    task = give(firm.boris, firm.anna, NOW, deadline=DEADLINE, has_time=True)
    sweep(NOW)
    sweep(DEADLINE)
    letter = next(each for each in office.box.letters if each["Subject"].startswith("Due now"))
    postpone, done = link(letter, "Postpone by a working day"), link(letter, "Done")
    client = Client()
    with time_machine.travel(DEADLINE, tick=False):
        assert client.get(postpone).status_code == 200
        assert not DeadlineMove.objects.exists()
        assert client.post(postpone).status_code == 422  # whoever does it says why
        assert client.post(postpone, {"reason": "Ill"}).status_code == 200
        move = DeadlineMove.objects.get()
        assert (move.by, move.after, move.reason) == (firm.anna, DEADLINE + timedelta(days=1), "Ill")
        assert "has been moved" in client.post(postpone).content.decode()
        assert DeadlineMove.objects.count() == 1
        assert client.post(done).status_code == 200
    assert Task.objects.get(pk=task.pk).state == "DONE"
    done = Delivery.objects.filter(notice__subject_id=task.pk, channel="email", person=firm.anna)
    assert set(done.values_list("state", flat=True)) == {"OPENED"}, "whoever pressed has read it"


def test_links_are_good_for_one_person_a_week_and_what_they_may_do(firm, office):
    task = give(firm.boris, firm.anna, NOW, deadline=DEADLINE, has_time=True)
    sweep(NOW)
    (letter,) = office.box.letters
    done = link(letter, "Done")
    client = Client()
    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        assert client.post(done).status_code == 400
    with time_machine.travel(NOW, tick=False):
        assert client.post(done[:-4] + "AAA/").status_code == 400
        assert client.get("/do/forged/").status_code == 400
        Task.objects.filter(pk=task.pk).update(assignee=firm.vera, creator=firm.gleb, observers=[], participants=[])
        assert client.post(done).status_code == 404, "who may not see the task any more learns nothing of it"
        assert "Call back" not in client.get(done).content.decode()
        type(firm.anna).objects.filter(pk=firm.anna.pk).update(is_active=False)
        assert client.post(done).status_code == 400
    assert Task.objects.get(pk=task.pk).state == "NEW"
