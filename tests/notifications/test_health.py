"""The banner, the numbers for monitoring, digests, and that two workers tell once."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client
from people import NOW, make_firm
from told import give, sweep

from otdel.core.jobs import beat
from otdel.core.models import Heartbeat
from otdel.notifications import actions, jobs
from otdel.notifications.actions import sweeping
from otdel.notifications.models import Delivery, Notice, Reminder

MONDAY = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # nine in Moscow


def page(person, at) -> str:
    client = Client()
    with time_machine.travel(at, tick=False):
        client.force_login(person)
        return client.get("/me/notices/").content.decode()


def alive(at: datetime) -> None:
    for name in ("process", "worker", "sweep"):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": at, "note": {}})


def test_banner_of_everybody_when_the_scheduler_is_dead(firm, django_assert_num_queries):
    alive(NOW)
    assert "alarm" not in page(firm.anna, NOW + timedelta(minutes=4))
    alive(NOW + timedelta(minutes=10))
    Heartbeat.objects.filter(name="worker").update(at=NOW)
    said = page(firm.anna, NOW + timedelta(minutes=10))
    assert "The clock that starts background work has stopped" in said
    Heartbeat.objects.filter(name="process").update(at=NOW)
    said = page(firm.vera, NOW + timedelta(minutes=10))
    assert "Background work has stopped" in said
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        beat()
    assert Heartbeat.objects.get(name="worker").at == NOW + timedelta(minutes=10)


def test_banner_names_a_dead_channel_and_its_reason_to_whoever_keeps_the_settings(firm):
    alive(NOW + timedelta(minutes=6))
    actions.note_channel(channel="email", now=NOW)
    actions.note_channel_down(channel="email", reason="535 wrong password", now=NOW + timedelta(minutes=6))
    assert "535 wrong password" in page(firm.admin, NOW + timedelta(minutes=6))
    annas = page(firm.anna, NOW + timedelta(minutes=6))
    assert "E-mail has not been working since" in annas
    assert "535" not in annas


def test_metrics_for_this_machine_or_whoever_knows_the_word(firm, settings):
    alive(NOW)
    give(firm.boris, firm.anna, NOW, deadline=NOW + timedelta(days=2), has_time=True)
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        text = Client().get("/metrics").content.decode()
    assert re.search(r"^otdel_reminders_due [5-9]$", text, re.M)
    assert 'otdel_heartbeat_age_seconds{name="worker"} 432000' in text
    client = Client()
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 403
    settings.ENVIRONMENT = settings.ENVIRONMENT.__class__(**{**vars(settings.ENVIRONMENT), "metrics_token": "w" * 32})
    wrong, right = {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {'w' * 32}"}
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers=wrong).status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7", headers=right).status_code == 200


def test_list_and_settings_cost_a_fixed_number_of_queries(firm, django_assert_num_queries):
    for number in range(60):
        give(firm.boris, firm.anna, NOW + timedelta(seconds=number), title=f"Call {number}")
    client = Client()
    client.force_login(firm.anna)
    with django_assert_num_queries(3):  # the session, the person, the notices
        first = client.get("/notices/").content.decode()
    assert first.count("is-new") == 50
    assert "before=" in first
    with django_assert_num_queries(4):  # session, person; what waits; and the unread
        said = client.get("/tasks/counters/").headers["HX-Trigger"]
    assert '"/notices/": 60' in said
    client.post("/notices/read/")
    assert Notice.objects.filter(person=firm.anna, read_at=None).count() == 0


def test_morning_digest_at_the_start_of_ones_own_day(firm, post):
    type(firm.vera).objects.filter(pk=firm.vera.pk).update(time_zone="Asia/Omsk")
    late = MONDAY - timedelta(days=4)
    for person in (firm.anna, firm.vera):
        give(firm.olga, person, MONDAY - timedelta(days=10), title="Old", deadline=late, has_time=True)
    with time_machine.travel(MONDAY - timedelta(hours=10), tick=False):
        sweeping.plan_digests(now=MONDAY - timedelta(hours=10))
    due = dict(Reminder.objects.filter(kind="digest.morning").values_list("person__first_name", "due_at"))
    assert (due["Anna"], due["Vera"]) == (MONDAY, MONDAY - timedelta(hours=3))
    sweep(MONDAY)
    digest = Notice.objects.get(person=firm.anna, kind="digest.morning")
    assert "Overdue: 1" in digest.params["lines"]
    again = Reminder.objects.get(person=firm.anna, kind="digest.morning", state="PENDING")
    assert again.due_at == MONDAY + timedelta(days=1)
    sweep(MONDAY + timedelta(minutes=1))
    assert Notice.objects.filter(person=firm.anna, kind="digest.morning").count() == 1


def test_sweep_reads_its_index_and_not_the_future(firm):
    rows = (
        Reminder(kind="reminder.own", person=firm.anna, title="x", made_at=NOW, due_at=NOW + timedelta(days=1 + n % 99))
        for n in range(5000)
    )
    Reminder.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications_reminder")
        cursor.execute(
            "EXPLAIN SELECT id FROM notifications_reminder WHERE state = 'PENDING' AND due_at <= %s"
            " AND NOT (subject_kind = 'day') ORDER BY due_at, id LIMIT 500",
            [NOW],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "reminder_pending" in plan, plan


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_once(post):
    firm = make_firm()
    people = [firm.anna, firm.vera, firm.gleb, firm.zoya]
    Reminder.objects.bulk_create(
        Reminder(kind="reminder.own", person=people[n % 4], title=f"R{n}", made_at=NOW, due_at=NOW - timedelta(hours=1))
        for n in range(400)
    )
    at = datetime.now(UTC)
    failed = []

    def work() -> None:
        try:
            while sweeping.fire(now=at, limit=20) == 20:
                pass
            jobs.deliver()
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _each in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    jobs.deliver()
    assert failed == []
    assert Notice.objects.count() == 400
    assert Delivery.objects.filter(channel="email").count() == 400
    ids = [pk for out in post.sent for pk in out.delivery_ids]
    assert len(ids) == len(set(ids)) == 400
