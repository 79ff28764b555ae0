"""Giving a task about each of the rows chosen in a list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from otdel.core.listing.values import read_id
from otdel.interfaces.http import PersonRequest, form_status, submission
from otdel.interfaces.web.lists import BulkAction
from otdel.interfaces.web.refusals import attempt
from otdel.interfaces.web.task_forms import TaskForm
from otdel.interfaces.web.task_shared import local_address
from otdel.org import access
from otdel.org.rules import Right
from otdel.tasks import actions

MOST = 1000


class EachForm(TaskForm):
    """The usual form, without what belongs to one record or to several people at once."""

    MAIN: tuple[str, ...] = ("title", "whom", "when", "day", "at", "text")
    MORE: tuple[str, ...] = (
        "needs_acceptance",
        "proof",
        "priority",
        "checklist",
        "tags",
        "observers",
        "most_moves",
        "most_days",
    )

    whom = forms.TypedChoiceField(label=lazy("Assignee"), coerce=int, empty_value=None, required=False)

    def __init__(self, request: PersonRequest, initial: dict[str, Any]) -> None:
        super().__init__(request, initial)
        if request.POST.get("do"):
            self.is_bound = False  # the list sent its rows, not this form
        whom: Any = self.fields["whom"]
        to: Any = self.fields["to"]
        whom.choices = [("", _("the person responsible for the record")), *to.choices]
        for name in ("to", "unit", "several", "each", "customer", "deal", "invoice"):
            self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        return data | {"customer": None, "deal": None, "invoice": None}


def action(kind: str) -> BulkAction:
    """Return what a list of this kind of record offers for its chosen rows."""

    def opens(request: PersonRequest, ids: list[int], back: str) -> HttpResponseBase:
        access.require(request.user, "task", Right.CREATE)
        return _show(request, EachForm(request, {"when": "tomorrow", "reason_needed": True}), kind, ids, back)

    return BulkAction("task", lazy("Give a task…"), Right.VIEW, icon="tasks", opens=opens)


def _show(request: PersonRequest, given: EachForm, kind: str, ids: list[int], back: str) -> HttpResponseBase:
    words = ngettext("About %(count)s record: a task each.", "About %(count)s records: a task each.", len(ids))
    context = {
        "form": given,
        "title": _("Give a task about each"),
        "lead": words % {"count": len(ids)},
        "action": reverse("task_each", args=[kind]),
        "ids": ids,
        "back": back,
        "button": _("Give the tasks"),
    }
    return TemplateResponse(request, "tasks/each.html", context, status=form_status(given))


@submission
def each(request: PersonRequest, kind: str) -> HttpResponseBase:
    access.require(request.user, "task", Right.CREATE)
    ids = [number for text in request.POST.getlist("ids")[:MOST] if (number := read_id(text))]
    back = local_address(request, request.POST.get("back", "")) or reverse("tasks")
    given = EachForm(request, {})
    if not given.is_valid():
        return _show(request, given, kind, ids, back)
    event = attempt(
        given,
        lambda: actions.give_each(
            by=request.user, kind=kind, ids=ids, values=given.values(), to=given.cleaned_data["whom"], now=request.now
        ),
    )
    if event is None:
        return _show(request, given, kind, ids, back)
    count, refused = event.data["count"], event.data["refused"]
    words = ngettext("%(count)s task is given.", "%(count)s tasks are given.", count) % {"count": count}
    if refused:
        left = ngettext(
            "%(count)s record has nobody to do the task.", "%(count)s records have nobody to do the task.", refused
        )
        words = f"{words} {left % {'count': refused}}"
    messages.success(request, words, extra_tags=reverse("task_undo", args=[event.pk]))
    return redirect(back)


urlpatterns = [path("tasks/new/each/<str:kind>/", each, name="task_each")]
