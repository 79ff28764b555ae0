"""For whoever keeps the settings: rules of reminding, hours of work, how telling goes, and what could not be told."""

from __future__ import annotations

from typing import Any

from django import conf
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from otdel.core.errors import Invalid, NotAllowed
from otdel.interfaces.http import PersonRequest, form, page, submission
from otdel.interfaces.web import formats, org_tabs, rule_lines
from otdel.interfaces.web.notice_settings import HoursForm, _done, chosen, show_log
from otdel.notifications import actions, queries
from otdel.notifications.queries import incoming
from otdel.org import access
from otdel.org import actions as org_actions
from otdel.org import queries as org
from otdel.org.rules import Right


@page
def rules(request: PersonRequest) -> HttpResponseBase:
    return _show(request)


def _show(
    request: PersonRequest, hours: HoursForm | None = None, lines: list[rule_lines.Line] | None = None
) -> HttpResponseBase:
    """The company's rules, or a department's to its heads."""
    unit_id = _unit(request)
    keeps = bool(access.scope(request.user, "settings", Right.CHANGE))
    tree = access.tree_for(request.user)
    mine = [unit for unit in tree.nodes if keeps or request.user.pk in tree.heads_above(unit)]
    if unit_id is not None and unit_id not in mine:
        raise NotAllowed(_("Only a head can change a department's reminders."))
    if unit_id is None and not keeps:
        access.require(request.user, "settings", Right.VIEW)
    usual = org.company_hours()
    choices = [(unit, label) for unit, label in org.unit_choices(tree) if unit in mine]
    all_of_it = [("", _("The whole company"), reverse("reminder_rules"), unit_id is None)]
    context = {
        "tabs": org_tabs.settings_tabs("reminder_rules") if keeps else [],
        "lines": rule_lines.shown(queries.rule_rows(request.user, unit_id=unit_id)) if lines is None else lines,
        "may_save": keeps or unit_id is not None,
        "changed_by": "unit" if unit_id is not None else "nobody",
        "is_company": unit_id is None,
        "measures": queries.MEASURES,
        "unit_id": unit_id,
        "units": [
            *((label, url, now) for _code, label, url, now in (all_of_it if keeps else [])),
            *((label.strip(), f"?unit={unit}", unit == unit_id) for unit, label in choices),
        ],
        "may_change": keeps,
        "dead": queries.dead_count(request.user) if keeps else 0,
        "hours": hours or _hours(initial={"starts": usual.starts, "ends": usual.ends}),
    }
    return render(request, "notices/rules.html", context, status=422 if lines or (hours and hours.errors) else 200)


def _hours(data: Any = None, **given: Any) -> HoursForm:
    found = HoursForm(data, **given)
    found.fields["starts"].label = _("We work from")
    return found


def _unit(request: PersonRequest) -> int | None:
    text = request.POST.get("unit") or request.GET.get("unit", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@form
def save(request: PersonRequest) -> HttpResponseBase:
    """All lines at once; with a wrong one among them nothing is saved, and what was typed stays."""
    if request.method != "POST":
        return _show(request)
    unit_id, by, now = _unit(request), request.user, request.now
    lines = rule_lines.typed(queries.rule_rows(by, unit_id=unit_id), request.POST)
    if any(line.error for line in lines):
        return _show(request, lines=lines)
    changes, usual = rule_lines.changes(lines), chosen(request, "usual")
    if unit_id is None:
        copied, deleted = chosen(request, "copy"), chosen(request, "delete")
        actions.change_rules(by=by, changes=changes, copy_id=copied, delete_id=deleted, now=now)
    else:
        back: dict[int, actions.RuleValues | None] = {usual: None} if usual is not None else {}
        actions.override_rules(by=by, changes=changes | back, unit_id=unit_id, now=now)
    messages.success(request, _("Saved. Reminders are being recalculated."))
    return redirect(reverse("reminder_rules") + (f"?unit={unit_id}" if unit_id else ""))


@form
def company_hours(request: PersonRequest) -> HttpResponseBase:
    access.require(request.user, "settings", Right.CHANGE)
    given = _hours(request.POST or None)
    for name in ("starts", "ends"):
        given.fields[name].required = True
    if given.is_valid() and _done(
        given, lambda: org_actions.set_company_hours(by=request.user, **given.cleaned_data, now=request.now)
    ):
        messages.success(request, _("Saved. Reminders are being recalculated."))
        return redirect("reminder_rules")
    return _show(request, given)


@page
def deliveries(request: PersonRequest) -> HttpResponseBase:
    access.require(request.user, "settings", Right.CHANGE)
    return show_log(request, everybody=True)


@page
def letters(request: PersonRequest) -> HttpResponseBase:
    """Letters that came in: those refused first of all, why, and what to do."""
    outcome, before = request.GET.get("outcome", incoming.REFUSED), request.GET.get("before", "")
    outcome = outcome if outcome in incoming.OUTCOMES else ""
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    rows = incoming.letters(request.user, outcome=outcome, before=number, limit=incoming.PAGE + 1)
    shown, fmt = rows[: incoming.PAGE], formats.current()
    names = [(str(incoming.REFUSED), incoming.OUTCOMES[incoming.REFUSED])]
    names += [(str(code), name) for code, name in incoming.OUTCOMES.items() if code != incoming.REFUSED]
    context = {
        "rows": [(row, fmt.moment(timezone.localtime(row.at), request.today)) for row in shown],
        "outcomes": [*((code, name, code == outcome) for code, name in names), ("all", _("All"), not outcome)],
        "older": f"?outcome={outcome or 'all'}&before={shown[-1].id}" if len(rows) > incoming.PAGE else "",
        "newer": f"?outcome={outcome or 'all'}" if number else "",
        "inbox": conf.settings.ENVIRONMENT.inbox_address,
    }
    return render(request, "notices/letters.html", context)


@submission
def retry(request: PersonRequest) -> HttpResponseBase:
    count = actions.retry_deliveries(by=request.user, ids=_ids(request), now=request.now)
    messages.success(request, _("Tried once more: %(count)s.") % {"count": count})
    return redirect(f"{reverse('deliveries')}?state={queries.DEAD}")


@submission
def forget(request: PersonRequest) -> HttpResponseBase:
    count = actions.forget_deliveries(by=request.user, ids=_ids(request), now=request.now)
    messages.success(request, _("Removed from the list: %(count)s.") % {"count": count})
    return redirect(f"{reverse('deliveries')}?state={queries.DEAD}")


def _ids(request: PersonRequest) -> list[int] | None:
    given = request.POST.getlist("id")
    if request.POST.get("all") == "1":
        return None
    if not all(each.isascii() and each.isdigit() and len(each) < 16 for each in given):
        raise Invalid(_("Nothing is undeliverable any more."))
    return [int(each) for each in given]


urlpatterns = [
    path("settings/reminders/", rules, name="reminder_rules"),
    path("settings/reminders/rules/", save, name="reminder_rules_save"),
    path("settings/reminders/hours/", company_hours, name="company_hours"),
    path("settings/deliveries/", deliveries, name="deliveries"),
    path("settings/letters/", letters, name="incoming_letters"),
    path("settings/deliveries/retry/", retry, name="deliveries_retry"),
    path("settings/deliveries/forget/", forget, name="deliveries_forget"),
]
