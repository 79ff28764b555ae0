"""Pipelines, their stages, and the reasons deals are lost for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.core.errors import Conflict, Invalid, NotFound
from otdel.customers.actions import lists
from otdel.deals import rules
from otdel.deals.models import Deal, LossReason, Pipeline, Stage, StageChange
from otdel.org.access import require
from otdel.org.models import Person
from otdel.org.rules import Right


@action
def create_pipeline(*, by: Person, name: str, now: datetime) -> Pipeline:
    """Add a pipeline with four stages to begin with."""
    require(by, "settings", Right.CHANGE)
    pipeline: Pipeline = lists.add(by, Pipeline, name, now)
    for at, (words, outcome, probability) in enumerate(_first_stages()):
        Stage.objects.create(pipeline=pipeline, name=words, position=at, outcome=outcome, probability=probability)
    return pipeline


def _first_stages() -> tuple[tuple[str, str, int], ...]:
    return ((_("New"), "OPEN", 10), (_("Proposal"), "OPEN", 40), (_("Won"), "WON", 100), (_("Lost"), "LOST", 0))


@action
def change_pipeline(*, by: Person, pipeline_id: int, name: str, is_active: bool, now: datetime) -> Pipeline:
    require(by, "settings", Right.CHANGE)
    if not is_active and not Pipeline.objects.filter(is_active=True).exclude(pk=pipeline_id).exists():
        raise Conflict(_("One pipeline must stay in use."))
    changed: Pipeline = lists.change(by, Pipeline, pipeline_id, name, is_active, now)
    return changed


@action
def create_stage(
    *, by: Person, pipeline_id: int, name: str, outcome: str, probability: int | None, now: datetime
) -> Stage:
    """Add a stage: an open one before the closed ones, a closed one at the end."""
    require(by, "settings", Right.CHANGE)
    pipeline = lists.one(Pipeline, pipeline_id)
    rules.check_stage(outcome, probability)
    last = pipeline.stages.filter(outcome=outcome).aggregate(last=Max("position"))["last"]
    stage = Stage(pipeline=pipeline, name=_name(pipeline, name), outcome=outcome, position=(last or 0) + 1)
    stage.probability = rules.chance(stage, probability)
    stage.save()
    _renumber(pipeline, [])
    journal.record("stage.created", stage, by=by, at=now, name=stage.name, outcome=outcome)
    return stage


@action
def change_stage(
    *,
    by: Person,
    stage_id: int,
    name: str,
    outcome: str,
    probability: int | None,
    is_active: bool,
    now: datetime,
) -> Stage:
    """Change a stage. What it means stays as long as deals were there: their past would change with it."""
    require(by, "settings", Right.CHANGE)
    stage = _one(stage_id)
    rules.check_stage(outcome, probability)
    if outcome != stage.outcome and _used(stage):
        raise rules.StageInUse(_("Deals were at this stage, so its meaning stays."), field="outcome")
    if stage.is_active and not is_active:
        _check_enough(stage)
    stage.name, stage.outcome, stage.is_active = _name(stage.pipeline, name, stage.pk), outcome, is_active
    stage.probability = rules.chance(stage, probability)
    stage.save()
    journal.record("stage.changed", stage, by=by, at=now, name=stage.name, outcome=outcome, is_active=is_active)
    return stage


@action
def delete_stage(*, by: Person, stage_id: int, now: datetime) -> None:
    """Delete a stage no deal has ever been at."""
    require(by, "settings", Right.CHANGE)
    stage = _one(stage_id)
    if _used(stage):
        raise rules.StageInUse(_("Deals were at this stage: take it out of use instead."))
    _check_enough(stage)
    pk, name = stage.pk, stage.name
    stage.delete()
    stage.pk = pk
    journal.record("stage.deleted", stage, by=by, at=now, name=name)


@action
def order_stages(*, by: Person, pipeline_id: int, ids: Sequence[int], now: datetime) -> None:
    """Put the stages of a pipeline in this order; open ones always stand before closed ones."""
    require(by, "settings", Right.CHANGE)
    pipeline = lists.one(Pipeline, pipeline_id)
    _renumber(pipeline, ids)
    journal.record("stage.ordered", pipeline, by=by, at=now, ids=list(ids))


def _renumber(pipeline: Pipeline, ids: Sequence[int]) -> None:
    place = {pk: at for at, pk in enumerate(ids)}
    rank = {"OPEN": 0, "WON": 1, "LOST": 2}
    stages = sorted(
        pipeline.stages.select_for_update(),
        key=lambda each: (rank[each.outcome], place.get(each.pk, len(ids)), each.position, each.pk),
    )
    for at, stage in enumerate(stages):
        Stage.objects.filter(pk=stage.pk).update(position=at)


def _one(stage_id: int) -> Stage:
    found = Stage.objects.select_for_update(of=("self",)).select_related("pipeline").filter(pk=stage_id).first()
    if found is None:
        raise NotFound(_("There is no such stage."))
    return found


def _used(stage: Stage) -> bool:
    passed = StageChange.objects.filter(Q(before=stage) | Q(after=stage)).exists()
    return passed or Deal.objects.filter(stage=stage).exists()


def _check_enough(stage: Stage) -> None:
    """A pipeline needs an open stage, a won one and a lost one."""
    others = stage.pipeline.stages.filter(outcome=stage.outcome, is_active=True).exclude(pk=stage.pk)
    if not others.exists():
        raise Conflict(_("A pipeline needs an open stage, a won one and a lost one."))
    if stage.outcome == Stage.Outcome.OPEN and Deal.objects.filter(stage=stage, deleted_at=None).exists():
        raise rules.StageInUse(_("Open deals stand at this stage: move them first."))


def _name(pipeline: Pipeline, name: str, stage_id: int | None = None) -> str:
    text = " ".join(name.replace("\x00", "").split())[:120]
    if not text:
        raise Invalid(_("Write the name."), field="name")
    if pipeline.stages.filter(name__iexact=text).exclude(pk=stage_id or 0).exists():
        raise Conflict(_("The pipeline already has such a stage."), field="name")
    return text


LISTS: dict[str, Any] = {"loss-reasons": LossReason}


@action
def create_loss_reason(*, by: Person, name: str, now: datetime) -> LossReason:
    reason: LossReason = lists.add(by, lists.named(by, LISTS, "loss-reasons"), name, now)
    return reason


@action
def change_loss_reason(*, by: Person, entry_id: int, name: str, is_active: bool, now: datetime) -> LossReason:
    model = lists.named(by, LISTS, "loss-reasons")
    reason: LossReason = lists.change(by, model, entry_id, name, is_active, now)
    return reason


@action
def delete_loss_reason(*, by: Person, entry_id: int, now: datetime) -> None:
    lists.remove(by, lists.named(by, LISTS, "loss-reasons"), entry_id, now)


@action
def order_loss_reasons(*, by: Person, ids: Sequence[int], now: datetime) -> None:
    lists.put_in_order(by, lists.named(by, LISTS, "loss-reasons"), ids, now)
