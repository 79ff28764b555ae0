"""The first run: try with a demo company, or start with one's own. Reachable only while there is no company."""

from __future__ import annotations

import logging
import secrets
from threading import Thread
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import password_changed, validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from otdel.core.errors import Conflict
from otdel.demo.actions import make_demo
from otdel.host import folders
from otdel.interfaces import http
from otdel.interfaces.web import choices
from otdel.interfaces.web.refusals import attempt
from otdel.interfaces.web.sign_in import enter
from otdel.interfaces.web.zones import zones
from otdel.org import actions, queries
from otdel.org.actions import CompanyData, FirstPerson

log = logging.getLogger("otdel.demo")
MAKING = "demo-making"
MAKING_LASTS = 600
FAILED = "!"


def code() -> str:
    """Return the code the first visitor must know, or "" where only this machine can reach us.

    Printed at start by `./otdel run`; kept in the data folder until the first run is over.
    """
    path = settings.FIRST_RUN_CODE_FILE
    return folders.first_run_code(path) if path else ""


class CodeForm(forms.Form):
    code = forms.CharField(
        label=lazy("Code from the console"),
        help_text=lazy("Printed where Otdel was started; also in the file first-run-code of its data folder."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not code():
            del self.fields["code"]

    def clean_code(self) -> str:
        given: str = self.cleaned_data["code"].strip().lower()
        if not secrets.compare_digest(given.encode(), code().encode()):
            raise ValidationError(_("This is not the code."))
        return given


class OwnForm(CodeForm):
    name = forms.CharField(label=lazy("Company"), max_length=160)
    currency = forms.ChoiceField(label=lazy("Currency"), choices=choices.currencies)
    country = forms.ChoiceField(
        label=lazy("Production calendar"),
        choices=choices.countries,
        help_text=lazy("Working days of this country; you can add your own days off later."),
    )
    time_zone = forms.ChoiceField(label=lazy("Time zone"), choices=zones)
    language = forms.ChoiceField(label=lazy("Language"), choices=settings.LANGUAGES)
    last_name = forms.CharField(label=lazy("Your last name"), max_length=80)
    first_name = forms.CharField(label=lazy("Your first name"), max_length=80)
    email = forms.EmailField(label=lazy("Your e-mail"), help_text=lazy("You sign in with it."))
    password = forms.CharField(
        label=lazy("Password"),
        help_text=lazy("At least 10 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    sees_all = forms.ChoiceField(
        label=lazy("What you do here"),
        choices=[
            ("yes", lazy("I run sales: I see all customers, deals and plans, and the settings")),
            ("no", lazy("I only administer: people and settings, no deals")),
        ],
        widget=forms.RadioSelect,
        initial="yes",
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


def begin(form: OwnForm) -> Any:
    given = form.cleaned_data
    company = CompanyData(**{name: given[name] for name in ("name", "currency", "country", "time_zone", "language")})
    person = FirstPerson(
        email=given["email"],
        first_name=given["first_name"],
        last_name=given["last_name"],
        password=given["password"],
        sees_all=given["sees_all"] == "yes",
    )
    return attempt(form, lambda: actions.start_company(data=company, person=person, by=None, now=timezone.now()))


def _over() -> bool:
    return queries.company() is not None


@login_not_required
def start(request: HttpRequest) -> HttpResponseBase:
    """Offer the two ways to begin."""
    if _over():
        return redirect("/")
    return render(request, "start/choose.html", {"form": CodeForm(), "demo": True})


@login_not_required
def own(request: HttpRequest) -> HttpResponseBase:
    """Begin with one's own company."""
    if _over():
        return redirect("/")
    initial = {
        "currency": "RUB",
        "country": "RU",
        "time_zone": settings.TIME_ZONE,
        "language": get_language(),
        "sees_all": "yes",
    }
    form = OwnForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        person = begin(form)
        if person is not None:
            password_changed(form.cleaned_data["password"], person)
            enter(request, person)
            _forget_code()
            return redirect("/")
    return render(request, "start/own.html", {"form": form}, status=http.form_status(form))


@login_not_required
@require_POST
def demo(request: HttpRequest) -> HttpResponseBase:
    """Make the demo company aside; the page shows how far it is."""
    form = CodeForm(request.POST)
    if _over():
        return redirect("/")
    if not form.is_valid():
        return render(request, "start/choose.html", {"form": form, "demo": True}, status=422)
    if cache.add(MAKING, str(_("Beginning")), timeout=MAKING_LASTS):
        Thread(target=_make, args=(get_language() or "ru",), name="demo").start()
    return redirect("start_progress")


def _make(language: str) -> None:
    """Runs in a thread of its own: one transaction, so that a crash leaves an empty database, not half a firm."""
    try:
        with translation.override(language):
            make_demo(
                now=timezone.now(),
                language=language,
                progress=lambda text: cache.set(MAKING, str(text), timeout=MAKING_LASTS),
            )
        _forget_code()
        cache.delete_many([MAKING])
    except Conflict:  # somebody began with their own company meanwhile
        cache.delete_many([MAKING])
    except Exception:  # the end of a thread: nobody above would hear of it, the page and the log say it
        log.exception("The demo company was not created")
        cache.set(MAKING, FAILED, timeout=60)
    finally:
        connection.close()


@login_not_required
@never_cache
def progress(request: HttpRequest) -> HttpResponseBase:
    """Say what is being made now; reload by itself, with scripts and without."""
    if _over():
        return redirect("account_login")
    now = cache.get(MAKING)
    if now == FAILED:
        cache.delete_many([MAKING])
    if now is None:
        return redirect("start")
    response = render(request, "start/progress.html", {"now": now, "failed": now == FAILED})
    if now != FAILED:
        response.headers["Refresh"] = "1"
    return response


def _forget_code() -> None:
    if settings.FIRST_RUN_CODE_FILE:
        settings.FIRST_RUN_CODE_FILE.unlink(missing_ok=True)


urlpatterns = [
    path("start/", start, name="start"),
    path("start/own/", own, name="start_own"),
    path("start/demo/", demo, name="start_demo"),
    path("start/progress/", progress, name="start_progress"),
]
