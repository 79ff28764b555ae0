"""What the morning says: calls and meetings by their hour, tasks by name, each with its rows; and what was not told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ledger import fresh, make_customer
from told import give, sweep

from otdel.activities.models import Activity
from otdel.notifications import actions, letters
from otdel.notifications.actions import sweeping
from otdel.notifications.models import Delivery, Notice

MONDAY = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # nine in Moscow


def morning(firm, post):
    sweeping.plan_digests(now=MONDAY - timedelta(hours=10))
    sweep(MONDAY)
    return {each.person.first_name: each for each in Notice.objects.filter(kind="digest.morning")}


def test_the_day_by_name_and_hour(firm, post):
    task = give(firm.olga, firm.anna, MONDAY - timedelta(days=9), title="Old", deadline=MONDAY - timedelta(days=4))
    at = MONDAY + timedelta(hours=5)
    Activity.objects.create(
        kind="MEETING", at=at, day=at.date(), is_done=False, subject="Show pumps", owner=firm.anna, created_at=MONDAY,
        updated_at=MONDAY, customer=make_customer(firm.anna),
    )  # fmt: skip
    told = morning(firm, post)["Anna"]
    rows = {row["text"]: row for row in told.params["rows"]}
    assert rows["Meeting: Show pumps · Lutik"]["value"] == "14:00"
    assert rows["Overdue"] | {"value": "1", "url": "/tasks/?waits=overdue", "tone": "under"} == rows["Overdue"]
    assert rows["Old"]["url"] == f"/tasks/{task.pk}/"
    assert "Overdue: 1" in told.params["lines"]
    html = letters.compose(next(out for out in post.sent if out.items[0].id == told.pk)).alternatives[0][0]
    assert f"/tasks/{task.pk}/" in html
    assert "Show pumps" in html


def test_the_keeper_of_the_settings_is_told_of_what_no_channel_could_bring(firm, post):
    give(firm.boris, firm.anna, MONDAY - timedelta(days=3))
    Delivery.objects.filter(channel="email").update(state="DEAD")
    told = morning(firm, post)
    assert "Notices no channel could deliver: 1" in told[firm.admin.first_name].params["lines"]
    assert not any("no channel" in line for line in told["Anna"].params["lines"]) if "Anna" in told else True


def test_the_app_is_tried_like_every_other_channel(firm):
    (tried,) = actions.try_channel(by=fresh(firm.anna), name="app", now=MONDAY)
    assert tried.ok
    assert Notice.objects.get(person=firm.anna).kind == "notice.test"
