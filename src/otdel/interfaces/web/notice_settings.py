"""How one wants to be told: channels by kind, quiet hours, hours of work, absences, one's own reminders."""

from __future__ import annotations

from typing import Any

from django import conf, forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext

from otdel.core.errors import Refusal
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import formats, rule_lines
from otdel.interfaces.web.form_fields import offer
from otdel.interfaces.web.refusals import attempt, sentence
from otdel.interfaces.web.task_shared import local_address
from otdel.notifications import actions, links, queries
from otdel.org import actions as org_actions
from otdel.org import queries as org

Time = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
Date = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


STATE_TONES = {"OPENED": "done", "REFUSED": "over", "DEAD": "under"}
ABSENCE_WARNINGS = {
    "nobody": lazy("nobody stands in"),
    "away": lazy("the substitute is away on some of these days, too"),
    "left": lazy("the substitute does not work here any more by then"),
}


class QuietForm(forms.Form):
    starts = forms.TimeField(label=lazy("Quiet from"), required=False, widget=Time)
    ends = forms.TimeField(label=lazy("until"), required=False, widget=Time)
    in_working_time_only = forms.BooleanField(label=lazy("Only in my working time"), required=False)


class HoursForm(forms.Form):
    starts = forms.TimeField(label=lazy("I work from"), required=False, widget=Time)
    ends = forms.TimeField(label=lazy("until"), required=False, widget=Time)


class AbsenceForm(forms.Form):
    starts_on = forms.DateField(label=lazy("Away from"), widget=Date)
    last_on = forms.DateField(label=lazy("Last day"), widget=Date)
    substitute = forms.ChoiceField(label=lazy("Substitute"), required=False)
    reason = forms.CharField(label=lazy("Why"), max_length=200, required=False)

    def __init__(
        self, request: PersonRequest, data: Any = None, *, of: int | None = None, everybody: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        people = org.person_choices(request.user, request.today)
        away = of or request.user.pk
        chosen = [(str(pk), name) for pk, name in people if everybody or pk != away]
        offer(self, "substitute", [("", _("nobody")), *chosen])
        if everybody or away != request.user.pk:
            self.fields["starts_on"].label = pgettext("somebody", "Away from")

    def given(self) -> dict[str, Any]:
        """Return what the actions of absences take."""
        values = dict(self.cleaned_data)
        who = values.pop("substitute")
        of = {"person_id": values.pop("person")} if "person" in values else {}
        return values | of | {"substitute_id": int(who) if who else None}


class ReminderForm(forms.Form):
    text = forms.CharField(label=lazy("Remind me of"), max_length=250)
    at = forms.DateTimeField(
        label=lazy("When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )


@page
def settings(request: PersonRequest) -> HttpResponseBase:
    return _show(request)


def _show(
    request: PersonRequest, *, lines: list[rule_lines.Line] | None = None, **bound: forms.Form
) -> HttpResponseBase:
    found, fmt = queries.ways_of(request.user), formats.current()
    me = request.user
    usual = org.company_hours()
    quiet = {"starts": found.starts, "ends": found.ends, "in_working_time_only": found.in_working_time_only}
    usable = [label for _name, label, works in found.channels if works]
    context: dict[str, Any] = {
        "ways": found,
        "kinds": _grouped(found),
        "chosen": any(kind.is_chosen for kind in found.kinds),
        "order": " → ".join(usable) if len(usable) > 1 else "",
        "no_device": ", ".join(label for _name, label, works in found.channels if not works),
        "quiet": QuietForm(initial=quiet),
        "hours": HoursForm(initial={"starts": me.work_starts, "ends": me.work_ends}),
        "usual": f"{usual.starts:%H:%M}–{usual.ends:%H:%M}",
        "absence": AbsenceForm(request),
        "reminder": ReminderForm(),
        "absences": [
            (
                each,
                fmt.day(each.starts_on, request.today),
                fmt.day(each.last_on, request.today),
                ABSENCE_WARNINGS.get(each.warning, ""),
            )
            for each in org.absences(me, me.pk, request.today)
        ],
        "reminders": [(each, fmt.moment(timezone.localtime(each.due_at), request.today)) for each in found.reminders],
        "lines": rule_lines.shown(queries.rule_rows(me, own=True)) if lines is None else lines,
        "may_save": True,
        "changed_by": "person",
        "measures": queries.MEASURES,
        "task_address": links.task_address(conf.settings.ENVIRONMENT.inbox_address, me.pk),
    }
    context |= bound
    status = max((form_status(each) for each in bound.values()), default=200 if lines is None else 422)
    return render(request, "notices/settings.html", context, status=status)


def _grouped(found: queries.Ways) -> list[tuple[str, list[Any]]]:
    groups: dict[str, list[Any]] = {}
    for kind in found.kinds:
        cells = [(name, label, name in kind.channels) for name, label, _usable in found.channels]
        groups.setdefault(kind.group, []).append((kind, cells))
    return list(groups.items())


@submission
def save_channels(request: PersonRequest) -> HttpResponseBase:
    if "usual" in request.POST:
        actions.choose_usual(by=request.user, now=request.now)
        messages.success(request, _("Each notice again takes the first way that works."))
        return redirect("notice_settings")
    found = queries.ways_of(request.user)
    names = [name for name, _label, _usable in found.channels]
    given = set(request.POST.getlist("by"))
    choices = {
        kind.code: (
            # what is not set up today keeps its place for the day it is
            [*(name for name in names if f"{kind.code}:{name}" in given), *sorted(kind.channels.difference(names))],
            f"{kind.code}:daily" in given,
        )
        for kind in found.kinds
    }
    actions.choose_channels(by=request.user, choices=choices, now=request.now)
    messages.success(request, _("Saved."))
    return redirect("notice_settings")


@form
def save_quiet(request: PersonRequest) -> HttpResponseBase:
    given = QuietForm(request.POST or None)
    if given.is_valid() and _done(
        given, lambda: actions.set_quiet(by=request.user, **given.cleaned_data, now=request.now)
    ):
        messages.success(request, _("Saved."))
        return redirect("notice_settings")
    return _show(request, quiet=given)


@form
def save_hours(request: PersonRequest) -> HttpResponseBase:
    given = HoursForm(request.POST or None)
    if given.is_valid() and _done(
        given, lambda: org_actions.set_own_hours(by=request.user, **given.cleaned_data, now=request.now)
    ):
        messages.success(request, _("Saved. Reminders are being recalculated."))
        return redirect("notice_settings")
    return _show(request, hours=given)


@form
def add_absence(request: PersonRequest) -> HttpResponseBase:
    given = AbsenceForm(request, request.POST or None)
    if given.is_valid():
        made = attempt(
            given,
            lambda: org_actions.add_absence(
                by=request.user, person_id=request.user.pk, **given.given(), now=request.now
            ),
        )
        if made:
            messages.success(request, _("Saved."))
            return redirect("notice_settings")
    return _show(request, absence=given)


@submission
def remove_absence(request: PersonRequest, pk: int) -> HttpResponseBase:
    org_actions.remove_absence(by=request.user, absence_id=pk, now=request.now)
    messages.success(request, _("The absence is removed."))
    return redirect(local_address(request, request.POST.get("next", "")) or "notice_settings")


@form
def add_reminder(request: PersonRequest) -> HttpResponseBase:
    given = ReminderForm(request.POST or None)
    if given.is_valid():
        values = given.cleaned_data
        made = attempt(given, lambda: actions.remind_me(by=request.user, **values, now=request.now))
        if made:
            messages.success(request, _("You will be reminded."))
            return redirect("notice_settings")
    return _show(request, reminder=given)


@submission
def remove_reminder(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.forget_reminder(by=request.user, reminder_id=pk, now=request.now)
    return redirect(local_address(request, request.POST.get("next", "")) or "notice_settings")


@submission
def test(request: PersonRequest, channel: str) -> HttpResponseBase:
    """Send a test this moment and show what the other side said."""
    for tried in actions.try_channel(by=request.user, name=channel, now=request.now):
        said = {"address": tried.address, "answer": tried.answer}
        if tried.ok:
            words = _("%(address)s: accepted (%(answer)s). Check whether it has arrived.")
            words = words if tried.answer else _("%(address)s: accepted. Check whether it has arrived.")
            messages.success(request, words % said)
        else:
            messages.error(request, _("%(address)s refused: %(answer)s") % said)
    return redirect("notice_settings")


@form
def own_rules(request: PersonRequest) -> HttpResponseBase:
    """All lines at once; with a wrong one among them nothing is saved, and what was typed stays."""
    if request.method != "POST":
        return _show(request)
    lines = rule_lines.typed(queries.rule_rows(request.user, own=True), request.POST)
    if any(line.error for line in lines):
        return _show(request, lines=lines)
    changes: dict[int, actions.RuleValues | None] = {**rule_lines.changes(lines)}
    usual = chosen(request, "usual")
    if usual is not None:
        changes[usual] = None
    actions.override_rules(by=request.user, changes=changes, now=request.now)
    messages.success(request, _("Saved. Reminders are being recalculated."))
    return redirect("notice_settings")


def chosen(request: PersonRequest, name: str) -> int | None:
    """Return the number of the line whose button was pressed."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _done(given: forms.Form, act: Any) -> bool:
    """Like `attempt`, for actions that return nothing."""
    try:
        act()
    except Refusal as refusal:
        given.add_error(refusal.field if refusal.field in given.fields else None, sentence(refusal) or str(refusal))
        return False
    return True


@page
def log(request: PersonRequest) -> HttpResponseBase:
    """One's own deliveries: what was made, sent, refused, opened."""
    return show_log(request, everybody=False)


def show_log(request: PersonRequest, *, everybody: bool) -> HttpResponseBase:
    state, before = request.GET.get("state", ""), request.GET.get("before", "")
    state = state if state in queries.STATES else ""
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    zone, fmt = org.zone_of(request.user), formats.current()
    rows = queries.deliveries(
        request.user, zone, everybody=everybody, state=state, before=number, limit=queries.PAGE + 1
    )
    shown = rows[: queries.PAGE]

    def said(at: Any) -> str:
        return fmt.moment(timezone.localtime(at), request.today) if at else ""

    context = {
        "rows": [
            {
                "row": row,
                "made": said(row.made_at),
                "sent": said(row.sent_at),
                "delivered": said(row.delivered_at) if row.channel_name != "app" else "",
                "tone": STATE_TONES.get(row.state, ""),
                "opened": said(row.opened_at),
                "next": said(row.next_try_at),
            }
            for row in shown
        ],
        "states": [("", _("All"), not state), *((code, name, code == state) for code, name in queries.STATES.items())],
        "state": state,
        "everybody": everybody,
        "older": f"?state={state}&before={shown[-1].id}" if len(rows) > queries.PAGE else "",
        "newer": f"?state={state}" if number else "",
        "dead": state == queries.DEAD and bool(shown),
    }
    return render(request, "notices/log.html", context)


urlpatterns = [
    path("me/notices/", settings, name="notice_settings"),
    path("me/notices/channels/", save_channels, name="notice_channels"),
    path("me/notices/quiet/", save_quiet, name="notice_quiet"),
    path("me/notices/hours/", save_hours, name="notice_hours"),
    path("me/notices/absence/", add_absence, name="absence_add"),
    path("me/notices/absence/<int:pk>/remove/", remove_absence, name="absence_remove"),
    path("me/notices/reminder/", add_reminder, name="reminder_add"),
    path("me/notices/reminder/<int:pk>/remove/", remove_reminder, name="reminder_remove"),
    path("me/notices/test/<slug:channel>/", test, name="notice_test"),
    path("me/notices/rules/", own_rules, name="reminder_rules_own"),
    path("me/notices/log/", log, name="notice_log"),
]
