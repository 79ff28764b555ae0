"""Taking a person on, and correcting their card."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.interfaces import http
from otdel.interfaces.http import PersonRequest, form_status
from otdel.interfaces.web import invitations
from otdel.interfaces.web.form_fields import offer
from otdel.interfaces.web.people.moving import DAY
from otdel.interfaces.web.refusals import attempt
from otdel.org import access, actions, queries
from otdel.org.rules import Right


class PersonForm(forms.Form):
    last_name = forms.CharField(label=lazy("Last name"), max_length=80)
    first_name = forms.CharField(label=lazy("First name"), max_length=80)
    middle_name = forms.CharField(label=lazy("Middle name"), max_length=80, required=False)
    position = forms.CharField(label=lazy("Position"), max_length=160, required=False)
    email = forms.EmailField(label=lazy("E-mail"), required=False, help_text=lazy("They sign in with it."))
    phone = forms.CharField(label=lazy("Phone"), max_length=32, required=False)
    role = forms.TypedChoiceField(label=lazy("Role"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "role", queries.role_choices())

    def data_of(self) -> actions.PersonData:
        names = ("last_name", "first_name", "middle_name", "position", "email", "phone")
        return actions.PersonData(**{name: self.cleaned_data[name] for name in names})


class HireForm(PersonForm):
    unit = forms.TypedChoiceField(label=lazy("Department"), coerce=int)
    from_day = forms.DateField(label=lazy("Works from"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    invite = forms.BooleanField(label=lazy("Invite at once by e-mail"), required=False, initial=True)

    def __init__(self, request: PersonRequest) -> None:
        super().__init__(request.POST or None, initial={"from_day": request.today, "unit": request.GET.get("unit")})
        units = queries.unit_choices(access.tree_for(request.user))
        offer(self, "unit", units)


@http.form
def hire(request: PersonRequest) -> HttpResponseBase:
    access.require(request.user, "person", Right.CREATE)
    form = HireForm(request)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: actions.hire(
                by=request.user,
                data=form.data_of(),
                role_id=given["role"],
                unit_id=given["unit"],
                from_day=given["from_day"],
                now=request.now,
            ),
        )
        if made:
            messages.success(request, _("%(name)s works here now.") % {"name": made})
            if given["invite"] and made.email:
                return invitations.send(request, made.pk)
            return redirect("person", made.pk)
    return render(request, "people/hire.html", {"form": form}, status=form_status(form))


class EditForm(PersonForm):
    is_active = forms.BooleanField(label=lazy("May sign in"), required=False)


@http.form
def edit(request: PersonRequest, pk: int) -> HttpResponseBase:
    card = queries.person_card(request.user, pk, request.today)
    access.check(request.user, "person", Right.CHANGE, pk)
    initial = {
        "last_name": card.last_name,
        "first_name": card.first_name,
        "middle_name": card.middle_name,
        "position": card.row.position,
        "email": card.row.email,
        "phone": card.row.phone,
        "role": card.role_id,
        "is_active": card.is_active,
    }
    form = EditForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _change(request, form, pk):
        messages.success(request, _("Saved."))
        return redirect("person", pk)
    context = {"form": form, "card": card, "title": _("Change the card")}
    return render(request, "people/form.html", context, status=form_status(form))


def _change(request: PersonRequest, form: EditForm, pk: int) -> Any:
    return attempt(
        form,
        lambda: actions.change_person(
            by=request.user,
            person_id=pk,
            data=form.data_of(),
            role_id=form.cleaned_data["role"],
            is_active=form.cleaned_data["is_active"],
            now=request.now,
        ),
    )
