"""An absence that was taken off, moved or given to another takes back what was told because of it."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
import time_machine
from ledger import fresh
from people import NOW
from told import give, sweep

from otdel.core.models import Event
from otdel.notifications import actions, jobs
from otdel.notifications.models import Delivery, Notice
from otdel.org import actions as org

FIRST, LAST = NOW.date(), NOW.date() + timedelta(days=4)


def away(firm, substitute, first: date = FIRST):
    found = org.add_absence(
        by=fresh(firm.anna), person_id=firm.anna.pk, starts_on=first, last_on=LAST, substitute_id=substitute.pk, now=NOW
    )
    react("absence.added")
    return found


def react(kind: str) -> None:
    """Do what the queue would."""
    event = Event.objects.filter(kind=kind).latest("pk")
    with time_machine.travel(NOW, tick=False):
        if kind != "absence.added":
            jobs.take_back.func(event.pk)
        if kind != "absence.removed":
            jobs.stands_in.func(event.pk)


def told() -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind__startswith="absence.").order_by("pk")
    return [(row.person.first_name, row.kind.removeprefix("absence.")) for row in rows]


def test_what_nobody_has_seen_is_unsaid(firm, post):
    actions.set_quiet(by=fresh(firm.vera), starts=time(0), ends=time(23, 59), now=NOW)
    absence = away(firm, firm.vera)
    assert told() == [("Vera", "stands_in")]
    org.remove_absence(by=fresh(firm.anna), absence_id=absence.pk, now=NOW)
    react("absence.removed")
    assert told() == []
    sweep(NOW + timedelta(days=1))
    assert not [said for said in post.said() if "stand in" in said[1]]


def test_who_was_told_by_letter_is_told_that_it_is_over(firm, post):
    absence = away(firm, firm.vera)
    sweep(NOW)
    org.remove_absence(by=fresh(firm.anna), absence_id=absence.pk, now=NOW)
    react("absence.removed")
    react("absence.removed")
    sweep(NOW + timedelta(minutes=1))
    assert told() == [("Vera", "stands_in"), ("Vera", "stands_down")]
    assert [text for _who, text in post.said()][-1].startswith("You no longer need to stand in for")


def test_given_to_another_both_know(firm, post):
    absence = away(firm, firm.vera)
    sweep(NOW)
    days = {"starts_on": FIRST, "last_on": LAST, "now": NOW, "absence_id": absence.pk}
    org.change_absence(by=fresh(firm.anna), substitute_id=firm.gleb.pk, **days)
    react("absence.changed")
    assert told() == [("Vera", "stands_in"), ("Vera", "stands_down"), ("Gleb", "stands_in")]


@pytest.mark.parametrize("quiet", [True, False])
def test_what_the_substitute_has_not_got_yet_comes_back(firm, post, quiet):
    if quiet:
        actions.set_quiet(by=fresh(firm.vera), starts=time(0), ends=time(23, 59), now=NOW)
    absence = away(firm, firm.vera)
    give(firm.boris, firm.anna, NOW, title="Call Romashka")
    sweep(NOW)
    org.remove_absence(by=fresh(firm.anna), absence_id=absence.pk, now=NOW)
    react("absence.removed")
    sweep(NOW + timedelta(minutes=1))
    got = [who for who, text in post.said() if "Call Romashka" in text]
    assert got == (["anna"] if quiet else ["vera"])
    assert Delivery.objects.filter(notice__title="Call Romashka", channel="email").count() == 1
