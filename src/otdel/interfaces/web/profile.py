"""One's own card, language and theme; and what the first address of all leads to."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from otdel.interfaces import http
from otdel.interfaces.http import PersonRequest, way_back
from otdel.interfaces.web.form_fields import offer
from otdel.interfaces.web.refusals import attempt
from otdel.interfaces.web.zones import zone_label, zones
from otdel.org import actions, queries


class ProfileForm(forms.Form):
    last_name = forms.CharField(label=lazy("Last name"), max_length=80, required=False)
    first_name = forms.CharField(label=lazy("First name"), max_length=80)
    middle_name = forms.CharField(label=lazy("Middle name"), max_length=80, required=False)
    phone = forms.CharField(label=lazy("Phone"), max_length=32, required=False)
    language = forms.ChoiceField(label=lazy("Language"), required=False)
    time_zone = forms.ChoiceField(label=lazy("Time zone"), required=False)

    def __init__(self, request: PersonRequest) -> None:
        super().__init__(request.POST or None, initial={name: getattr(request.user, name) for name in self.base_fields})
        company = request.company
        names = dict(settings.LANGUAGES)
        same = _("Same as the company: %(value)s")
        language = same % {"value": names.get(company.language, company.language)}
        offer(self, "language", [("", language), *settings.LANGUAGES])
        zone = same % {"value": zone_label(company.time_zone)}
        offer(self, "time_zone", [("", zone), *zones(request.user.time_zone)])


@http.form
def profile(request: PersonRequest) -> HttpResponseBase:
    form = ProfileForm(request)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        language, zone = given.pop("language"), given.pop("time_zone")
        data = actions.PersonData(**given)
        done = attempt(
            form,
            lambda: actions.change_own(by=request.user, data=data, language=language, time_zone=zone, now=request.now),
        )
        if done:
            translation.activate(queries.language_of(done))
            messages.success(request, _("Saved."))
            return redirect("profile")
    return render(request, "people/profile.html", {"form": form, "person": request.user}, status=http.form_status(form))


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language: on the person's card, and in a cookie for the sign-in page."""
    language = request.POST.get("language", "")
    response = redirect(way_back(request))
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            actions.set_language(by=request.user, language=language, now=timezone.now())
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=31_536_000, samesite="Lax", secure=request.is_secure()
        )
    return response


urlpatterns = [
    path("me/", profile, name="profile"),
    path("language/", set_language, name="set_language"),
]
