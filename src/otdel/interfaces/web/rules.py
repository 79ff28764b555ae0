"""Automation: the list of rules, the editor that reads as a sentence, the dry run, the log."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.automation import actions, queries
from otdel.automation.rules import ABOUT
from otdel.core import secrecy
from otdel.core.listing.values import read_id
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import formats, marks, org_tabs
from otdel.interfaces.web.control import tabs as control_tabs
from otdel.interfaces.web.lists import panel
from otdel.interfaces.web.refusals import attempt
from otdel.interfaces.web.rule_forms import RuleForm, conditions_of, fits
from otdel.interfaces.web.rule_says import TONES, Sayer, record_url

LOG_PAGE = 50


def _tabs(request: PersonRequest) -> Any:
    """Heads come here from their day's pages, administrators from the settings."""
    heads = control_tabs(request, "rules")
    return heads if len(heads) > 1 else org_tabs.settings_tabs("rules")


@page
def rules(request: PersonRequest) -> HttpResponseBase:
    sayer = Sayer(request)
    found = queries.rules(request.user, request.now)
    context = {
        "tabs": _tabs(request),
        "rows": [_line(row, sayer, request) for row in found],
        "stopped": sum(row.rule.stop in ("LIMIT", "OWNER") for row in found),
    }
    return TemplateResponse(request, "rules/list.html", context)


def _line(row: queries.RuleRow, sayer: Sayer, request: PersonRequest) -> dict[str, Any]:
    rule, fmt = row.rule, formats.current()
    return {
        "url": reverse("rule", args=[rule.pk]),
        "name": rule.name,
        "when": sayer.when(rule),
        "conditions": sayer.conditions(rule),
        "then": sayer.then(rule),
        "owner": rule.owner.short_name,
        "state": _state(rule),
        "done": fmt.number(row.done),
        "other": fmt.number(row.other) if row.other else "",
        "last": fmt.moment(timezone.localtime(row.last_at), request.today) if row.last_at else formats.DASH,
    }


def _state(rule: Any) -> str:
    if rule.is_on:
        return marks.badge(_("on"), "accent")
    if rule.stop in ("LIMIT", "OWNER"):
        return marks.badge(str(rule.get_stop_display()), "under")
    return marks.badge(_("off"))


# one rule


@page
def rule(request: PersonRequest, pk: int) -> HttpResponseBase:
    found, sayer = queries.rule(request.user, pk), Sayer(request)
    before = read_id(request.GET.get("before", ""))
    firings = queries.log(request.user, pk, before, LOG_PAGE + 1)
    context = {
        "rule": found,
        "when": sayer.when(found),
        "conditions": sayer.conditions(found),
        "then": sayer.then(found),
        "state": _state(found),
        "firings": [_firing(each, request) for each in firings[:LOG_PAGE]],
        "more": f"?before={firings[LOG_PAGE - 1].pk}" if len(firings) > LOG_PAGE else "",
        "tried": _tried(request, found, found.owner) if request.GET.get("try") else None,
        "secret": _secret(found),
    }
    return TemplateResponse(request, "rules/rule.html", context)


def _secret(found: Any) -> str:
    return secrecy.opened(found.does["sealed"]["secret"]) if found.does.get("sealed") else ""


def _firing(each: Any, request: PersonRequest) -> dict[str, Any]:
    task = each.made.get("task")
    return {
        "at": formats.current().moment(timezone.localtime(each.at), request.today),
        "name": each.name,
        "url": record_url(each.kind, each.record_id),
        "outcome": marks.badge(str(queries.OUTCOMES[each.outcome]), TONES[each.outcome]),
        "text": each.text,
        "task": reverse("task", args=[task]) if task else "",
    }


def _tried(request: PersonRequest, found: Any, owner: Any) -> dict[str, Any]:
    """Say what the rule would have done in the last 90 days."""
    run, fmt = queries.dry_run(request.user, found, owner, request.now), formats.current()
    count = len(run.rows)
    words = ngettext(
        "Since %(day)s it would have fired %(count)s time.", "Since %(day)s it would have fired %(count)s times.", count
    )
    return {
        "words": words % {"count": fmt.number(count), "day": fmt.day(run.since, request.today)},
        "cut": run.cut,
        "rows": [
            {"name": each.name, "url": record_url(each.kind, each.record_id), "day": fmt.day(each.day, request.today)}
            for each in run.rows[:200]
        ],
        "hidden": max(count - 200, 0),
    }


# writing


@form
def new(request: PersonRequest) -> HttpResponseBase:
    queries.require(request.user)
    return _edit(request, None)


@form
def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
    return _edit(request, queries.rule(request.user, pk))


def _edit(request: PersonRequest, found: Any) -> HttpResponseBase:
    """The sentence is written in two steps: its beginning and end first, then what they ask for."""
    when = request.GET.get("when") or (found.when if found else "DEAL_STAGE")
    then = request.GET.get("then") or (found.then if found else "TASK")
    when = when if when in dict(queries.WHEN) else "DEAL_STAGE"
    wrong = not fits(when, then)
    then = "TASK" if wrong else then
    given = RuleForm(request, when, then, _initial(found))
    conditions = conditions_of(request) if request.method == "POST" else (found.conditions if found else "")
    tried = None
    if request.method == "POST" and given.is_valid():
        values = given.values(conditions)
        if "try" in request.POST:
            sketch = queries.draft(
                when=when, days=values.days, stage_id=values.stage_id, metric=values.metric, unit_id=values.unit_id,
                conditions=conditions, then=then,
            )  # fmt: skip
            tried = _tried(request, sketch, request.user)
        else:
            pk = found.pk if found else None
            made = attempt(
                given, lambda: actions.save_rule(by=request.user, rule_id=pk, values=values, now=request.now)
            )
            if made:
                messages.success(request, _("The rule is saved. It fires once it is switched on."))
                return redirect("rule", made.pk)
    about = ABOUT[when]
    context = {
        "form": given,
        "rule": found,
        "whens": [(code, str(words), code == when) for code, words in queries.WHEN],
        "thens": [(code, str(words), code == then) for code, words in queries.THEN if fits(when, code)],
        "when": when,
        "then": then,
        "wrong": wrong and "then" in request.GET,
        "controls": [] if about == "person" else _controls(request, about, conditions),
        "tried": tried,
        "back": reverse("rule", args=[found.pk]) if found else reverse("rules"),
    }
    return TemplateResponse(request, "rules/edit.html", context, status=form_status(given))


def _controls(request: PersonRequest, about: str, conditions: str) -> list[panel.Control]:
    """The filters of the list of such records, those a rule has no use for left out."""
    state = queries.state_of(about, conditions, request.user, request.now)
    return [each for each in panel.controls(state) if each.kind != "keep" and each.name not in ("bin", "unit")]


def _initial(found: Any) -> dict[str, Any]:
    if found is None:
        return {}
    plain = {name: getattr(found, name) for name in ("name", "days", "metric", "most_per_hour")}
    does = dict(found.does)
    if does.get("sealed"):
        does["url"] = secrecy.opened(does["sealed"]["url"])
    return plain | {"entered": found.stage_id, "unit": found.unit_id} | does


@submission
def switch(request: PersonRequest, pk: int) -> HttpResponseBase:
    on = request.POST.get("on") == "1"
    actions.switch_rule(by=request.user, rule_id=pk, on=on, now=request.now)
    messages.success(request, _("The rule is on: it acts with your rights.") if on else _("The rule is off."))
    return redirect("rule", pk)


@submission
def drop(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.drop_rule(by=request.user, rule_id=pk, now=request.now)
    messages.success(request, _("The rule is removed."))
    return redirect("rules")


urlpatterns = [
    path("rules/", rules, name="rules"),
    path("rules/new/", new, name="rule_new"),
    path("rules/<int:pk>/", rule, name="rule"),
    path("rules/<int:pk>/edit/", edit, name="rule_edit"),
    path("rules/<int:pk>/switch/", switch, name="rule_switch"),
    path("rules/<int:pk>/drop/", drop, name="rule_drop"),
]
