"""Declaring manual control: over whom, by which metric and until when."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from otdel.core.errors import Invalid
from otdel.core.listing.values import read_id
from otdel.core.periods import Kind, Period
from otdel.core.titles import period_title
from otdel.interfaces.http import PersonRequest, form, form_status
from otdel.interfaces.web import marks
from otdel.interfaces.web.board_says import Numbers
from otdel.interfaces.web.control import says
from otdel.interfaces.web.control.forms import DeclareForm
from otdel.interfaces.web.plan_words import metric_label
from otdel.interfaces.web.refusals import attempt
from otdel.measures import actions, queries
from otdel.plans.queries.documents import METRICS


def _asked(request: PersonRequest) -> tuple[int, int | None, str, Period]:
    """What the red row says: whose, which metric, which period."""
    asked = request.GET
    person_id = read_id(asked.get("person", ""))
    unit_id = read_id(asked.get("unit", ""))
    if person_id and not unit_id:
        unit_id = queries.unit_of(person_id, request.today)
    if not unit_id:
        units = queries.norm_units(request.user)
        unit_id = units[0][0] if units else 0
    metric = asked.get("metric") or "payments"
    if metric not in dict(METRICS):
        raise Invalid(_("There is no such metric."), field="metric")
    try:
        period = Period.parse(asked["period"]) if asked.get("period") else Period.of(Kind.MONTH, request.today)
    except ValueError as error:
        raise Invalid(_("This is not a period. Choose one from the list."), field="period") from error
    return unit_id, person_id, metric, period


@form
def declare(request: PersonRequest) -> HttpResponseBase:
    unit_id, person_id, metric, period = _asked(request)
    offered = queries.declaration(
        request.user, unit_id=unit_id, person_id=person_id, metric=metric, period=period, today=request.today
    )
    given = DeclareForm(request.POST or None, offered=offered, initial={"until": request.today + timedelta(days=21)})
    if request.method == "POST" and given.is_valid():
        values = given.values(offered, metric, period)
        made = attempt(given, lambda: actions.declare(by=request.user, values=values, now=request.now))
        if made:
            messages.success(request, _("Manual control is declared. The first daily plan comes in the morning."))
            return redirect("control", made.pk)
    numbers = Numbers.of(metric, request.company.currency)
    stands = offered.standing
    context = {
        "form": given,
        "offered": offered,
        "who": offered.person or offered.unit,
        "metric": metric_label(metric),
        "period": period_title(period),
        "kpis": [
            marks.kpi(_("Plan"), numbers.whole(stands.plan)),
            marks.kpi(_("To date"), numbers.whole(stands.expected)),
            marks.kpi(_("Fact"), numbers.whole(stands.fact)),
            marks.kpi(_("Attainment to date"), says.attainment(stands.attainment), tone=_tone(stands.attainment)),
        ],
        "has_plan": stands.plan is not None,
        "back": _back(request),
        "whose": _whose(request, offered),
        "metrics": [(str(label), f"?{_address(request, metric=name)}", name == metric) for name, label in METRICS],
        "metric_now": metric_label(metric),
    }
    return TemplateResponse(request, "control/declare.html", context, status=form_status(given))


def _address(request: PersonRequest, **changes: str) -> str:
    given = request.GET.copy()
    for name, value in changes.items():
        given[name] = value
    return given.urlencode()


def _whose(request: PersonRequest, offered: queries.Declared) -> list[tuple[str, str, bool]]:
    """For whom it can be declared: the departments one answers for, and their people."""
    units = [
        (name, f"?{_address(request, unit=str(pk), person='')}", pk == offered.unit_id and not offered.person_id)
        for pk, name in queries.norm_units(request.user)
    ]
    people = [
        (name, f"?{_address(request, unit='', person=str(pk))}", pk == offered.person_id)
        for pk, name in queries.people(request.user, request.today)
    ]
    return units + people


def _tone(value: Decimal | None) -> str:
    return "under" if value is not None and value < Decimal("0.8") else ""


def _back(request: PersonRequest) -> str:
    return reverse("plan") if request.GET.get("period") else reverse("controls")
