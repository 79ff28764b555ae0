"""What a board without an approved plan waits for: in a sentence, and the way there."""

from __future__ import annotations

from django.utils.translation import gettext as _

from otdel.core.titles import period_inside
from otdel.plans.queries.board import Board
from otdel.plans.queries.pending import Pending

MOST_NAMES = 3


def waiting(shown: Board, plan: Pending | None) -> str:
    """Say that a plan is under way, and whose word it waits for; "" where there is none."""
    if plan is None:
        return ""
    is_other = plan.unit_id != shown.query.unit_id or plan.period != shown.query.period
    return f"{_standing(plan)} {_whose(plan)}" if is_other else _standing(plan)


def _standing(plan: Pending) -> str:
    if not plan.is_agreed:
        words = {"author": plan.author}
        return _("There is a draft of the plan, made by %(author)s: nobody is measured by it yet.") % words
    if plan.is_mine:
        return _("The plan is agreed and waits for your approval.")
    names = [each.name for each in plan.approvers if each.has_come][:MOST_NAMES]
    if not names:
        return _("The plan is agreed, but there is nobody here yet who may approve it.")
    return _("The plan is agreed and waits for approval (by %(names)s).") % {"names": ", ".join(names)}


def _whose(plan: Pending) -> str:
    """Name a plan that is not of just this department and these days."""
    return _("It is the plan of “%(unit)s”, %(period)s.") % {"unit": plan.unit, "period": period_inside(plan.period)}


def way_to(plan: Pending) -> str:
    """What the button says."""
    if not plan.is_agreed:
        return _("Open the draft")
    return _("Open and approve") if plan.is_mine else _("Open the plan")
