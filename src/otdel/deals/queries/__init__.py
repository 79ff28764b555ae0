"""Questions about leads and deals."""

from otdel.deals.queries.cards import DealCard, DealRow, StageView, deal_card, deals_of, lead_card
from otdel.deals.queries.history import deal_timeline, lead_timeline, names_of
from otdel.deals.queries.lanes import KanbanCard, Lane, kanban
from otdel.deals.queries.lists import DEALS, LEADS, loss_reasons, pipelines, stages
from otdel.deals.queries.pipeline_views import (
    PipelineView,
    active_loss_reasons,
    first_stages,
    loss_reasons_whole,
    pipelines_whole,
)
from otdel.deals.queries.search import same_leads, search_parts

__all__ = [
    "DEALS",
    "LEADS",
    "DealCard",
    "DealRow",
    "KanbanCard",
    "Lane",
    "PipelineView",
    "StageView",
    "active_loss_reasons",
    "deal_card",
    "deal_timeline",
    "deals_of",
    "first_stages",
    "kanban",
    "lead_card",
    "lead_timeline",
    "loss_reasons",
    "loss_reasons_whole",
    "names_of",
    "pipelines",
    "pipelines_whole",
    "same_leads",
    "search_parts",
    "stages",
]
