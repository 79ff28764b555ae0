"""Pipelines with their stages, and the reasons deals are lost for."""

from __future__ import annotations

from dataclasses import dataclass

from otdel.deals.models import LossReason, Pipeline, Stage
from otdel.deals.queries.cards import StageView


def first_stages() -> list[tuple[int, str]]:
    """Return where a new deal may begin: active stages of active pipelines, in order. One query."""
    rows = Stage.objects.filter(is_active=True, pipeline__is_active=True, outcome=Stage.Outcome.OPEN)
    found = list(
        rows.order_by("pipeline__position", "pipeline_id", "position", "id").values_list(
            "id", "name", "pipeline_id", "pipeline__name"
        )
    )
    several = len({row[2] for row in found}) > 1
    return [(pk, f"{pipeline} · {name}" if several else name) for pk, name, _pipeline_id, pipeline in found]


def active_loss_reasons() -> list[tuple[int, str]]:
    rows = LossReason.objects.filter(is_active=True).order_by("position", "id")
    return list(rows.values_list("id", "name"))


@dataclass(frozen=True)
class PipelineView:
    id: int
    name: str
    is_active: bool
    stages: tuple[StageView, ...]


def pipelines_whole() -> list[PipelineView]:
    """Return every pipeline with its stages. Two queries."""
    stages: dict[int, list[StageView]] = {}
    fields = ("pipeline_id", "id", "name", "outcome", "probability", "is_active", "position")
    for pipeline_id, *row in Stage.objects.order_by("position", "id").values_list(*fields):
        stages.setdefault(pipeline_id, []).append(StageView(*row))
    rows = Pipeline.objects.order_by("position", "id").values_list("id", "name", "is_active")
    return [PipelineView(pk, name, active, tuple(stages.get(pk, ()))) for pk, name, active in rows]


@dataclass(frozen=True)
class ReasonView:
    id: int
    name: str
    is_active: bool


def loss_reasons_whole() -> list[ReasonView]:
    return [
        ReasonView(*row) for row in LossReason.objects.order_by("position", "id").values_list("id", "name", "is_active")
    ]
