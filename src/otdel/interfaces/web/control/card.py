"""One mode of manual control: what it is about, what it has changed so far, its end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.core.errors import NotAllowed
from otdel.core.periods import Period
from otdel.core.titles import period_title
from otdel.interfaces.http import PersonRequest, form_status, page, submission
from otdel.interfaces.web import formats, marks
from otdel.interfaces.web.board_says import Numbers
from otdel.interfaces.web.control import says
from otdel.interfaces.web.control.forms import EndForm, GoOnForm
from otdel.interfaces.web.control.modes import mode_line
from otdel.interfaces.web.plan_words import metric_label
from otdel.interfaces.web.refusals import taken
from otdel.measures import actions, queries


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
        raise NotAllowed(_("Manual control is run by the head of the department and those above."))
    numbers = Numbers.of(card.row.metric, request.company.currency)
    line = mode_line(card.row, request)
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
        return _("Time is up: no more daily plans are made. End it, or extend it and say why.")
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
