"""Who of one's people is away when, and who stands in: for heads, and for whoever keeps the people."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.errors import NotAllowed
from otdel.interfaces.http import PersonRequest, form, form_status, page
from otdel.interfaces.web import formats, org_tabs
from otdel.interfaces.web.form_fields import offer
from otdel.interfaces.web.notice_settings import ABSENCE_WARNINGS, AbsenceForm
from otdel.interfaces.web.refusals import attempt
from otdel.org import access, actions, queries

AHEAD = lazy("Their reminders then go to the chosen person, with the right to open and do their tasks.")


class TeamForm(AbsenceForm):
    """An absence of one's people."""

    person = forms.TypedChoiceField(label=lazy("Who"), coerce=int)
    field_order = ("person", "starts_on", "last_on", "substitute", "reason")

    def __init__(self, request: PersonRequest, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(request, data, initial=initial, everybody=True)
        mine = queries.absent_choices(request.user, request.today)
        offer(self, "person", [("", _("Choose…")), *mine])


def _require(request: PersonRequest) -> None:
    if not access.keeps_absences(request.user):
        raise NotAllowed(_("This page is for heads: your own absences are with your notices."))


@page
def team(request: PersonRequest) -> HttpResponseBase:
    """Who is away now, who will be, and what is wrong with it."""
    _require(request)
    rows = queries.team_absences(request.user, request.today)
    now = [row for row in rows if row.starts_on <= request.today]
    coming = [row for row in rows if row.starts_on > request.today]
    parts = [(_("Away now"), now), (_("Coming"), coming)]
    context = {
        "tabs": org_tabs.tabs(request.user, "absences"),
        "parts": [(title, [line(request, row) for row in found]) for title, found in parts if found],
        "wrong": sum(bool(row.warning) for row in rows),
    }
    return TemplateResponse(request, "people/absences.html", context)


def line(request: PersonRequest, row: queries.AbsenceRow) -> dict[str, Any]:
    fmt = formats.current()
    return {
        "row": row,
        "first": fmt.day(row.starts_on, request.today),
        "last": fmt.day(row.last_on, request.today),
        "days": _days(row.starts_on, row.last_on),
        "warning": ABSENCE_WARNINGS.get(row.warning, ""),
    }


def _days(first: date, last: date) -> int:
    return (last - first).days + 1


@form
def create(request: PersonRequest) -> HttpResponseBase:
    _require(request)
    sent = request.method == "POST"
    given = TeamForm(request, request.POST if sent else None, {"person": request.GET.get("person")})
    if sent and given.is_valid():
        made = attempt(given, lambda: actions.add_absence(by=request.user, **given.given(), now=request.now))
        if made:
            say_wrong(request, made.pk)
            return redirect("absences")
    return _form(request, given, _("Add an absence"))


@form
def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Change one's own or one's people's."""
    found = queries.absence_row(request.user, pk)
    initial = {"starts_on": found.starts_on, "last_on": found.last_on, "reason": found.reason}
    initial["substitute"] = found.substitute_id or ""
    sent = request.method == "POST"
    given = AbsenceForm(request, request.POST if sent else None, initial=initial, of=found.person_id)
    if sent and given.is_valid():
        done = attempt(
            given, lambda: actions.change_absence(by=request.user, absence_id=pk, **given.given(), now=request.now)
        )
        if done:
            say_wrong(request, pk)
            return redirect("notice_settings" if found.person_id == request.user.pk else "absences")
    return _form(request, given, _("Away: %(name)s") % {"name": found.person}, found)


def _form(
    request: PersonRequest, given: AbsenceForm, title: str, found: queries.AbsenceRow | None = None
) -> HttpResponseBase:
    own = found is not None and found.person_id == request.user.pk
    back = reverse("notice_settings" if own else "absences")
    context = {"form": given, "title": title, "back": back, "found": found, "ahead": AHEAD, "own": own}
    return TemplateResponse(request, "people/absence.html", context, status=form_status(given))


def say_wrong(request: PersonRequest, pk: int) -> None:
    """Say that it is saved, and what is wrong with the substitute."""
    messages.success(request, _("Saved."))
    row = queries.absence_row(request.user, pk)
    if row.warning:
        words = _("%(name)s is away and %(why)s.")
        messages.warning(request, words % {"name": row.person, "why": ABSENCE_WARNINGS[row.warning]})


urlpatterns = [
    path("people/absences/", team, name="absences"),
    path("people/absences/new/", create, name="absence_new"),
    path("people/absences/<int:pk>/", edit, name="absence_edit"),
]
