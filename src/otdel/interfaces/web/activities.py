"""Pages of calls, meetings, letters, proposals and notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.activities import actions, queries
from otdel.activities.rules import ActivityValues
from otdel.core.errors import Invalid
from otdel.core.listing.values import clean_text, read_id
from otdel.customers.queries import pick as customers
from otdel.deals.queries import pick as deals
from otdel.interfaces.http import PersonRequest, form, form_status, page, submission
from otdel.interfaces.web import lists, own_fields
from otdel.interfaces.web.cards import ACTIVITY_ICONS
from otdel.interfaces.web.deal_tabs import TABS
from otdel.interfaces.web.money_forms import OwnedForm, owner_field, shown
from otdel.interfaces.web.pick import PickField, written
from otdel.interfaces.web.refusals import attempt, must
from otdel.org import access
from otdel.org.rules import Right

ICONS = ACTIVITY_ICONS

LIST = lists.ListPage(
    listing=queries.ACTIVITIES,
    name="activities",
    path="deals/activities/",
    title=lazy("Calls and meetings"),
    empty_title=lazy("Nothing was logged yet"),
    empty_text=lazy(
        "Calls, meetings, e-mails, proposals and notes will appear here: everything that happened with each customer."
    ),
    icon="phone",
    card="activity",
    create="activity_new",
    create_label=lazy("Log an activity"),
    links={"customer": "customer", "deal": "deal", "contact": "contact", "lead": "lead"},
    quick=(
        (lazy("All"), {"state": ""}),
        (lazy("Planned"), {"state": "planned"}),
        (lazy("Planned, time has passed"), {"state": "late"}),
        (lazy("Calls"), {"kind": "CALL"}),
        (lazy("Meetings"), {"kind": "MEETING"}),
    ),
    tabs=TABS,
    file_name="activities",
    custom="activities.activity",
)


class MomentField(forms.DateTimeField):
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def clean(self, value: Any) -> Any:
        moment: datetime | None = super().clean(value)
        if moment is not None and not 1990 <= moment.year <= 2199:
            raise forms.ValidationError(_("There is a mistake in the year."))
        return moment


class ActivityForm(OwnedForm):
    record, kind = "activities.activity", "activity"
    nobody = lazy("me")

    type = forms.ChoiceField(label=lazy("Kind"), choices=queries.KINDS)
    at = MomentField(label=lazy("When"))
    subject = forms.CharField(label=lazy("Subject"), max_length=250, required=False)
    direction = forms.ChoiceField(label=lazy("Direction"), choices=queries.DIRECTIONS, required=False)
    customer = PickField("customer", label=lazy("Customer"), required=False)
    deal = PickField("deal", label=lazy("Deal"), required=False)
    minutes = forms.IntegerField(label=lazy("Minutes"), min_value=0, max_value=10_080, required=False)
    owner = owner_field()
    text = forms.CharField(label=lazy("What was said"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    result = forms.CharField(label=lazy("Result"), max_length=250, required=False)
    is_done = forms.BooleanField(label=lazy("Done already"), required=False)

    def values(self, was: queries.ActivityCard | None = None) -> ActivityValues:
        data = self.cleaned_data
        minutes = data["minutes"]
        return ActivityValues(
            kind=data["type"],
            at=_precise(data["at"], was),
            is_done=data["is_done"],
            direction=data["direction"] or "OUT",
            duration=_seconds(minutes, was),
            subject=data["subject"],
            text=data["text"],
            result=data["result"],
            owner_id=self.chosen_owner(),
            customer_id=data["customer"],
            deal_id=data["deal"],
            contact_id=was.contact.id if was and was.contact else None,
            lead_id=was.lead.id if was and was.lead else None,
            custom=self.own_values(),
        )


def _precise(at: datetime, was: queries.ActivityCard | None) -> datetime:
    """The form knows minutes only: seconds of an untouched moment stay."""
    return was.at if was and was.at.replace(second=0, microsecond=0) == at else at


def _seconds(minutes: int | None, was: queries.ActivityCard | None) -> int | None:
    if minutes is None:
        return None
    return was.duration if was and was.duration is not None and was.duration // 60 == minutes else minutes * 60


@page
def card(request: PersonRequest, activity_id: int) -> HttpResponse:
    found = queries.activity_card(request.user, activity_id)
    context = {
        "activity": found,
        "own": own_fields.facts("activities.activity", found.custom),
        "icon_name": ICONS[found.kind],
        "today": request.today,
    }
    return render(request, "activities/activity.html", context)


@form
def new(request: PersonRequest) -> HttpResponseBase:
    access.require(request.user, "activity", Right.CREATE)
    given = ActivityForm(request, _beginning(request))
    if request.method == "POST" and given.is_valid():
        values = replace(given.values(), lead_id=read_id(request.GET.get("lead", "")))
        made = attempt(given, lambda: actions.log_activity(by=request.user, values=values, now=request.now))
        if made:
            messages.success(request, _("Logged.") if made.is_done else _("Planned."))
            return redirect(_after(request) or reverse("activity", args=[made.pk]))
    return _draw(request, given, _("Log an activity"), "activities")


def _beginning(request: PersonRequest) -> dict[str, Any]:
    kind = request.GET.get("kind", "CALL")
    at = _begun_at(request)
    initial: dict[str, Any] = {
        "type": kind if kind in dict(queries.KINDS) else "CALL",
        "at": timezone.localtime(at),
        "is_done": at <= request.now,
        "subject": clean_text(request.GET.get("subject", ""), 250),
    }
    for name, name_of in (("customer", customers.name_of), ("deal", deals.name_of)):
        pk = read_id(request.GET.get(name, ""))
        if pk and (text := name_of(request.user, pk)):
            initial[name] = written(pk, text)
    return initial


def _begun_at(request: PersonRequest) -> datetime:
    try:
        found = MomentField(required=False).clean(request.GET.get("at", ""))
    except forms.ValidationError:
        found = None
    return found or request.now


def _after(request: PersonRequest) -> str:
    """The page the quick form stood on."""
    target = request.POST.get("next", "") or request.GET.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}) and target.startswith("/") else ""


@submission
def quick(request: PersonRequest) -> HttpResponseBase:
    """Log from the card of a customer or a deal: kind, subject, done or planned for a moment."""
    about = {name: read_id(request.POST.get(name, "")) for name in ("customer", "deal", "lead")}
    at = _moment(request.POST.get("at", ""))
    values = ActivityValues(
        kind=request.POST.get("type", "CALL"),
        at=at or request.now,
        is_done=at is None or at <= request.now,
        subject=clean_text(request.POST.get("subject", ""), 250),
        text=clean_text(request.POST.get("text", ""), 20_000),
        customer_id=about["customer"],
        deal_id=about["deal"],
        lead_id=about["lead"],
    )
    if own_fields.any_required(ActivityForm.record):
        return redirect(_whole_form(request, values))
    made = actions.log_activity(by=request.user, values=values, now=request.now)
    messages.success(request, _("Logged.") if made.is_done else _("Planned."))
    return redirect(_after(request) or reverse("activity", args=[made.pk]))


def _whole_form(request: PersonRequest, values: ActivityValues) -> str:
    """The whole form begun with what the quick one says: it asks for what the company requires."""
    about = {"customer": values.customer_id, "deal": values.deal_id, "lead": values.lead_id}
    said: dict[str, Any] = {name: pk for name, pk in about.items() if pk}
    said |= {"kind": values.kind, "subject": values.subject, "next": _after(request)}
    at = f"{timezone.localtime(values.at):%Y-%m-%dT%H:%M}"
    return f"{reverse('activity_new')}?{urlencode(said | {'at': at})}"


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found: datetime | None = MomentField().clean(text)
    except forms.ValidationError as error:
        raise Invalid(_("The time could not be read.")) from error
    return found


@form
def edit(request: PersonRequest, activity_id: int) -> HttpResponseBase:
    found = queries.activity_card(request.user, activity_id)
    must(found.can_change)
    kept = {name: link.id if link else None for name, link in (("customer", found.customer), ("deal", found.deal))}
    given = ActivityForm(request, _as_it_is(found), kept)
    if request.method == "POST" and given.is_valid():
        made = attempt(
            given,
            lambda: actions.change_activity(
                by=request.user, activity_id=activity_id, values=given.values(found), now=request.now
            ),
        )
        if made:
            messages.success(request, _("Saved."))
            return redirect("activity", activity_id)
    return _draw(request, given, found.title, "activity", activity_id)


def _as_it_is(found: queries.ActivityCard) -> dict[str, Any]:
    return {
        "type": found.kind,
        "at": timezone.localtime(found.at),
        "subject": found.subject,
        "direction": found.direction,
        "customer": shown(found.customer),
        "deal": shown(found.deal),
        "minutes": None if found.duration is None else found.duration // 60,
        "owner": found.owner.id,
        "owner_name": found.owner.name,
        "text": found.text,
        "result": found.result,
        "is_done": found.is_done,
        "custom": found.custom,
    }


def _draw(request: PersonRequest, given: ActivityForm, title: str, back: str, *args: int) -> HttpResponse:
    context = {"form": given, "title": title, "back_url": reverse(back, args=args)}
    return render(request, "activities/form.html", context, status=form_status(given))


@submission
def finish(request: PersonRequest, activity_id: int) -> HttpResponseBase:
    result = clean_text(request.POST.get("result", ""), 250)
    actions.finish_activity(by=request.user, activity_id=activity_id, result=result, now=request.now)
    messages.success(request, _("Done."))
    return redirect(_after(request) or reverse("activity", args=[activity_id]))


@submission
def to_bin(request: PersonRequest, activity_id: int) -> HttpResponseBase:
    actions.bin_activity(by=request.user, activity_id=activity_id, now=request.now)
    messages.success(request, _("It is in the bin."))
    return redirect("activities")


@submission
def restore(request: PersonRequest, activity_id: int) -> HttpResponseBase:
    actions.restore_activity(by=request.user, activity_id=activity_id, now=request.now)
    messages.success(request, _("It is restored."))
    return redirect("activity", activity_id)


urlpatterns = [
    *lists.urls(LIST),
    path("deals/activities/new/", new, name="activity_new"),
    path("deals/activities/quick/", quick, name="activity_quick"),
    path("deals/activities/<int:activity_id>/", card, name="activity"),
    path("deals/activities/<int:activity_id>/edit/", edit, name="activity_edit"),
    path("deals/activities/<int:activity_id>/done/", finish, name="activity_done"),
    path("deals/activities/<int:activity_id>/delete/", to_bin, name="activity_bin"),
    path("deals/activities/<int:activity_id>/restore/", restore, name="activity_restore"),
]
