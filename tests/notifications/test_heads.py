"""A department that will be without a head is told of ahead, once, in the hours of whoever is told."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import time_machine

from otdel.notifications import jobs
from otdel.notifications.models import Notice, ReminderRule
from otdel.org.models import Absence, Person

MOSCOW = ZoneInfo("Europe/Moscow")


def turn(day: int, hour: int = 10, month: int = 3) -> None:
    with time_machine.travel(datetime(2026, month, day, hour, tzinfo=MOSCOW), tick=False):
        jobs.heads()


def told(kind: str) -> list[str]:
    return sorted(row.person.first_name for row in Notice.objects.filter(kind=kind))


def test_a_head_who_leaves_is_told_of_ten_working_days_before(firm):
    Person.objects.filter(pk=firm.gleb.pk).update(employed_to=date(2026, 4, 1))
    turn(17)
    assert told("unit.headless") == []
    turn(18, 5)
    assert told("unit.headless") == []
    for day in (18, 18, 19, 20):
        turn(day)
    assert told("unit.headless") == ["Artyom", "Olga"]
    notice = Notice.objects.get(kind="unit.headless", person=firm.olga)
    assert (notice.title, notice.url) == ("South", f"/people/departments/{firm.south.pk}/")
    assert notice.params["person"] == "Gusev Gleb"


def test_an_absence_without_a_substitute_is_told_of_as_soon_as_it_is_known(firm):
    Absence.objects.create(person=firm.boris, starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 10))
    turn(2, 10)
    turn(2, 11)
    assert told("unit.head_away") == ["Artyom", "Olga"]
    Absence.objects.update(substitute=firm.anna, starts_on=date(2026, 3, 5))
    turn(3)
    assert told("unit.head_away") == ["Artyom", "Olga"]


def test_the_rule_may_be_switched_off(firm):
    turn(2)
    Absence.objects.create(person=firm.boris, starts_on=date(2026, 3, 20), ends_on=date(2026, 3, 25))
    turn(2)
    assert told("unit.head_away") == []
    ReminderRule.objects.filter(code="unit.head_away").update(is_on=False)
    turn(19)
    assert told("unit.head_away") == []
