"""Everything that changes leads, deals, pipelines and stages."""

from __future__ import annotations

from otdel.deals.actions.deals import change_deal, create_deal
from otdel.deals.actions.imports import DealRow, LeadRow, import_deals, import_leads
from otdel.deals.actions.leads import change_lead, convert_lead, create_lead, reject_lead, return_lead, take_lead
from otdel.deals.actions.many import (
    assign_deals,
    assign_leads,
    bin_deals,
    bin_leads,
    restore_deals,
    restore_leads,
    tag_deals,
    tag_leads,
    undo_deals,
    undo_leads,
)
from otdel.deals.actions.move import move_deal, reopen_deal
from otdel.deals.actions.pipelines import (
    change_loss_reason,
    change_pipeline,
    change_stage,
    create_loss_reason,
    create_pipeline,
    create_stage,
    delete_loss_reason,
    delete_stage,
    order_loss_reasons,
    order_stages,
)

__all__ = [
    "DealRow",
    "LeadRow",
    "assign_deals",
    "assign_leads",
    "bin_deals",
    "bin_leads",
    "change_deal",
    "change_lead",
    "change_loss_reason",
    "change_pipeline",
    "change_stage",
    "convert_lead",
    "create_deal",
    "create_lead",
    "create_loss_reason",
    "create_pipeline",
    "create_stage",
    "delete_loss_reason",
    "delete_stage",
    "import_deals",
    "import_leads",
    "move_deal",
    "order_loss_reasons",
    "order_stages",
    "reject_lead",
    "reopen_deal",
    "restore_deals",
    "restore_leads",
    "return_lead",
    "tag_deals",
    "tag_leads",
    "take_lead",
    "undo_deals",
    "undo_leads",
]
