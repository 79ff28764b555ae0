"""Every change of plans and of the facts beside them."""

from otdel.plans.actions.documents import (
    CellChange,
    agree_plan,
    approve_plan,
    change_cells,
    create_plan,
    delete_draft,
    return_plan,
    revise_plan,
)
from otdel.plans.actions.spread import spread_plan

__all__ = [
    "CellChange",
    "agree_plan",
    "approve_plan",
    "change_cells",
    "create_plan",
    "delete_draft",
    "return_plan",
    "revise_plan",
    "spread_plan",
]
