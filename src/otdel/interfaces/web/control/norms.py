"""The norms of a day: how much of what is to be done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from otdel.core.errors import NotFound
from otdel.interfaces.http import PersonRequest, form, form_status, submission
from otdel.interfaces.web import formats
from otdel.interfaces.web.control.forms import NormForm, weekdays
from otdel.interfaces.web.control.tabs import tabs
from otdel.interfaces.web.refusals import attempt
from otdel.measures import actions, queries


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
    messages.success(request, _("The norm is removed."))
    return redirect("control_norms")
