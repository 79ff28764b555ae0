"""The page of one plan: its grid, whom it waits for, its versions, and the saving of what was typed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from otdel.core.errors import Refusal
from otdel.core.titles import period_inside, period_short
from otdel.interfaces.http import PersonRequest, page, status_of, submission
from otdel.interfaces.web import formats
from otdel.interfaces.web.plan_forms import cell_changes
from otdel.interfaces.web.plan_words import COUNTS, metric_label
from otdel.interfaces.web.plans.cells import body, foot
from otdel.interfaces.web.plans.listing import TONES, status_label
from otdel.org.access import scope
from otdel.org.rules import Right
from otdel.plans import access, actions
from otdel.plans.queries import documents
from otdel.plans.queries.approval import Approver, approvers
from otdel.plans.queries.grid import Grid, Row, grid


@page
def show(request: PersonRequest, plan_id: int) -> HttpResponse:
    return _grid_page(request, grid(request.user, plan_id))


@submission
def save(request: PersonRequest, plan_id: int) -> HttpResponse:
    """Write the typed cells; a refusal shows the same grid with everything typed still in it."""
    try:
        changes = list(cell_changes(request.POST))
        actions.change_cells(by=request.user, plan_id=plan_id, changes=changes, now=request.now)
    except Refusal as refusal:
        if isinstance(refusal.details.get("cells"), list):
            return _grid_page(request, grid(request.user, plan_id), typed=request.POST, refusal=refusal)
        raise
    changed = sum(change.seen != change.amount for change in changes)
    messages.success(
        request, ngettext("Saved: %(count)d number.", "Saved: %(count)d numbers.", changed) % {"count": changed}
    )
    return HttpResponseRedirect(reverse("plan_grid", args=[plan_id]))


def _grid_page(
    request: PersonRequest, shown: Grid, *, typed: Any = None, refusal: Refusal | None = None
) -> HttpResponse:
    plan = shown.plan
    editable = plan.status == "DRAFT" and access.may_change(request.user, plan.unit_id)
    places = 0 if plan.metric in COUNTS else 2
    able = _able(request, shown) if plan.status in ("DRAFT", "AGREED") else ()
    context = {
        "plan": plan,
        "name": metric_label(plan.metric),
        "period": period_inside(documents.period_of(plan)),
        "status": status_label(plan.status),
        "tone": TONES[plan.status],
        "columns": [(number, str(column), period_short(column)) for number, column in enumerate(shown.columns)],
        "body": body(shown, editable, places, typed or {}, _marked(shown, refusal)),
        "foot": foot(shown, places),
        "editable": editable,
        "may_change": access.may_change(request.user, plan.unit_id),
        "may_approve": any(each.id == request.user.pk for each in able),
        "approval": _approval(request, able) if plan.status in ("DRAFT", "AGREED") else None,
        "may_hire": bool(scope(request.user, "person", Right.CREATE)),
        "versions": [_version(row, places, plan.pk) for row in documents.versions(request.user, plan)],
        "spreadable": [(row.key.unit_id, row.label) for row in shown.rows if row.is_unit and _has_own(row)],
        "refusal": refusal,
    }
    return TemplateResponse(request, "plans/grid.html", context, status=status_of(refusal) if refusal else 200)


def _able(request: PersonRequest, shown: Grid) -> tuple[Approver, ...]:
    return approvers(request.user, shown.plan, request.today)


def _approval(request: PersonRequest, able: tuple[Approver, ...]) -> dict[str, Any] | None:
    """Say whom the plan waits for, or None where the reader may approve it."""
    if any(each.id == request.user.pk for each in able):
        return None
    come = [each.name for each in able if each.has_come]
    return {"come": come[:5], "waiting": [(each.id, each.name) for each in able if not each.has_come][:5]}


def _has_own(row: Row) -> bool:
    return row.key.is_total and any(amount for amount in row.amounts)


def _marked(shown: Grid, refusal: Refusal | None) -> set[str]:
    """Return the names of the inputs a refusal speaks of."""
    cells: Any = refusal.details.get("cells", []) if refusal else []
    at = {(column.start, column.end): number for number, column in enumerate(shown.columns)}
    rows = {row.key: number for number, row in enumerate(shown.rows)}
    return {cell if isinstance(cell, str) else f"c{rows.get(cell[0])}-{at.get((cell[1], cell[2]))}" for cell in cells}


def _version(row: documents.Version, places: int, current: int) -> dict[str, Any]:
    fmt = formats.current()
    return {
        "id": row.id,
        "url": reverse("plan_grid", args=[row.id]),
        "number": row.version,
        "status": status_label(row.status),
        "tone": TONES[row.status],
        "total": fmt.number(row.total, places if row.total % 1 else 0),
        "reason": row.reason,
        "author": row.author,
        "created": fmt.moment(timezone.localtime(row.created_at)),
        "approved": row.approved_by or "",
        "approved_at": fmt.moment(timezone.localtime(row.approved_at)) if row.approved_at else "",
        "current": row.id == current,
        "compare": "" if row.id == current else f"{reverse('plan_compare', args=[row.id, current])}",
    }
