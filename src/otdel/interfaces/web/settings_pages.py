"""What the company decides once for everybody: its settings, its calendar, leaving the demo."""

from __future__ import annotations

import calendar as months
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import get_day_names, get_month_names
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.calendar import Calendar
from otdel.core.errors import Invalid
from otdel.core.periods import FIRST_YEAR, LAST_YEAR
from otdel.demo.actions import leave_demo
from otdel.interfaces import http
from otdel.interfaces.http import PersonRequest, form_status, page, submission
from otdel.interfaces.web import choices, formats, org_tabs
from otdel.interfaces.web.form_fields import offer
from otdel.interfaces.web.refusals import attempt
from otdel.interfaces.web.zones import zones
from otdel.org import access, actions, queries
from otdel.org.rules import Right


class CompanyForm(forms.Form):
    name = forms.CharField(label=lazy("Company"), max_length=200)
    currency = forms.ChoiceField(label=lazy("Currency"), choices=choices.currencies)
    country = forms.ChoiceField(label=lazy("Production calendar"), choices=choices.countries)
    time_zone = forms.ChoiceField(label=lazy("Time zone"))
    language = forms.ChoiceField(label=lazy("Language"), choices=settings.LANGUAGES)
    tolerance = forms.DecimalField(
        label=lazy("Tolerance, %"),
        min_value=1,
        max_value=100,
        decimal_places=1,
        localize=True,
        help_text=lazy("A fact further from its plan than this, in either direction, is marked on the board."),
    )
    purchase = forms.ChoiceField(
        label=lazy("Somebody becomes a client by"),
        choices=queries.purchases,
        help_text=lazy(
            "New, regular and working clients of all years are counted by this. Choose what you are sure to enter: "
            "if you keep no payments here, choose shipments or deals. The board follows at once."
        ),
    )
    active_days = forms.IntegerField(
        label=lazy("A client counts as working for, days"),
        min_value=1,
        max_value=3650,
        help_text=lazy("This many days after a purchase."),
    )
    new_client_days = forms.IntegerField(
        label=lazy("A client counts as new for, days"),
        min_value=1,
        max_value=3650,
        help_text=lazy("This many days after the first purchase."),
    )


@http.form
def company(request: PersonRequest) -> HttpResponseBase:
    access.require(request.user, "settings", Right.VIEW)
    found = request.company
    initial = {name: getattr(found, name) for name in CompanyForm.base_fields} | {
        "tolerance": (found.tolerance * 100).normalize() + 0
    }
    form = CompanyForm(request.POST or None, initial=initial)
    offer(form, "time_zone", zones(found.time_zone))
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, "tolerance": form.cleaned_data["tolerance"] / Decimal(100)}
        data = actions.CompanyData(**given)
        if attempt(form, lambda: actions.change_company(by=request.user, data=data, now=request.now)):
            messages.success(request, _("Saved."))
            return redirect("settings")
    context = {
        "tabs": org_tabs.settings_tabs("settings"),
        "form": form,
        "is_demo": found.is_demo,
        "may_change": bool(access.scope(request.user, "settings", Right.CHANGE)),
    }
    return render(request, "people/company.html", context, status=form_status(form))


@page
def calendar(request: PersonRequest) -> HttpResponseBase:
    """Show a year: which days are worked by the production calendar, and which by the company's own will."""
    access.require(request.user, "settings", Right.VIEW)
    year = _year(request.GET.get("year", ""), request.today.year)
    own = queries.own_days(year)
    held = Calendar(request.company.country, {each.day: each.is_working for each in own})
    fmt = formats.current()
    context = {
        "tabs": org_tabs.settings_tabs("calendar"),
        "year": year,
        "earlier": year - 1 if year > FIRST_YEAR else None,
        "later": year + 1 if year < LAST_YEAR else None,
        "months": [_month(held, year, month, {each.day for each in own}, request.today) for month in range(1, 13)],
        "weekdays": _weekdays(),
        "worked": held.working_days_between(date(year, 1, 1), date(year + 1, 1, 1)),
        "sure": held.is_sure(year),
        "own": [{"day": fmt.weekday(each.day), "iso": each.day.isoformat(), "own": each} for each in own],
        "may_change": bool(access.scope(request.user, "settings", Right.CHANGE)),
    }
    return render(request, "people/calendar.html", context)


def _year(text: str, otherwise: int) -> int:
    given = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else otherwise
    return min(max(given, FIRST_YEAR), LAST_YEAR)


def _weekdays() -> list[str]:
    names = get_day_names("short", locale=get_language() or "en")
    return [names[number] for number in range(7)]


def _month(held: Calendar, year: int, month: int, own: set[date], today: date) -> dict[str, Any]:
    first = date(year, month, 1)
    length = months.monthrange(year, month)[1]
    days = [first + timedelta(days=number) for number in range(length)]
    cells: list[dict[str, Any] | None] = [None] * first.weekday()
    cells += [_cell(held, day, day in own, day == today) for day in days]
    cells += [None] * (-len(cells) % 7)
    name = get_month_names("wide", "stand-alone", get_language() or "en")[month]
    return {
        "name": name[0].upper() + name[1:],
        "worked": sum(held.is_working_day(day) for day in days),
        "weeks": [cells[start : start + 7] for start in range(0, len(cells), 7)],
    }


def _cell(held: Calendar, day: date, own: bool, today: bool) -> dict[str, Any]:
    kind = "work" if held.is_working_day(day) else "rest"
    marks = [kind, "own" if own else "", "short" if held.is_shortened(day) else "", "today" if today else ""]
    return {"number": day.day, "kind": " ".join(mark for mark in marks if mark)}


class DayForm(forms.Form):
    day = forms.DateField()
    work = forms.ChoiceField(choices=[("yes", ""), ("no", "")])
    reason = forms.CharField(required=False, max_length=200)


@submission
def set_day(request: PersonRequest) -> HttpResponseBase:
    form = DayForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Enter the day."))
    given = form.cleaned_data
    if not FIRST_YEAR <= given["day"].year <= LAST_YEAR:
        raise Invalid(_("There is no calendar of that year."))
    actions.set_day(
        by=request.user, day=given["day"], is_working=given["work"] == "yes", reason=given["reason"], now=request.now
    )
    messages.success(request, _("Saved."))
    return redirect(f"/settings/calendar/?year={given['day'].year}")


@submission
def clear_day(request: PersonRequest, day: str) -> HttpResponseBase:
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise Invalid(_("Enter the day.")) from None
    actions.clear_day(by=request.user, day=found, now=request.now)
    messages.success(request, _("The day follows the production calendar again."))
    return redirect(f"/settings/calendar/?year={found.year}")


@submission
def leave(request: PersonRequest) -> HttpResponseBase:
    """Wipe the demo company; the first run begins again."""
    leave_demo(by=request.user, now=request.now)
    logout(request)
    return redirect("start_own")


urlpatterns = [
    path("settings/", company, name="settings"),
    path("settings/calendar/", calendar, name="calendar"),
    path("settings/calendar/day/", set_day, name="calendar_set"),
    path("settings/calendar/day/<str:day>/clear/", clear_day, name="calendar_clear"),
    path("settings/leave-demo/", leave, name="leave_demo"),
]
