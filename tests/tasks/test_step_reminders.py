"""Deals and customers without a next step: told once, in one notice, and not when a step has come by then."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from django.urls import resolve
from ledger import fresh, make_customer, make_deal
from people import NOW, Firm

import otdel
from otdel.activities.models import Activity
from otdel.customers.models import Customer
from otdel.deals.models import Deal
from otdel.notifications import jobs, kinds
from otdel.notifications.models import Notice, Reminder, ReminderRule
from otdel.org.models import Absence
from otdel.tasks import actions
from otdel.tasks.rules import TaskValues, To

MOSCOW = ZoneInfo("Europe/Moscow")


def at(day: int, hour: int = 3, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=MOSCOW)


def deals_of(firm: Firm, owner: Any, *titles: str) -> list[Any]:
    customer = make_customer(owner, f"Customer of {owner.first_name}")
    made = [make_deal(owner, customer, title, amount=5) for title in titles]
    Deal.objects.update(created_at=NOW, stage_since=NOW)
    Customer.objects.update(created_at=NOW)
    return made


def night(day: int) -> None:
    with time_machine.travel(at(day), tick=False):
        jobs.refeed_all()


def sweep(day: int, hour: int = 9, minute: int = 1) -> None:
    with time_machine.travel(at(day, hour, minute), tick=False):
        jobs.sweep()


def said(kind: str) -> list[tuple[str, str, Any]]:
    rows = Notice.objects.filter(kind=f"step.{kind}").order_by("pk")
    return [(row.person.first_name, row.title, row.params.get("lines")) for row in rows]


def task_about(firm: Firm, now: datetime, **about: Any) -> Any:
    values = TaskValues(title="Call", deadline=now + timedelta(days=1), **about)
    return actions.create_tasks(by=fresh(firm.boris), values=values, to=To(people=(firm.anna.pk,)), now=now)[0]


def test_many_are_told_once_together_and_after_longer_to_the_head(firm: Firm) -> None:
    deals_of(firm, firm.anna, "Press", "Lathe", "Saw")
    for day in range(3, 27):  # since Monday the 2nd; Monday the 9th is a day off
        night(day)
        sweep(day, 8)
        sweep(day)
        sweep(day, 15)
    lines = ["Press", "Lathe", "Saw"]
    assert said("deal") == [("Anna", "", lines)]
    assert said("deal_team") == [("Boris", "", [f"{each} — {firm.anna.name}" for each in lines])]
    own = Notice.objects.get(kind="step.deal")
    assert (own.at.astimezone(MOSCOW).date(), own.url) == (date(2026, 3, 4), "/deals/?step=none&owner=me")
    assert Notice.objects.get(kind="step.deal_team").at.astimezone(MOSCOW).date() == date(2026, 3, 10)
    assert said("customer") == []  # twenty working days are not over


def test_one_is_told_by_its_name_and_leads_to_it(firm: Firm) -> None:
    (press,) = deals_of(firm, firm.anna, "Press")
    night(3)
    sweep(4)
    assert said("deal") == [("Anna", "Press", None)]
    assert Notice.objects.get(kind="step.deal").url == f"/deals/{press.pk}/"


def test_a_step_that_came_takes_the_reminder_away_and_its_end_starts_the_count_anew(firm: Firm) -> None:
    press, lathe = deals_of(firm, firm.anna, "Press", "Lathe")
    night(3)
    task = task_about(firm, at(3, 15), deal_id=press.pk)
    Activity.objects.create(
        kind="CALL", is_done=False, at=at(20), day=at(20).date(), owner=firm.anna, deal=lathe, created_at=NOW,
        updated_at=NOW,
    )  # fmt: skip
    sweep(4)
    assert said("deal") == []
    assert not Reminder.objects.filter(state="PENDING", subject_kind="deal_step").exclude(whom="HEAD").exists()
    actions.submit_task(by=fresh(firm.anna), task_id=task.pk, now=at(5, 12))
    for day in (6, 7, 9, 10):
        night(day)
        sweep(day)
    assert said("deal") == [("Anna", "Press", None)]  # two working days after the 5th, the 9th being off
    assert Notice.objects.get(kind="step.deal").at.astimezone(MOSCOW).date() == date(2026, 3, 10)


def test_closed_handed_over_and_binned_deals_are_not_told_of(firm: Firm) -> None:
    press, lathe, saw = deals_of(firm, firm.anna, "Press", "Lathe", "Saw")
    night(3)
    Deal.objects.filter(pk=press.pk).update(deleted_at=NOW)
    Deal.objects.filter(pk=lathe.pk).update(owner=firm.vera)
    Deal.objects.filter(pk=saw.pk).update(closed_on=date(2026, 3, 3))
    sweep(4)
    assert said("deal") == []
    night(5)
    sweep(5)
    assert said("deal") == [("Vera", "Lathe", None)]


def test_rules_hold_for_a_department_and_can_be_switched_off(firm: Firm) -> None:
    deals_of(firm, firm.anna, "Press")
    night(3)
    rule = ReminderRule.objects.get(code="step.deal")
    values = {name: getattr(rule, name) for name in ("subject_kind", "kind", "trigger", "whom", "measure")}
    ReminderRule.objects.create(base=rule, unit=firm.north, is_on=False, **values)
    night(4)
    sweep(4)
    assert said("deal") == []


def test_who_is_away_is_told_when_they_are_back(firm: Firm) -> None:
    deals_of(firm, firm.anna, "Press")
    Absence.objects.create(person=firm.anna, substitute=firm.vera, starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 6))
    night(3)
    for day in (4, 5):
        sweep(day)
        assert said("deal") == []
    sweep(6)
    assert said("deal") == [("Anna", "Press", None)]


def test_each_kind_told_together_leads_to_a_page() -> None:
    found = [each for each in kinds.all_kinds() if each.together]
    assert {each.code for each in found} >= {"step.deal", "step.customer_team", "activity.passed"}
    for each in found:
        assert resolve(each.rows_url.partition("?")[0])
        assert each.many


def test_every_kind_of_notice_is_told_by_somebody() -> None:
    """A kind nobody tells is a box to tick that does nothing: each is made by a rule, or named where it is told."""
    sources = Path(otdel.__file__).parent.glob("*/**/*.py")
    code = "\n".join(path.read_text() for path in sources if path.name != "kinds.py")
    by_rule = {rule.kind for rule in kinds.default_rules()}
    told = set(re.findall(r"""["']([a-z_.]+)["']""", code)) | {
        name.lower() for name in re.findall(r"\b[A-Z_]+\b", code)
    }
    dead = [each.code for each in kinds.all_kinds() if each.code not in by_rule and each.code.split(".")[1] not in told]
    assert dead == []
