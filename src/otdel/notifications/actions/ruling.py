"""Rules of reminding: the company's, and what a head changes for a department or a person for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import NotAllowed
from otdel.notifications import rules
from otdel.notifications.models import ReminderRule
from otdel.org import access
from otdel.org.models import Person
from otdel.org.rules import Right

CHANGED = "reminder_rule.changed"


@dataclass(frozen=True)
class RuleValues:
    amount: int
    measure: str
    is_on: bool


@action
def change_rule(*, by: Person, rule_id: int, values: RuleValues, now: datetime) -> ReminderRule:
    """Change a rule of the company; pending reminders are counted anew in the background."""
    access.require(by, "settings", Right.CHANGE)
    rules.check_rule(values.amount, values.measure)
    rule = _base(rule_id)
    rule.amount, rule.measure, rule.is_on = values.amount, values.measure, values.is_on
    rule.save(update_fields=["amount", "measure", "is_on"])
    journal.record(CHANGED, rule, by=by, at=now, amount=values.amount, measure=values.measure, on=values.is_on)
    return rule


@action
def change_rules(
    *, by: Person, changes: Mapping[int, RuleValues], copy_id: int | None = None, delete_id: int | None = None,
    now: datetime,
) -> None:  # fmt: skip
    """Change several rules of the company at once; all of them, or none. Then copy one, or delete one."""
    access.require(by, "settings", Right.CHANGE)
    for rule_id, values in changes.items():
        if rule_id != delete_id:
            change_rule(by=by, rule_id=rule_id, values=values, now=now)
    if copy_id is not None:
        base = _base(copy_id)
        copy_rule(by=by, rule_id=copy_id, values=RuleValues(base.amount, base.measure, base.is_on), now=now)
    if delete_id is not None:
        delete_rule(by=by, rule_id=delete_id, now=now)


@action
def override_rules(
    *, by: Person, changes: Mapping[int, RuleValues | None], unit_id: int | None = None, now: datetime
) -> None:
    """Say otherwise of several rules at once, for oneself or for a department; all of them, or none."""
    if unit_id is not None:
        _check_head(by, unit_id)
    for rule_id, values in changes.items():
        override_rule(by=by, rule_id=rule_id, unit_id=unit_id, values=values, now=now)


@action
def copy_rule(*, by: Person, rule_id: int, values: RuleValues, now: datetime) -> ReminderRule:
    """Remind of the same once more, at another moment."""
    access.require(by, "settings", Right.CHANGE)
    rules.check_rule(values.amount, values.measure)
    base = _base(rule_id)
    last = ReminderRule.objects.aggregate(last=Max("position"))["last"] or 0
    made = ReminderRule.objects.create(
        subject_kind=base.subject_kind, kind=base.kind, trigger=base.trigger, whom=base.whom, position=last + 1,
        amount=values.amount, measure=values.measure, is_on=values.is_on,
    )  # fmt: skip
    journal.record(CHANGED, made, by=by, at=now, copied_from=base.pk)
    return made


@action
def delete_rule(*, by: Person, rule_id: int, now: datetime) -> None:
    """Delete a rule the company added; those that came along are switched off instead."""
    access.require(by, "settings", Right.CHANGE)
    rule = _base(rule_id)
    if rule.code:
        raise rules.TooMany(_("This rule came with the program: switch it off instead."))
    journal.record(CHANGED, rule, by=by, at=now, deleted=True)
    rule.delete()


@action
def override_rule(
    *, by: Person, rule_id: int, unit_id: int | None = None, values: RuleValues | None, now: datetime
) -> None:
    """Say otherwise for oneself, or as a head for a department; None takes it back."""
    rule = _base(rule_id)
    if unit_id is None and rule.whom != ReminderRule.Whom.SELF:
        raise NotAllowed(_("What others are told is not for you to change."))
    if unit_id is not None:
        _check_head(by, unit_id)
    mine: dict[str, Any] = {"base": rule, "unit_id": unit_id, "person": by if unit_id is None else None}
    if values is None:
        ReminderRule.objects.filter(**mine).delete()
    else:
        rules.check_rule(values.amount, values.measure)
        given = {"amount": values.amount, "measure": values.measure, "is_on": values.is_on}
        same = {name: getattr(rule, name) for name in ("subject_kind", "kind", "trigger", "whom")}
        ReminderRule.objects.update_or_create(**mine, defaults=given | same)
    journal.record(CHANGED, rule, by=by, at=now, unit=unit_id, person=by.pk if unit_id is None else None)


def _check_head(by: Person, unit_id: int) -> None:
    tree = access.tree_for(by)
    if unit_id not in tree.nodes:
        raise rules.NoSuchRule(_("There is no such department."))
    keeps = bool(access.scope(by, "settings", Right.CHANGE))
    if not keeps and by.pk not in tree.heads_above(unit_id):
        raise NotAllowed(_("Only a head can change a department's reminders."))


def _base(rule_id: int) -> ReminderRule:
    found = ReminderRule.objects.select_for_update().filter(pk=rule_id, base=None).first()
    if found is None:
        raise rules.NoSuchRule(_("There is no such rule."))
    return found
