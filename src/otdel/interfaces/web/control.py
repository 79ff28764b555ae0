"""Manual control: declaring it, the modes there are and were, one of them, the norms."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from otdel.core.errors import Invalid, NotAllowed, NotFound
from otdel.core.listing.values import read_id
from otdel.core.periods import Kind, Period
from otdel.core.titles import period_title
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import control_says as says
from otdel.interfaces.web import formats, marks
from otdel.interfaces.web.board_says import Numbers
from otdel.interfaces.web.control_forms import DeclareForm, EndForm, GoOnForm, NormForm, weekdays
from otdel.interfaces.web.plan_words import metric_label
from otdel.interfaces.web.refusals import attempt, taken
from otdel.measures import actions, queries
from otdel.org import access
from otdel.org.rules import Right
from otdel.plans.queries.documents import METRICS

PAGES = (
    (lazy("The day"), "control_days"),
    (lazy("Manual control"), "controls"),
    (lazy("Norms"), "control_norms"),
    (lazy("Rules"), "rules"),
)


def tabs(request: PersonRequest, now: str) -> list[tuple[Any, str, bool]]:
    """Heads have all of them; a manager under manual control only what concerns them."""
    heads = bool(access.unit_reach(request.user, "plan", Right.CHANGE).unit_ids) or bool(
        access.unit_reach(request.user, "plan", Right.CHANGE).everyone
    )
    return [(words, reverse(name), name == now) for words, name in PAGES if heads or name == "controls"]


@page
def controls(request: PersonRequest) -> HttpResponseBase:
    rows = queries.controls(request.user)
    context = {
        "tabs": tabs(request, "controls"),
        "rows": [_line(row, request) for row in rows],
        "may_declare": bool(queries.norm_units(request.user)),
    }
    return TemplateResponse(request, "control/list.html", context)


def _line(row: queries.ControlRow, request: PersonRequest) -> dict[str, Any]:
    fmt = formats.current()
    if row.ended_on:
        state, tone = _("over"), ""
    elif row.proposal:
        state, tone = row.proposal_name, "over"
    else:
        state, tone = _("lasts"), "accent"
    return {
        "url": reverse("control", args=[row.id]),
        "who": row.who,
        "metric": metric_label(row.metric),
        "since": fmt.day(row.since, request.today),
        "until": fmt.day(row.ended_on or row.until, request.today),
        "state": marks.badge(str(state), tone),
        "then": says.attainment(row.attainment_then),
        "now": says.attainment(row.attainment_now),
        "exit": says.attainment(row.exit_share),
        "days": f"{row.accepted} / {row.days}",
    }


# declaring


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
            messages.success(request, _("Manual control is declared. The first plan of the day comes in the morning."))
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


# one of them


@page
def control(request: PersonRequest, pk: int) -> HttpResponseBase:
    return _card(request, pk)


def _card(
    request: PersonRequest, pk: int, end: EndForm | None = None, go_on: GoOnForm | None = None
) -> HttpResponseBase:
    """The mode; a form of it that was not taken is open, with what was typed."""
    card = queries.control_card(request.user, pk, request.today)
    refused = end or go_on
    if refused and not card.may_end:
        raise NotAllowed(_("Manual control is kept by the head of the department and those above."))
    numbers = Numbers.of(card.row.metric, request.company.currency)
    line = _line(card.row, request)
    context = {
        "card": card,
        "line": line,
        "facts": _facts(card, numbers, request),
        "chart": _chart(card),
        "effects": [_effect(each, request) for each in card.effects if each.during or each.after],
        "plans": [_plan(each, request) for each in card.plans],
        "happened": says.happened(card.happened, request.today),
        "proposal": _proposal(card),
        "end": end or EndForm(auto_id="end-%s"),
        "go_on": go_on or GoOnForm(initial={"until": max(card.row.until, request.today + timedelta(days=14))}),
        "ends": end is not None,
        "goes_on": go_on is not None,
    }
    return TemplateResponse(request, "control/card.html", context, status=form_status(refused) if refused else 200)


def _facts(card: queries.ControlCard, numbers: Numbers, request: PersonRequest) -> list[tuple[str, Any]]:
    fmt, row = formats.current(), card.row
    try:
        period = period_title(Period.parse(card.period))
    except ValueError:
        period = card.period
    stood = _("%(fact)s of %(due)s to date: %(share)s of the plan of %(plan)s") % {
        "fact": numbers.whole(card.fact),
        "due": numbers.whole(card.expected),
        "share": says.attainment(row.attainment_then),
        "plan": numbers.whole(card.plan),
    }
    ends = ngettext(
        "attainment to date ≥ %(share)s for %(days)s working day in a row",
        "attainment to date ≥ %(share)s for %(days)s working days in a row",
        row.exit_days,
    ) % {"share": says.attainment(row.exit_share), "days": row.exit_days}
    held = ngettext("held for %(count)s day now", "held for %(count)s days now", card.streak) % {"count": card.streak}
    found = [
        (_("Red line"), f"{metric_label(row.metric)}, {period}: {stood}"),
        (_("Why"), card.reason or formats.DASH),
        (_("Since"), f"{fmt.day(row.since, request.today)}, {card.declared_by}"),
        (_("At most until"), fmt.day(row.until, request.today)),
        (_("Ends when"), ends if row.ended_on else f"{ends}; {held}"),
        (_("Reviewer"), card.reviewer),
    ]
    if row.ended_on:
        over = f"{fmt.day(row.ended_on, request.today)}, {card.ended_by}" + (
            f": {card.end_note}" if card.end_note else ""
        )
        found.append((_("Ended"), over))
    return found


def _proposal(card: queries.ControlCard) -> str:
    if card.row.proposal == "CRITERION":
        return _("The criterion holds: manual control can end.")
    if card.row.proposal == "LIMIT":
        return _("The time has run out: no more plans of the day are made. End it, or go on and say why.")
    return ""


def _chart(card: queries.ControlCard) -> dict[str, Any] | None:
    """Attainment to date by day against the criterion."""
    days = [each for each in card.days if each.attainment is not None]
    if len(days) < 2:
        return None
    fmt = formats.current()
    share = float(card.row.exit_share * 100)
    return {
        "labels": [fmt.day(each.day, each.day) for each in days],
        "fact": [round(float(each.attainment or 0) * 100, 1) for each in days],
        "plan": [share] * len(days),
    }


def _effect(each: queries.Effect, request: PersonRequest) -> dict[str, Any]:
    numbers = Numbers.of(each.metric, request.company.currency)
    return {
        "metric": metric_label(each.metric),
        "before": _level(numbers, each.during.base if each.during else None),
        "during": _level(numbers, each.during.level if each.during else None),
        "during_change": _change(each.during),
        "after": _level(numbers, each.after.level if each.after else None),
        "after_change": _change(each.after),
    }


def _level(numbers: Numbers, value: float | None) -> str:
    return formats.DASH if value is None else numbers(Decimal(str(round(value, 1))))


def _change(found: Any) -> dict[str, str]:
    """Return the change, and whether it is more than chance."""
    if found is None:
        return {"text": formats.DASH, "note": _("no such weekdays yet")}
    fmt = formats.current()
    days = formats.working_days(found.days)
    text = fmt.deviation(found.share, 0) if found.base > 0 else fmt.signed(Decimal(str(round(found.difference, 1))), 1)
    if found.error != found.error:
        return {"text": text, "note": _("%(days)s: too few to tell from chance") % {"days": days}}
    words = _("%(days)s: more than chance") if found.is_sure else _("%(days)s: within ordinary variation")
    return {"text": text, "note": words % {"days": days}}


def _plan(plan: Any, request: PersonRequest) -> dict[str, Any]:
    return {
        "url": reverse("control_day", args=[plan.pk]),
        "day": formats.current().day(plan.day, request.today),
        "who": plan.person.short_name,
        "state": marks.badge(str(plan.get_state_display()), says.STATE_TONES[plan.state]),
        "grade": marks.badge(str(plan.get_grade_display()), says.GRADE_TONES[plan.grade]) if plan.grade else "",
        "returned": plan.returned_times,
        "comment": plan.comment,
    }


@submission
def end(request: PersonRequest, pk: int) -> HttpResponseBase:
    given = EndForm(request.POST, auto_id="end-%s")
    if not taken(
        request,
        given,
        lambda: actions.end_control(by=request.user, control_id=pk, **given.cleaned_data, now=request.now),
    ):
        return _card(request, pk, end=given)
    messages.success(request, _("Manual control is over."))
    return redirect("control", pk)


@submission
def go_on(request: PersonRequest, pk: int) -> HttpResponseBase:
    given = GoOnForm(request.POST)
    if not taken(
        request, given, lambda: actions.prolong(by=request.user, control_id=pk, **given.cleaned_data, now=request.now)
    ):
        return _card(request, pk, go_on=given)
    messages.success(request, _("Manual control goes on."))
    return redirect("control", pk)


# norms


@form
def norms(request: PersonRequest) -> HttpResponseBase:
    rows, units = queries.norms(request.user), queries.norm_units(request.user)
    given = NormForm(request.POST or None, units=units, today=request.today)
    if request.method == "POST" and given.is_valid():
        data = given.cleaned_data
        made = attempt(
            given,
            lambda: actions.set_norm(
                by=request.user,
                unit_id=data["unit"],
                kind=data["kind"],
                amount=data["amount"],
                starts_on=data["starts_on"],
                role_id=data["role"],
                pipeline_id=data["pipeline"],
                weekday=data["weekday"],
                now=request.now,
            ),
        )
        if made:
            messages.success(request, _("Saved."))
            return redirect("control_norms")
    if request.method == "POST" and not units:
        raise NotFound(_("There is no such department, or you may not see it."))
    names = dict(weekdays())
    context = {
        "tabs": tabs(request, "control_norms"),
        "form": given if units else None,
        "rows": [
            {
                "row": row,
                "weekday": names.get(row.weekday, "") if row.weekday is not None else "",
                "since": formats.current().day(row.starts_on, request.today),
                "ahead": row.starts_on > request.today,
            }
            for row in rows
        ],
    }
    return TemplateResponse(request, "control/norms.html", context, status=form_status(given))


@submission
def drop_norm(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.drop_norm(by=request.user, norm_id=pk, now=request.now)
    messages.success(request, _("The norm is taken back."))
    return redirect("control_norms")


urlpatterns = [
    path("plan/control/", controls, name="controls"),
    path("plan/control/new/", declare, name="control_new"),
    path("plan/control/<int:pk>/", control, name="control"),
    path("plan/control/<int:pk>/end/", end, name="control_end"),
    path("plan/control/<int:pk>/go-on/", go_on, name="control_go_on"),
    path("plan/control/norms/", norms, name="control_norms"),
    path("plan/control/norms/<int:pk>/drop/", drop_norm, name="control_norm_drop"),
]
