"""Deals and leads from a file, a batch at a time."""

from __future__ import annotations

from otdel.deals.actions.imports.deals import import_deals
from otdel.deals.actions.imports.leads import LeadRow, import_leads
from otdel.deals.actions.imports.rows import DealRow

__all__ = ["DealRow", "LeadRow", "import_deals", "import_leads"]
