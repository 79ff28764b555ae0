"""Deals of a pipeline in lanes, one a stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum

from otdel.deals import access
from otdel.deals.models import Stage
from otdel.deals.queries.cards import StageView
from otdel.deals.queries.pipeline_views import PipelineView
from otdel.org.models import Person


@dataclass(frozen=True)
class KanbanCard:
    id: int
    title: str
    customer: str
    amount: Decimal | None
    owner: str
    expected_on: date | None
    stage_since: datetime


@dataclass(frozen=True)
class Lane:
    stage: StageView
    count: int
    total: Decimal
    cards: tuple[KanbanCard, ...]


IN_A_LANE = 40


def kanban(person: Person, pipeline: PipelineView) -> list[Lane]:
    """Return the open deals of a pipeline by stage: sums of all, cards of the biggest.

    Two queries besides those of access.
    """
    stages = [each for each in pipeline.stages if each.outcome == Stage.Outcome.OPEN]
    rows = access.visible_to(person).filter(closed_on=None, stage__in=[each.id for each in stages])
    sums = {
        stage_id: (count, total or Decimal(0))
        for stage_id, count, total in rows.values_list("stage_id").annotate(Count("id"), Sum("amount")).order_by()
    }
    lanes: dict[int, list[KanbanCard]] = {each.id: [] for each in stages}
    for stage_id, last, first, *row in _biggest(rows, [each.id for each in stages]):
        pk, title, customer, amount, expected_on, since = row
        owner = f"{last} {first[:1]}." if last and first else last or first
        lanes[stage_id].append(KanbanCard(pk, title, customer or "", amount, owner, expected_on, since))
    return [
        Lane(each, *sums.get(each.id, (0, Decimal(0))), tuple(lanes[each.id]))
        for each in stages
        if each.is_active or sums.get(each.id)
    ]


def _biggest(rows: Any, stage_ids: list[int]) -> list[Any]:
    """The biggest deals of each stage, so many of each. One query."""
    fields = (
        "stage_id",
        "owner__last_name",
        "owner__first_name",
        "id",
        "title",
        "customer__name",
        "amount",
        "expected_on",
        "stage_since",
    )
    parts = [
        rows.filter(stage_id=pk).order_by(F("amount").desc(nulls_last=True), "-id").values_list(*fields)[:IN_A_LANE]
        for pk in stage_ids
    ]
    if not parts:
        return []
    return list(parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0])
