"""What is done with a plan: a line for a segment, giving out to people, the steps of approval."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from otdel.core.errors import Invalid
from otdel.interfaces.http import PersonRequest, form, submission
from otdel.plans import access, actions
from otdel.plans.queries import basis, documents
from otdel.plans.queries.grid import Grid, grid
from otdel.plans.rules import LineKey


def _add_row(request: PersonRequest, plan_id: int) -> HttpResponse:
    """Add a line cut by a segment: it appears with a zero to type over."""
    plan = access.plan_for_view(request.user, plan_id)
    shown = grid(request.user, plan_id)
    key = _posted_key(request)
    if not shown.columns:
        raise Invalid(_("This page is out of date. Open the plan again."))
    first = shown.columns[0]
    change = actions.CellChange(key, first.start, first.end, None, Decimal(0))
    actions.change_cells(by=request.user, plan_id=plan.pk, changes=[change], now=request.now)
    return HttpResponseRedirect(reverse("plan_grid", args=[plan_id]))


def _posted_key(request: PersonRequest) -> LineKey:
    try:
        target = LineKey.parse(request.POST.get("target", ""))
        parts = {
            name: int(request.POST[name]) if request.POST.get(name) else None
            for name in ("product_group_id", "client_segment_id", "region_id", "channel_id")
        }
    except ValueError as error:
        raise Invalid(_("This page is out of date. Open the plan again.")) from error
    new_client = {"yes": True, "no": False}.get(request.POST.get("is_new_client", ""))
    key = LineKey(target.unit_id, target.person_id, **parts, is_new_client=new_client)
    if key.is_total:
        raise Invalid(_("Choose at least one segment for the line."))
    return key


@form
def segment(request: PersonRequest, plan_id: int) -> HttpResponse:
    """The form for a line cut by a segment."""
    if request.method == "POST":
        return _add_row(request, plan_id)
    shown = grid(request.user, plan_id)
    context = {
        "plan": shown.plan,
        "targets": [(str(row.key), "\u2003" * row.depth + row.label) for row in shown.rows if row.key.is_total],
        "lists": [(name, _LISTS[name], rows) for name, rows in documents.segment_choices().items() if rows],
    }
    return TemplateResponse(request, "plans/segment.html", context)


class _Lazy(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return {
            "product_group_id": _("Product group"),
            "client_segment_id": _("Client segment"),
            "region_id": _("Region"),
            "channel_id": _("Channel"),
        }[name]


_LISTS = _Lazy()


@submission
def spread(request: PersonRequest, plan_id: int) -> HttpResponse:
    shown, unit = grid(request.user, plan_id), request.POST.get("unit", "")
    if not unit.isdecimal() or len(unit) > 15:
        raise Invalid(_("Choose the department whose plan is to be distributed."))
    people = _to_give(request, shown, int(unit))
    actions.spread_plan(by=request.user, plan_id=plan_id, unit_id=int(unit), people=people, now=request.now)
    messages.success(request, _("The department's plan is distributed to its people."))
    return HttpResponseRedirect(reverse("plan_grid", args=[plan_id]))


def _to_give(request: PersonRequest, shown: Grid, unit_id: int) -> list[int]:
    """Return who gets a share: those who have a number and those who sell; where nobody does, all."""
    rows = {
        row.key.person_id: row
        for row in shown.rows
        if row.key.person_id and row.key.is_total and row.key.unit_id == unit_id
    }
    sellers = basis.people_under(request.user, unit_id, documents.period_of(shown.plan))
    chosen = [person for person, row in rows.items() if (unit_id, person) in sellers or any(row.amounts)]
    return chosen or list(rows)


@submission
def step(request: PersonRequest, plan_id: int, verb: str) -> HttpResponse:
    """Agree, return, approve, revise or throw away."""
    reason = request.POST.get("reason", "")[:400]
    match verb:
        case "agree":
            actions.agree_plan(by=request.user, plan_id=plan_id, now=request.now)
        case "return":
            actions.return_plan(by=request.user, plan_id=plan_id, reason=reason, now=request.now)
        case "approve":
            actions.approve_plan(by=request.user, plan_id=plan_id, now=request.now)
            messages.success(request, _("Approved. The board shows this version from now on."))
        case "revise":
            plan_id = actions.revise_plan(by=request.user, plan_id=plan_id, reason=reason, now=request.now).pk
        case _:
            actions.delete_draft(by=request.user, plan_id=plan_id, now=request.now)
            messages.success(request, _("The draft is deleted."))
            return HttpResponseRedirect(reverse("plans"))
    return HttpResponseRedirect(reverse("plan_grid", args=[plan_id]))
