"""A person moves to another department, leaves, comes back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.interfaces import http
from otdel.interfaces.http import PersonRequest, form_status, submission
from otdel.interfaces.web.form_fields import offer
from otdel.interfaces.web.people.card import hands_over, records
from otdel.interfaces.web.refusals import attempt
from otdel.org import access, actions, queries
from otdel.org.rules import Right

DAY = {"type": "date"}


class MoveForm(forms.Form):
    unit = forms.TypedChoiceField(label=lazy("Department"), coerce=int)
    from_day = forms.DateField(
        label=lazy("From the day"),
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        help_text=lazy("Everything before this day stays with the former department."),
    )

    def __init__(self, request: PersonRequest) -> None:
        super().__init__(request.POST or None, initial={"from_day": request.today})
        units = queries.unit_choices(access.tree_for(request.user))
        offer(self, "unit", units)


@http.form
def move(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Move to another department, or take back who left."""
    card = queries.person_card(request.user, pk, request.today)
    access.check(request.user, "person", Right.CHANGE, pk)
    form = MoveForm(request)
    act: Any = actions.take_back if card.row.status == "left" else actions.move
    if request.method == "POST" and form.is_valid():
        unit, day = form.cleaned_data["unit"], form.cleaned_data["from_day"]
        if attempt(form, lambda: act(by=request.user, person_id=pk, unit_id=unit, from_day=day, now=request.now)):
            messages.success(request, _("Saved."))
            return redirect("person", pk)
    title = _("Take back") if card.row.status == "left" else _("Move to another department")
    context = {"form": form, "card": card, "title": title}
    return render(request, "people/form.html", context, status=form_status(form))


@submission
def undo_move(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.undo_move(by=request.user, person_id=pk, now=request.now)
    messages.success(request, _("The move is taken back."))
    return redirect("person", pk)


class LeaveForm(forms.Form):
    """The last day, and for every department the person heads who heads it from the day after."""

    last_day = forms.DateField(label=lazy("Last day of work"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))

    def __init__(self, request: PersonRequest, pk: int, last_day: date | None) -> None:
        super().__init__(request.POST or None, initial={"last_day": last_day or request.today})
        self.units = queries.headed(request.user, pk)
        others = [(id, name) for id, name in queries.person_choices(request.user, request.today) if id != pk]
        for unit, name, chosen in self.units:
            self.fields[f"head_{unit}"] = forms.TypedChoiceField(
                label=_("Head of “%(unit)s” from the day after") % {"unit": name},
                coerce=int,
                empty_value=None,
                required=False,
                choices=[("", _("nobody yet")), *others],
                initial=chosen,
            )

    def successors(self) -> dict[int, int | None]:
        return {unit: self.cleaned_data[f"head_{unit}"] for unit, _name, _chosen in self.units}


@http.form
def leave(request: PersonRequest, pk: int) -> HttpResponseBase:
    card = queries.person_card(request.user, pk, request.today)
    access.check(request.user, "person", Right.CHANGE, pk)
    until = card.row.employed_to
    form = LeaveForm(request, pk, until - timedelta(days=1) if until else None)
    if request.method == "POST" and form.is_valid() and _dismiss(request, form, pk):
        messages.success(request, _("Saved. What was theirs stays under their name."))
        if left := [name for unit, name, _chosen in form.units if not form.successors()[unit]]:
            words = _("Nobody heads “%(units)s” after that day yet: open “Leaving” again to choose.")
            messages.warning(request, words % {"units": ", ".join(left)})
        return redirect("person_handover" if hands_over(request, pk) else "person", pk)
    context = {"form": form, "card": card, "records": records(request, pk), "hands_over": hands_over(request, pk)}
    return render(request, "people/leave.html", context, status=form_status(form))


def _dismiss(request: PersonRequest, form: LeaveForm, pk: int) -> Any:
    return attempt(
        form,
        lambda: actions.dismiss(
            by=request.user,
            person_id=pk,
            last_day=form.cleaned_data["last_day"],
            successors=form.successors(),
            now=request.now,
        ),
    )
