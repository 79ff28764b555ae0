"""The webhook of a rule, called at a real receiver that agrees, fails, hangs, refuses, goes away and comes back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from ledger import fresh
from notifications.test_hooks import is_genuine
from outer_world import Receiver
from people import NOW
from writing import lead, outcomes, wake, write

from otdel.automation import actions, jobs
from otdel.automation.models import Call, Firing, Rule
from otdel.core import secrecy
from otdel.core.errors import Conflict, NotAllowed, NotFound
from otdel.host.environment import Outside
from otdel.notifications import hooks
from otdel.notifications.rules import PAUSES

# what a busy machine takes for a round: the clock goes on while it is turned
SLACK = timedelta(seconds=20)


@pytest.fixture(autouse=True)
def _from_here(db):
    wake.seen = 0


@pytest.fixture
def rule(firm, receiver) -> Rule:
    return write(firm.boris, when="LEAD_CREATED", then="WEBHOOK", does={"url": f"{receiver.url}/in"}, unit=firm.north)


def secret(rule: Rule) -> str:
    return secrecy.opened(rule.does["sealed"]["secret"])


def calls_at(moment) -> None:
    """One round of the worker at this moment."""
    with time_machine.travel(moment):
        jobs.calls()


def said() -> list[tuple[int, bool, str]]:
    return list(Call.objects.order_by("pk").values_list("number", "taken", "said"))


def got(receiver) -> list:
    return [receiver.take() for _each in range(receiver.got.qsize())]


def test_a_firing_calls_once_and_is_signed(firm, rule, receiver):
    lead(firm.anna, title="Wants pumps")
    assert outcomes(rule) == ["WAITING"]
    jobs.calls()  # by the clock of the machine, which signatures have
    jobs.calls()
    (call,) = got(receiver)
    assert is_genuine(call, secret(rule))
    assert not is_genuine(call, secret(rule)[:-4] + "AAA=")
    told = json.loads(call.body)
    assert (told["type"], told["record"]["name"], told["rule"]["name"]) == ("rule", "Wants pumps", "Rule")
    assert (outcomes(rule), said()) == (["DONE"], [(1, True, "200")])


def test_it_fails_hangs_is_away_and_recovers(firm, rule, receiver, monkeypatch):
    lead(firm.anna)
    now, port = NOW, receiver.server_address[1]
    receiver.answer(500, "out of order")
    calls_at(now)
    assert PAUSES[0] <= Firing.objects.get().next_at - now < PAUSES[0] + SLACK
    calls_at(now + timedelta(seconds=30))  # not yet
    now += PAUSES[0] + SLACK
    monkeypatch.setattr(hooks.call, "__kwdefaults__", {"seconds": 0.4})
    receiver.hangs = 20.0
    calls_at(now)
    receiver.hangs = 0
    now += PAUSES[1] + SLACK
    receiver.stop()  # nobody listens
    calls_at(now)
    assert outcomes(rule) == ["WAITING"]
    now += PAUSES[2] + SLACK
    again = Receiver(port)
    again.begin()
    calls_at(now)
    calls_at(now + timedelta(days=1))
    again.stop()
    attempts = said()
    assert [each[:2] for each in attempts] == [(1, False), (2, False), (3, False), (4, True)]
    assert "500 out of order" in attempts[0][2]
    assert "no answer in 0.4 s" in attempts[1][2]
    assert "refused" in attempts[2][2].lower()
    assert attempts[3][2] == "200"
    assert outcomes(rule) == ["DONE"]
    numbers = {each.headers["webhook-id"] for each in [*got(receiver), *got(again)]}
    assert len(numbers) == 1  # the receiver recognises a second copy
    assert again.got.empty()


def test_it_is_given_up_and_called_again_by_hand(firm, rule, receiver):
    lead(firm.anna)
    now = NOW
    for pause in (*PAUSES, timedelta()):
        receiver.answer(503)
        calls_at(now)
        now += pause + SLACK
    assert (outcomes(rule), Call.objects.count()) == (["REFUSED"], len(PAUSES) + 1)
    calls_at(now + timedelta(days=1))
    assert len(got(receiver)) == len(PAUSES) + 1
    firing = Firing.objects.get()
    for who, refusal in ((firm.anna, NotAllowed), (firm.gleb, NotFound)):
        with pytest.raises(refusal):
            actions.call_again(by=fresh(who), rule_id=rule.pk, firing_id=firing.pk, now=now)
    actions.call_again(by=fresh(firm.boris), rule_id=rule.pk, firing_id=firing.pk, now=now)
    calls_at(now)
    assert (outcomes(rule), len(got(receiver))) == (["DONE"], 1)
    with pytest.raises(Conflict):
        actions.call_again(by=fresh(firm.boris), rule_id=rule.pk, firing_id=firing.pk, now=now)


@pytest.mark.parametrize(
    ("status", "outcome", "stop"), [(302, "REFUSED", ""), (404, "WAITING", ""), (410, "REFUSED", "GONE")]
)
def test_other_answers(firm, rule, receiver, status, outcome, stop):
    receiver.answer(status, Location=f"{receiver.url}/elsewhere")
    lead(firm.anna)
    calls_at(NOW)
    rule.refresh_from_db()
    assert (outcomes(rule), rule.stop, rule.is_on) == ([outcome], stop, not stop)
    assert len(got(receiver)) == 1  # not followed


def test_a_receiver_in_trouble_is_not_knocked_at_by_all_at_once(firm, rule, receiver):
    for number in range(5):
        lead(firm.anna, title=f"Lead {number}")
    receiver.answer(500)
    calls_at(NOW)
    assert len(got(receiver)) == 1
    calls_at(NOW + timedelta(minutes=1) + SLACK)
    assert (len(got(receiver)), outcomes(rule)) == (5, ["DONE"] * 5)


def test_what_a_killed_worker_held_is_called_again_after_its_lease(firm, rule, receiver):
    lead(firm.anna)
    begun = actions.begin_call(by=None, now=NOW)
    actions.call(begun)  # and it dies before it can tell
    calls_at(NOW + timedelta(minutes=1))
    assert len(got(receiver)) == 1
    with pytest.raises(Conflict):
        actions.call_again(
            by=fresh(firm.boris), rule_id=rule.pk, firing_id=begun.firing_id, now=NOW + timedelta(minutes=1)
        )
    calls_at(NOW + timedelta(minutes=3))
    (copy,) = got(receiver)
    assert copy.headers["webhook-id"]
    assert said() == [(1, False, ""), (2, True, "200")]


def test_private_addresses_are_called_only_while_let(firm, rule, receiver, settings):
    settings.OUTSIDE = Outside(public=True)
    lead(firm.anna)
    calls_at(NOW)
    assert outcomes(rule) == ["REFUSED"]
    assert "127.0.0.1" in Firing.objects.get().text
    assert receiver.got.empty()


def test_another_secret_key_is_said(firm, rule, receiver, settings):
    lead(firm.anna)
    settings.SECRET_KEY = "y" * 50
    calls_at(NOW)
    rule.refresh_from_db()
    assert (outcomes(rule), rule.stop, receiver.got.empty()) == (["REFUSED"], "GONE", True)
