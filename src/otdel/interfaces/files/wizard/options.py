"""The few questions about the whole file, and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from otdel.core.imports import fold
from otdel.interfaces.files import actions, queries, shown, understand
from otdel.interfaces.files.cells.periods import Period, periods
from otdel.interfaces.files.engine import mapper_of, open_source
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.targets import BY_KEY
from otdel.interfaces.files.wizard.columns import being_set_up
from otdel.interfaces.http import PersonRequest, form

OUTCOMES = ("OPEN", "WON", "LOST")


@form
def options(request: PersonRequest, session_id: int) -> HttpResponse:
    """The few questions about the whole file."""
    session = being_set_up(request, session_id)
    if not session.columns:
        return HttpResponseRedirect(reverse("import_columns", args=[session.pk]))
    wrong: list[str] = []
    if request.method == "POST":
        said, wrong = _options(request, session)
        session = actions.set_up(by=request.user, session_id=session.pk, now=request.now, options=said)
        if not wrong:
            if "now" in request.POST:
                actions.start_session(by=request.user, session_id=session.pk, now=request.now)
            else:
                actions.check_session(by=request.user, session_id=session.pk, now=request.now)
            return HttpResponseRedirect(reverse("import_result", args=[session.pk]))
    with open_source(session) as table:
        mapper = mapper_of(session, table, request.user)
        context = shown.options_page(request, session, mapper)
    context["wrong"] = wrong
    return TemplateResponse(request, "files/import_options.html", context, status=422 if wrong else 200)


def _options(request: PersonRequest, session: ImportSession) -> tuple[dict[str, Any], list[str]]:
    """Read the answers; what is not on the list is not taken."""
    said, wrong = request.POST, []
    target = BY_KEY[session.target]
    may_make = queries.allowed_to_make(request.user, target.key)
    found: dict[str, Any] = {"create": [what for what in said.getlist("create") if what in may_make]}
    if said.get("key") in [each.key for each in target.keys if understand.has_field(session, each.key)]:
        found["key"] = said["key"]
    for name, choices in shown.choices_of(request, session).items():
        number = said.get(name, "")
        if number.isdecimal() and int(number[:18]) in dict(choices):
            found[name] = int(number)
    if said.get("since"):
        try:
            found["since"] = date.fromisoformat(said["since"]).isoformat()
        except ValueError:
            wrong.append(_("Write the day as 2026-01-31."))
    if said.get("any_currency"):
        found["any_currency"] = True
    pairs = zip(said.getlist("stage"), said.getlist("outcome"), strict=False)
    found["outcomes"] = {
        fold(name.replace("\x00", ""))[:200]: outcome for name, outcome in pairs if outcome in OUTCOMES
    }
    return found, wrong + (_plan_answers(session, said, found) if target.key == "plans" else [])


def _plan_answers(session: ImportSession, said: Mapping[str, str], found: dict[str, Any]) -> list[str]:
    """Add the answers about periods and the metric; return what is wrong with them."""
    wrong = []
    for option in BY_KEY[session.target].options:
        value = said.get(option.key, "").replace("\x00", "")[:40]
        choices = dict(option.choices) or (dict(shown.metrics()) if option.key == "metric" else {})
        if value and (not choices or value in choices):
            found[option.key] = value
    if found.get("period_from") == "in_order" and not isinstance(periods()(found.get("first_period") or ""), Period):
        wrong.append(_("Say which period the earliest date stands for, for example 2017-Q3."))
    if not found.get("metric") and not understand.has_field(session, "metric"):
        wrong.append(_("Choose what the plan is of."))
    return wrong
