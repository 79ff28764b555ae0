"""Calling the webhook of a firing: claim → call → record, by the machinery people's own webhooks have.

A claim is a lease: two workers never call for one firing at once, and what a killed one held is called again, with the
same `webhook-id`, so that the receiver knows a second copy. What fails is called again after growing pauses; whatever
else the rule has for the same address waits with it, so that a receiver that hangs holds up nobody else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from otdel.automation import access
from otdel.automation.actions.stopping import stop
from otdel.automation.models import Call, Firing, Rule
from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict, NotFound
from otdel.notifications import hooks
from otdel.notifications.channels import Refused, Sent
from otdel.notifications.rules import LEASE, pause_after
from otdel.org.models import Person

WAITING = Firing.Outcome.WAITING
# while one call of a rule fails, its others wait so long before they are tried
TOGETHER = timedelta(minutes=1)


@action
def begin_call(*, by: Person | None, now: datetime) -> Call | None:
    """Take the call that is due longest, for the length of a lease. None: there is nothing to call."""
    due = Firing.objects.filter(outcome=WAITING, next_at__lte=now).select_related("rule")
    firing = due.select_for_update(of=("self",), skip_locked=True).order_by("next_at", "pk").first()
    if firing is None:
        return None
    number = firing.calls.count() + 1
    firing.next_at = now + LEASE
    firing.save(update_fields=["next_at"])
    made = Call(firing=firing, number=number, at=now)
    made.save()
    return made


def call(begun: Call) -> Sent | Refused:
    """Call, outside of any transaction."""
    firing = begun.firing
    return hooks.call(firing.rule.does.get("sealed", {}), f"rule-{firing.pk}", words(firing))


def words(firing: Firing) -> dict[str, Any]:
    record = {"kind": firing.kind, "id": firing.record_id, "name": firing.name}
    rule = {"id": firing.rule_id, "name": firing.rule.name, "when": firing.rule.when}
    return {"type": "rule", "rule": rule, "record": record, "at": firing.at.isoformat(), "firing": firing.pk}


@action
def end_call(*, by: Person | None, call_id: int, answer: Sent | Refused, now: datetime) -> Firing:
    """Write down how the attempt went, and what follows of it."""
    if isinstance(answer, Refused) and answer.gone:
        Rule.objects.select_for_update().get(firings__calls=call_id)  # a rule is always locked before its firings
    firing = Firing.objects.select_for_update(of=("self",)).select_related("rule").get(calls=call_id)
    ended = Call.objects.get(pk=call_id)
    ended.ended_at, ended.taken = now, isinstance(answer, Sent)
    ended.said = (answer.answer if isinstance(answer, Sent) else answer.reason)[:1000]
    ended.save()
    if firing.outcome == WAITING:
        _follow(firing, ended, answer, now)
    return firing


def _follow(firing: Firing, ended: Call, answer: Sent | Refused, now: datetime) -> None:
    if isinstance(answer, Sent):
        _end(firing, Firing.Outcome.DONE, ended.said, now)
        return
    pause = None if answer.final or answer.gone else pause_after(ended.number)
    if pause is None:
        _end(firing, Firing.Outcome.REFUSED, ended.said, now)
        if answer.gone and firing.rule.is_on:
            stop(firing.rule, Rule.Stop.GONE, now)
        return
    firing.next_at, firing.text = now + pause, ended.said
    firing.save()
    due = Firing.objects.filter(rule=firing.rule, outcome=WAITING, next_at__lte=now)
    others = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True))
    Firing.objects.filter(pk__in=others).update(next_at=now + TOGETHER)
    journal.record("rule.call_failed", firing, by=None, at=now, rule=firing.rule_id, attempt=ended.number)


def _end(firing: Firing, outcome: str, said: str, now: datetime) -> None:
    firing.outcome, firing.text, firing.next_at = outcome, said, None
    firing.save()
    journal.record("rule.called", firing, by=None, at=now, rule=firing.rule_id, outcome=outcome)


@action
def call_again(*, by: Person, rule_id: int, firing_id: int, now: datetime) -> Firing:
    """Have a call that was given up made once more, now."""
    access.require(by)
    rule = access.rule_for_change(by, rule_id)
    firing = Firing.objects.select_for_update().filter(rule=rule, pk=firing_id).first()
    if firing is None:
        raise NotFound(_("There is no such firing."))
    if rule.then != Rule.Then.WEBHOOK or firing.outcome not in (Firing.Outcome.REFUSED, WAITING):
        raise Conflict(_("There is nothing to call again."))
    if firing.calls.filter(ended_at=None, at__gt=now - LEASE).exists():
        raise Conflict(_("It is being called right now."))
    firing.outcome, firing.next_at = WAITING, now
    firing.save()
    journal.record("rule.calls", firing, by=by, at=now, rule=rule.pk, again=True)
    return firing
