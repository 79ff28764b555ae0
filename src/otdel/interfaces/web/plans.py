"""Plans as documents: the list, the grid, versions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.core.errors import Invalid, Refusal
from otdel.core.periods import Kind, Period
from otdel.core.titles import period_inside, period_short, period_title
from otdel.interfaces.http import PersonRequest, form, form_status, page, status_of, submission
from otdel.interfaces.web import board_says, formats
from otdel.interfaces.web.plan_forms import NewPlanForm, cell_changes
from otdel.org.access import scope
from otdel.org.queries import calendar
from otdel.org.rules import Right
from otdel.plans import access, actions
from otdel.plans.metrics import step_of
from otdel.plans.queries import basis, documents
from otdel.plans.queries.approval import Approver, approvers
from otdel.plans.queries.grid import Grid, Row, grid
from otdel.plans.rules import LineKey, columns_of

COUNTS = {"deals_won", "new_clients", "active_clients", "calls", "meetings", "proposals"}
TONES = {"DRAFT": "", "AGREED": "accent", "APPROVED": "done", "REVISED": ""}


def metric_label(metric: str) -> str:
    return str(dict(documents.METRICS)[metric])


def status_label(status: str) -> str:
    return str(dict(documents.STATUSES)[status])


@page
def index(request: PersonRequest) -> HttpResponse:
    year = _year(request)
    unit = request.GET.get("unit", "")
    rows = documents.plan_rows(
        request.user,
        year,
        metric=metric if (metric := request.GET.get("metric", "")) in dict(documents.METRICS) else "",
        unit_id=int(unit) if unit.isdecimal() and len(unit) < 10 else None,
    )
    offered = documents.choices(request.user)
    context = {
        "year": year,
        "years": [(str(number), f"?year={number}", number == year) for number in range(year + 2, year - 4, -1)],
        "rows": [_listed(row) for row in rows],
        "metrics": offered.metrics,
        "metric": metric,
        "may_create": bool(offered.units),
    }
    return TemplateResponse(request, "plans/index.html", context)


def _year(request: PersonRequest) -> int:
    text = request.GET.get("year", "")
    return int(text) if text.isdecimal() and 1950 <= int(text[:6]) <= 2150 else request.today.year


def _listed(row: documents.PlanRow) -> dict[str, Any]:
    fmt, names = formats.current(), board_says.cuts()
    return {
        "url": reverse("plan_grid", args=[row.id]),
        "metric": metric_label(row.metric),
        "cuts": ", ".join(names[cut][:1].lower() + names[cut][1:] for cut in row.cuts),
        "unit": row.unit,
        "period": period_title(row.period),
        "total": fmt.number(row.total, 2 if row.total % 1 else 0),
        "version": row.version,
        "status": status_label(row.status),
        "tone": TONES[row.status],
        "author": row.author,
        "approved": row.approved_by or "",
    }


@form
def new(request: PersonRequest) -> HttpResponse:
    offered = documents.choices(request.user)
    wanted = NewPlanForm(
        request.POST or None,
        offered=offered,
        today=request.today,
        initial={"period": str(Period.of(Kind.QUARTER, request.today).next)} | request.GET.dict(),
    )
    if wanted.is_valid():
        try:
            plan = _create(request, wanted.cleaned_data)
        except Refusal as refusal:
            wanted.add_error(refusal.field if refusal.field in wanted.fields else None, str(refusal))
        else:
            return HttpResponseRedirect(reverse("plan_grid", args=[plan.pk]))
    context = {"form": wanted, "may_create": bool(offered.units)}
    return TemplateResponse(request, "plans/new.html", context, status=form_status(wanted))


def _create(request: PersonRequest, data: dict[str, Any]) -> Any:
    period = Period.parse(data["period"])
    columns = columns_of(period, Kind(data["step"]))
    amounts = _starting(request, data, period, columns)
    return actions.create_plan(
        by=request.user, metric=data["metric"], unit_id=data["unit"], period=period, amounts=amounts, now=request.now
    )


def _earlier(period: Period, which: str) -> Period:
    try:
        return period.previous if which == "previous" else period.same_last_year
    except ValueError:
        raise Invalid(_("There is no period that early."), field="start") from None


def _starting(
    request: PersonRequest, data: dict[str, Any], period: Period, columns: list[Period]
) -> dict[Any, Decimal]:
    match data["basis"]:
        case "total":
            return basis.from_total(
                data["total"],
                unit_id=data["unit"],
                columns=columns,
                people=basis.people_under(request.user, data["unit"], period),
                calendar=calendar(request.company.country),
                step=step_of(data["metric"], data["total"]),
            )
        case "previous" | "last_year" as which:
            earlier = _earlier(period, which)
            found = basis.from_earlier_plan(
                request.user,
                metric=data["metric"],
                unit_id=data["unit"],
                period=period,
                steps_back=earlier,
                growth=(data["growth"] or Decimal(0)) / 100,
            )
            if not found:
                raise Invalid(
                    _("There is no approved plan for %(period)s to start from.") % {"period": period_inside(earlier)},
                    field="basis",
                )
            return found
    return {(LineKey(data["unit"]), column.start, column.end): Decimal(0) for column in columns}


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
        "body": _body(shown, editable, places, typed or {}, _marked(shown, refusal)),
        "foot": _foot(shown, places),
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


def _body(shown: Grid, editable: bool, places: int, typed: dict[str, str], marked: set[str]) -> SafeString:
    """Return the rows: string work, since a plan of a thousand people has twelve thousand cells."""
    maker = _Cells(formats.current(), shown.columns, editable, places, typed, marked)
    # whoever has no number is offered a cell to type in, but is no part of a plan that is only read
    rows = ((number, row) for number, row in enumerate(shown.rows) if editable or not row.is_empty)
    return format_html_join("", "{}", ((maker.row(number, row),) for number, row in rows))


@dataclass
class _Cells:
    fmt: formats.Formats
    columns: tuple[Period, ...]
    editable: bool
    places: int
    typed: dict[str, str]
    marked: set[str]

    def text(self, amount: Decimal | None) -> str:
        return "" if amount is None else self.fmt.number(amount, self.places if amount % 1 else 0)

    def row(self, number: int, row: Row) -> SafeString:
        cells = format_html_join(
            "", "{}", ((self.cell(number, column, row, amount),) for column, amount in enumerate(row.amounts))
        )
        return format_html(
            '<tr class="{}"><th scope="row"><span class="in{}">{}</span>{}{}</th>{}<td class="num sum" data-sum>{}</td>'
            '<td class="num rest">{}</td></tr>',
            "unit" if row.is_unit else "",
            min(row.depth, 6),
            row.label,
            _cut_label(row),
            self.hidden(number, row) if self.editable else "",
            cells,
            self.text(None if all(amount is None for amount in row.amounts) else row.total),
            self.rest(row),
        )

    def hidden(self, number: int, row: Row) -> SafeString:
        shown = "|".join("" if amount is None else str(amount) for amount in row.amounts)
        return format_html(
            '<input type="hidden" name="k{0}" value="{1}"><input type="hidden" name="o{0}" value="{2}">',
            number, row.key, shown,
        )  # fmt: skip

    def cell(self, number: int, column: int, row: Row, amount: Decimal | None) -> SafeString:
        text = self.text(amount)
        below = "" if row.below is None else self.text(row.below[column])
        if not self.editable:
            return format_html('<td class="num">{}</td>', text or (format_html('<span class="sub">{}</span>', below)))
        name = f"c{number}-{column}"
        label = f"{row.label}, {period_title(self.columns[column])}"
        wrong = format_html(' aria-invalid="true" title="{}"', text) if name in self.marked else ""
        return format_html(
            '<td class="num"><input name="{}" value="{}" placeholder="{}" inputmode="decimal" autocomplete="off" '
            'aria-label="{}"{}></td>',
            name, self.typed.get(name, text), below, label, wrong,
        )  # fmt: skip

    def rest(self, row: Row) -> str:
        rest = row.undistributed
        if rest is not None and rest < 0:
            return _("%(amount)s too much") % {"amount": self.fmt.number(-rest)}
        return "" if not rest else self.fmt.number(rest)


def _cut_label(row: Row) -> SafeString:
    cut = row.cut
    parts = [part for part in (cut.product_group, cut.client_segment, cut.region, cut.channel) if part]
    if cut.is_new_client is not None:
        parts.append(_("new clients") if cut.is_new_client else _("regular clients"))
    return format_html(' <span class="sub">{}</span>', " · ".join(parts)) if parts else SafeString()


def _foot(shown: Grid, places: int) -> dict[str, Any]:
    fmt = formats.current()
    return {
        "sums": [fmt.number(total, places if total % 1 else 0) for total in shown.column_totals],
        "total": fmt.number(shown.total, places if shown.total % 1 else 0),
    }


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
        raise Invalid(_("Choose the department whose plan is given out."))
    people = _to_give(request, shown, int(unit))
    actions.spread_plan(by=request.user, plan_id=plan_id, unit_id=int(unit), people=people, now=request.now)
    messages.success(request, _("The plan of the department is given out to its people."))
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


@page
def compare(request: PersonRequest, before_id: int, after_id: int) -> HttpResponse:
    found = documents.compare(request.user, before_id, after_id)
    fmt = formats.current()
    rows = [
        {
            "label": row.label,
            "depth": min(row.depth, 6),
            "cells": [
                {"old": _or_dash(fmt, old), "new": _or_dash(fmt, new), "change": _change(fmt, change)}
                for old, new, change in row.cells
            ],
            "total": _change(fmt, row.total),
        }
        for row in found.rows
    ]
    context: dict[str, Any] = {
        "before": found.before,
        "after": found.after,
        "name": metric_label(found.after.metric),
        "columns": [period_short(column) for column in found.columns],
        "rows": rows,
        "only": request.GET.get("only") == "changed",
        "query": urlencode({"only": "changed"}),
    }
    if context["only"]:
        context["rows"] = [
            row for row, line in zip(rows, found.rows, strict=True) if any(cell[2] for cell in line.cells)
        ]
    return TemplateResponse(request, "plans/compare.html", context)


def _or_dash(fmt: formats.Formats, amount: Decimal | None) -> str:
    return "—" if amount is None else fmt.number(amount, 2 if amount % 1 else 0)


def _change(fmt: formats.Formats, change: Decimal) -> str:
    if not change:
        return ""
    return ("+" if change > 0 else "−") + fmt.number(abs(change), 2 if change % 1 else 0)


urlpatterns = [
    path("plans/", index, name="plans"),
    path("plans/new/", new, name="plan_new"),
    path("plans/<int:plan_id>/", show, name="plan_grid"),
    path("plans/<int:plan_id>/save/", save, name="plan_save"),
    path("plans/<int:plan_id>/segment/", segment, name="plan_segment"),
    path("plans/<int:plan_id>/spread/", spread, name="plan_spread"),
    *[
        path(f"plans/<int:plan_id>/{verb}/", step, {"verb": verb}, name=f"plan_{verb}")
        for verb in ("agree", "return", "approve", "revise", "delete")
    ],
    path("plans/compare/<int:before_id>/<int:after_id>/", compare, name="plan_compare"),
]
