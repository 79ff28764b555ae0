"""Remind me: on the card of a task, deal, lead, customer or contact, by a quick choice or at any minute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.errors import Invalid, NotFound
from otdel.interfaces.http import PersonRequest, page, submission
from otdel.interfaces.web import contacts, customers, deals, formats, leads
from otdel.interfaces.web.cards import Record
from otdel.notifications import actions, queries, rules
from otdel.org import queries as org
from otdel.tasks import queries as tasks

CHOICES = {
    "hour": lazy("In a working hour"),
    "tomorrow": lazy("The next working day"),
    "monday": lazy("Next week"),
    "before": lazy("A day before the deadline"),
}


@dataclass(frozen=True)
class Subject:
    """What a reminder is set about; whoever asks has been found to see it."""

    title: str
    deadline: datetime | None = None
    has_time: bool = False


def _task(request: PersonRequest, pk: int) -> Subject:
    found = tasks.find(request.user, pk)
    return Subject(found.title, found.deadline, found.has_time)


def _of(record: Record) -> Callable[[PersonRequest, int], Subject]:
    return lambda request, pk: Subject(record.card(request.user, pk).title)


FIND: dict[str, Callable[[PersonRequest, int], Subject]] = {
    "task": _task,
    **{each.name: _of(each) for each in (deals.RECORD, leads.RECORD, customers.RECORD, contacts.RECORD)},
}


class OwnTime(forms.Form):
    at = forms.DateTimeField(
        label=lazy("Date and time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    text = forms.CharField(label=lazy("What to remember"), max_length=500, required=False)


def _find(request: PersonRequest, kind: str, pk: int) -> Subject:
    find = FIND.get(kind)
    if find is None:
        raise NotFound(_("There is no such page."))
    return find(request, pk)


@page
def dialog(request: PersonRequest, kind: str, pk: int) -> HttpResponseBase:
    """The choices, each with its minute; inside the dialog of a card, or as a page of its own."""
    return _show(request, kind, pk, _find(request, kind, pk))


def _show(request: PersonRequest, kind: str, pk: int, subject: Subject) -> HttpResponseBase:
    work, fmt = org.worktime(request.user), formats.current()
    moments = {
        code: rules.quick_reminder(code, request.now, work, deadline=subject.deadline, has_time=subject.has_time)
        for code in rules.BY_HAND
    }
    if moments["monday"] == moments["tomorrow"]:
        moments["monday"] = None
    context = {
        "subject": subject,
        "url": reverse("remind_me", args=[kind, pk]),
        "card": reverse(kind, args=[pk]),
        "choices": [
            (code, CHOICES[code], fmt.moment(timezone.localtime(at), request.today))
            for code, at in moments.items()
            if at
        ],
        "form": OwnTime(),
        "reminders": listed(request, kind, pk),
    }
    part = "#choices" if request.htmx else ""
    return TemplateResponse(request, f"notices/remind.html{part}", context)


def listed(request: PersonRequest, kind: str, pk: int) -> list[dict[str, Any]]:
    """Return one's own reminders about it that wait. One query; nobody else sees them."""
    fmt = formats.current()
    return [
        {"id": each.id, "text": each.text, "at": fmt.moment(timezone.localtime(each.due_at), request.today)}
        for each in queries.own_reminders(request.user, kind, pk)
    ]


@submission
def set_reminder(request: PersonRequest, kind: str, pk: int) -> HttpResponseBase:
    subject, code = _find(request, kind, pk), request.POST.get("when", "")
    given = OwnTime(request.POST)
    if not given.is_valid() and "text" in given.errors:
        raise Invalid(str(given.errors["text"][0]), field="text")
    if code:
        work = org.worktime(request.user)
        at = rules.quick_reminder(code, request.now, work, deadline=subject.deadline, has_time=subject.has_time)
        if at is None:
            raise Invalid(_("Choose a time in the future."), field="when")
    elif given.is_valid():
        at = given.cleaned_data["at"]
    else:
        raise Invalid(_("Choose when to be reminded."), field="at")
    about = actions.About(kind, pk, subject.title, reverse(kind, args=[pk]))
    actions.remind_me(by=request.user, at=at, text=given.cleaned_data["text"], about=about, now=request.now)
    words = formats.current().moment(timezone.localtime(at), request.today)
    messages.success(request, _("You will be reminded: %(at)s.") % {"at": words})
    return redirect(kind, pk)


urlpatterns = [
    path("remind/<slug:kind>/<int:pk>/", dialog, name="remind"),
    path("remind/<slug:kind>/<int:pk>/set/", set_reminder, name="remind_me"),
]
