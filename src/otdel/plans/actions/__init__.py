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
from otdel.plans.actions.imports import PlanRow, import_plans
from otdel.plans.actions.spread import spread_plan

__all__ = [
    "CellChange",
    "PlanRow",
    "agree_plan",
    "approve_plan",
    "change_cells",
    "create_plan",
    "delete_draft",
    "import_plans",
    "return_plan",
    "revise_plan",
    "spread_plan",
]
