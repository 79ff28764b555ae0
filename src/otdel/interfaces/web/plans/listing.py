"""The list of plans, and making a new one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from otdel.core.errors import Invalid, Refusal
from otdel.core.periods import Kind, Period
from otdel.core.titles import period_inside, period_title
from otdel.interfaces.http import PersonRequest, form, form_status, page
from otdel.interfaces.web import formats
from otdel.interfaces.web.plan_forms import NewPlanForm
from otdel.interfaces.web.plan_words import cuts, metric_label
from otdel.org.queries import calendar
from otdel.plans import actions
from otdel.plans.metrics import step_of
from otdel.plans.queries import basis, documents
from otdel.plans.rules import LineKey, columns_of

TONES = {"DRAFT": "", "AGREED": "accent", "APPROVED": "done", "REVISED": ""}


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
    fmt, names = formats.current(), cuts()
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
