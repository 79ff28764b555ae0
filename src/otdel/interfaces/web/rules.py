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

from otdel.automation import actions, queries
from otdel.automation.rules import ABOUT, RuleValues
from otdel.core import secrecy
from otdel.core.listing.values import read_id
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import formats, marks, org_tabs
from otdel.interfaces.web.control.tabs import tabs as control_tabs
from otdel.interfaces.web.lists import panel
from otdel.interfaces.web.refusals import attempt
from otdel.interfaces.web.rule_forms import RuleForm, conditions_of, fits
from otdel.interfaces.web.rule_says import TONES, Sayer, record_name, record_url
from otdel.interfaces.web.rule_tried import tried_of
from otdel.org.access import scope
from otdel.org.rules import Right

LOG_PAGE = 50


def _tabs(request: PersonRequest) -> Any:
    """Heads come here from their day's pages, administrators from the settings."""
    heads = control_tabs(request, "rules")
    return heads if len(heads) > 1 else org_tabs.settings_tabs("rules")


@page
def rules(request: PersonRequest) -> HttpResponseBase:
    sayer = Sayer(request)
    found = queries.rules(request.user, request.now)
    names = {row.rule.name for row in found}  # what was taken is not offered again
    context = {
        "tabs": _tabs(request),
        "rows": [_line(row, sayer, request) for row in found],
        "stopped": sum(row.rule.stop in queries.BY_ITSELF for row in found),
        "recipes": [_recipe(each, sayer) for each in queries.recipes() if each.values.name not in names],
    }
    return TemplateResponse(request, "rules/list.html", context)


def _recipe(each: queries.Recipe, sayer: Sayer) -> dict[str, Any]:
    sketch = queries.draft(
        when=each.values.when, days=each.values.days, metric=each.values.metric, lines=each.values.lines,
        then=each.values.then, does=each.values.does,
    )  # fmt: skip
    return {
        "url": reverse("rule_recipe", args=[each.code]),
        "icon": each.icon,
        "name": each.values.name,
        "when": sayer.when(sketch),
        "then": sayer.then(sketch),
    }


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
    if rule.stop in queries.BY_ITSELF:
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
        "firings": _firings(request, found, firings[:LOG_PAGE], sayer),
        "more": f"?before={firings[LOG_PAGE - 1].pk}" if len(firings) > LOG_PAGE else "",
        "tried": tried_of(request, found, found.owner) if request.GET.get("try") else None,
        "secret": _secret(found),
    }
    return TemplateResponse(request, "rules/rule.html", context)


def _secret(found: Any) -> str:
    return secrecy.opened(found.does["sealed"]["secret"]) if found.does.get("sealed") else ""


def _firings(request: PersonRequest, found: Any, firings: list[Any], sayer: Sayer) -> list[dict[str, Any]]:
    calls = queries.calls_of([each.pk for each in firings]) if found.then == "WEBHOOK" else {}
    ids: dict[str, set[int]] = {}
    for each in firings:
        ids.setdefault(each.kind, set()).add(each.record_id)
    seen = {kind: queries.seen(request.user, kind, these) for kind, these in ids.items()}
    return [
        _firing(each, request, calls.get(each.pk, []), each.record_id in seen[each.kind])
        | {"made": sayer.made(found, each.made)}
        for each in firings
    ]


def _firing(each: Any, request: PersonRequest, calls: list[Any], seen: bool) -> dict[str, Any]:
    task, given_up = each.made.get("task"), bool(calls) and each.outcome != "DONE" and bool(calls[-1].ended_at)
    waits = each.outcome == "WAITING" and each.next_at and calls and calls[-1].ended_at
    return {
        "at": formats.current().moment(timezone.localtime(each.at), request.today),
        "name": record_name(each.kind, each.name) if seen else "",
        "url": record_url(each.kind, each.record_id, *_looked_at(each)) if seen else "",
        "outcome": marks.badge(str(queries.OUTCOMES[each.outcome]), TONES[each.outcome]),
        "text": "" if calls else each.text,
        "task": reverse("task", args=[task]) if task else "",
        "calls": [_call(call, request) for call in calls],
        "next": _moment(each.next_at, request) if waits else "",
        "again": reverse("rule_again", args=[each.rule_id, each.pk]) if given_up else "",
    }


def _looked_at(firing: Any) -> list[str]:
    """The metric and the month of a red line, from the key of the firing: payments:2026-03, payments:2026-03:2."""
    return str(firing.key).split(":")[:2] if firing.kind == "unit" else []


def _call(call: Any, request: PersonRequest) -> dict[str, Any]:
    said = call.said if call.ended_at else _("no end is known: the program stopped, or is still calling")
    return {"at": _moment(call.at, request), "said": said, "tone": "" if call.taken else "is-under"}


def _moment(at: Any, request: PersonRequest) -> str:
    return formats.current().moment(timezone.localtime(at), request.today)


# writing


@form
def new(request: PersonRequest) -> HttpResponseBase:
    queries.require(request.user)
    return _edit(request, None)


@form
def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
    return _edit(request, queries.rule(request.user, pk))


def _edit(request: PersonRequest, found: Any) -> HttpResponseBase:
    """The sentence; another beginning, end or field draws it anew with what was typed already, and checks nothing."""
    when, then, wrong = _beginning(request, found)
    sent = request.method == "POST" and "show" not in request.POST
    given = RuleForm(request, when, then, _initial(request, found), sent)
    conditions = conditions_of(request) if request.method == "POST" else (found.conditions if found else "")
    tried = None
    if sent and given.is_valid():
        values = given.values(conditions)
        if "try" in request.POST:
            tried = _sketched(request, values)
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
        "wrong": wrong,
        "blind": not scope(request.user, "plan" if about == "person" else about, Right.VIEW),
        "controls": [] if about == "person" else _controls(request, about, conditions),
        "narrowed": bool(conditions),
        "tried": tried,
        "back": reverse("rule", args=[found.pk]) if found else reverse("rules"),
    }
    return TemplateResponse(request, "rules/edit.html", context, status=form_status(given))


def _beginning(request: PersonRequest, found: Any) -> tuple[str, str, bool]:
    """Return when and then, and whether what was asked for cannot be done to such a record."""
    chosen = [
        request.POST.get(name) or request.GET.get(name) or (getattr(found, name) if found else first)
        for name, first in (("when", "DEAL_STAGE"), ("then", "TASK"))
    ]
    when = chosen[0] if chosen[0] in dict(queries.WHEN) else "DEAL_STAGE"
    wrong = not fits(when, chosen[1])
    return when, "TASK" if wrong else chosen[1], wrong and chosen[1] in dict(queries.THEN)


def _sketched(request: PersonRequest, values: RuleValues) -> dict[str, Any]:
    sketch = queries.draft(
        when=values.when, days=values.days, stage_id=values.stage_id, metric=values.metric, lines=values.lines,
        unit_id=values.unit_id, conditions=values.conditions, then=values.then, does=values.does,
    )  # fmt: skip
    return tried_of(request, sketch, request.user)


def _controls(request: PersonRequest, about: str, conditions: str) -> list[panel.Control]:
    """The filters of the list of such records, those a rule has no use for left out."""
    state = queries.state_of(about, conditions, request.user, request.now, whole=True)
    return [each for each in panel.controls(state) if each.kind != "keep" and each.name not in ("bin", "unit")]


def _initial(request: PersonRequest, found: Any) -> dict[str, Any]:
    """What the rule says, and over it what was typed before the sentence was drawn anew."""
    kept: dict[str, Any] = {}
    if found is not None:
        kept = {name: getattr(found, name) for name in ("name", "days", "metric", "lines", "most_per_hour")}
        kept |= found.does
        kept |= {"entered": found.stage_id, "unit": found.unit_id, "of_field": found.does.get("field")}
    if kept.get("sealed"):
        kept["url"] = secrecy.opened(kept["sealed"]["url"])
    if request.method == "POST":
        kept["of_field"] = request.POST.get("of_field", kept.get("of_field"))
    return kept | {name: value for name, value in request.POST.items() if value}


@submission
def take(request: PersonRequest, code: str) -> HttpResponseBase:
    """One press makes a rule of a recipe; it is tried at once, and switched on by another."""
    made = actions.take_recipe(by=request.user, code=code, now=request.now)
    messages.success(request, _("The rule is created. See what it would have done, change it, then switch it on."))
    return redirect(f"{reverse('rule', args=[made.pk])}?try=1")


@submission
def again(request: PersonRequest, pk: int, firing: int) -> HttpResponseBase:
    actions.call_again(by=request.user, rule_id=pk, firing_id=firing, now=request.now)
    messages.success(request, _("It is being called again."))
    return redirect("rule", pk)


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
    path("rules/recipes/<slug:code>/", take, name="rule_recipe"),
    path("rules/<int:pk>/", rule, name="rule"),
    path("rules/<int:pk>/edit/", edit, name="rule_edit"),
    path("rules/<int:pk>/switch/", switch, name="rule_switch"),
    path("rules/<int:pk>/drop/", drop, name="rule_drop"),
    path("rules/<int:pk>/<int:firing>/again/", again, name="rule_again"),
]
