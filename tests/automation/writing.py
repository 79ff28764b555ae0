"""Rules in few words, and what the worker does with the events since the last time."""

from __future__ import annotations

from typing import Any

from ledger import fresh
from people import NOW

from otdel.automation import actions
from otdel.automation.models import Rule
from otdel.automation.rules import RuleValues
from otdel.core.models import Event
from otdel.deals import actions as deals

TASK = {"title": "Call {customer} about {record}", "to": "OWNER", "due": 1}


def write(by, when="DEAL_STAGE", then="TASK", does=None, on=True, unit=None, now=NOW, **more) -> Rule:
    values = RuleValues(
        name="Rule",
        when=when,
        then=then,
        does=TASK if does is None else does,
        unit_id=unit.pk if unit else None,
        **more,
    )
    rule = actions.save_rule(by=fresh(by), values=values, now=now)
    return actions.switch_rule(by=fresh(by), rule_id=rule.pk, on=True, now=now) if on else rule


def move(by, deal, stage, now=NOW) -> None:
    deals.move_deal(by=fresh(by), deal_id=deal.pk, stage_id=stage.pk, today=now.date(), now=now)
    wake(now)


def lead(by, now=NOW, **values: Any) -> Any:
    made = deals.create_lead(by=fresh(by), values={"title": "Wants pumps"} | values, now=now)
    wake(now)
    return made


def wake(now=NOW) -> None:
    """What the worker does with the events since the last time."""
    last = Event.objects.order_by("-pk").first().pk
    seen = getattr(wake, "seen", 0)
    for pk in Event.objects.filter(pk__gt=seen, pk__lte=last).order_by("pk").values_list("pk", flat=True):
        actions.happened(event_id=pk, now=now)
    wake.seen = last


def outcomes(rule) -> list[str]:
    return list(rule.firings.order_by("pk").values_list("outcome", flat=True))
