"""A rule is written, changed, switched on and off, dropped."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext as _

from otdel.automation import access
from otdel.automation.models import Rule
from otdel.automation.queries.fields import checked
from otdel.automation.queries.matching import state_of
from otdel.automation.rules import ABOUT, RuleValues, check
from otdel.core import journal, secrecy
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid
from otdel.deals.models import Stage
from otdel.notifications import hooks
from otdel.org.models import Person, Role
from otdel.tasks.access import receivers, visible_templates


@action
def save_rule(*, by: Person, rule_id: int | None = None, values: RuleValues, now: datetime) -> Rule:
    """Write a rule, or change one; a changed rule belongs to whoever changed it and acts with their rights."""
    access.require(by)
    rule = access.rule_for_change(by, rule_id) if rule_id else Rule(created_at=now)
    check(values)
    access.check_unit(by, values.unit_id)
    does = _checked(by, values, rule.does)
    for field in fields(RuleValues):
        setattr(rule, field.name, getattr(values, field.name))
    rule.name, rule.owner, rule.updated_at = " ".join(values.name.split())[:120], by, now
    rule.conditions, rule.does = _conditions(by, values, now), does
    if rule.is_on:
        rule.on_since = now
    rule.save()
    journal.record("rule.saved", rule, by=by, at=now, name=rule.name, when=rule.when, then=rule.then)
    return rule


def _conditions(by: Person, values: RuleValues, now: datetime) -> str:
    """Keep what the list of such records understands, and nothing else."""
    about = ABOUT[values.when]
    if about == "person":
        return ""
    state = state_of(about, values.conditions, by, now, whole=True)
    own = {name for each in state.listing.filters if each.key != "bin" for name in each.names}
    return urlencode([pair for pair in state.pairs() if pair[0] in own])


def _checked(by: Person, values: RuleValues, before: dict[str, Any]) -> dict[str, Any]:
    does: dict[str, Any] = dict(values.does)
    if values.then == Rule.Then.TEMPLATE and not visible_templates(by).filter(pk=does["template"]).exists():
        raise Invalid(_("There is no such template."), field="template")
    stages = [pk for pk in (values.stage_id, does.get("stage")) if pk]
    if stages and Stage.objects.filter(pk__in=stages).count() != len(set(stages)):
        raise Invalid(_("There is no such stage."), field="stage")
    if values.then == Rule.Then.FIELD:
        does["value"] = checked(ABOUT[values.when], str(does["field"]), does.get("value"))
    if values.then == Rule.Then.HANDOVER and not receivers(by).filter(pk=does["owner"]).exists():
        raise Invalid(_("Choose somebody who works here."), field="owner")
    if does.get("to") == "PERSON" and not receivers(by).filter(pk=does["person"]).exists():
        raise Invalid(_("Choose somebody who works here."), field="person")
    if does.get("to") == "ROLE" and not Role.objects.filter(pk=does["role"]).exists():
        raise Invalid(_("There is no such role."), field="role")
    if values.then == Rule.Then.WEBHOOK:
        return _webhook(does, before)
    return does


def _webhook(does: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Keep the address and the secret sealed; the same address keeps its secret."""
    url = str(does["url"]).strip()
    if before.get("sealed") and secrecy.opened(before["sealed"]["url"]) == url:
        return before
    sealed = hooks.address_data(url, hooks.new_secret())
    return {"host": urlsplit(url).hostname or "", "sealed": sealed}


@action
def switch_rule(*, by: Person, rule_id: int, on: bool, now: datetime) -> Rule:
    """Switch on: what becomes so from now on fires it, with the rights of whoever switched it on."""
    access.require(by)
    rule = access.rule_for_change(by, rule_id)
    if rule.is_on == on:
        raise Conflict(_("It is already so."))
    rule.is_on, rule.stop = on, "" if on else Rule.Stop.BY_HAND
    if on:
        access.check_unit(by, rule.unit_id)
        rule.owner, rule.on_since = by, now
    rule.updated_at = now
    rule.save()
    journal.record("rule.switched", rule, by=by, at=now, on=on)
    return rule


@action
def drop_rule(*, by: Person, rule_id: int, now: datetime) -> None:
    """Take the rule away; its log stays."""
    access.require(by)
    rule = access.rule_for_change(by, rule_id)
    rule.is_on, rule.deleted_at, rule.updated_at = False, now, now
    rule.save()
    journal.record("rule.dropped", rule, by=by, at=now, name=rule.name)
