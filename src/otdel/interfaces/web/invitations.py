"""Inviting by letter, and coming by one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import validate_password
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache

from otdel.interfaces.http import PersonRequest, form_status
from otdel.interfaces.web.refusals import attempt
from otdel.interfaces.web.sign_in import enter
from otdel.org import actions, queries
from otdel.org.rules import INVITATION_LASTS, InvitationDead

if TYPE_CHECKING:
    from otdel.org.models import Person

log = logging.getLogger("otdel.mail")


def send(request: PersonRequest, person_id: int) -> HttpResponse:
    """Invite, and write the letter; where mail is not set up or fails, show the link to hand over."""
    key = actions.invite(by=request.user, person_id=person_id, now=request.now)
    link = absolute(request, reverse("join", args=[key]))
    card = queries.person_card(request.user, person_id, request.today)
    sent = settings.MAIL_WORKS and _post(request, card, link)
    if sent:
        messages.success(request, _("The invitation was sent to %(email)s.") % {"email": card.row.email})
        return redirect("person", person_id)
    context = {"card": card, "link": link, "failed": settings.MAIL_WORKS}
    return render(request, "people/invited.html", context)


def absolute(request: HttpRequest, address: str) -> str:
    return f"{settings.ENVIRONMENT.url}{address}" if settings.ENVIRONMENT.url else request.build_absolute_uri(address)


def _post(request: PersonRequest, card: queries.PersonCard, link: str) -> bool:
    letter = _letter(request, card, link)
    try:
        letter.send()
    except OSError:  # smtplib's errors are OSErrors too
        log.exception("The invitation of person %s could not be sent", card.row.id)
        return False
    return True


def _letter(request: PersonRequest, card: queries.PersonCard, link: str) -> EmailMultiAlternatives:
    with translation.override(card.language or request.company.language):
        context = {
            "first_name": card.first_name,
            "inviter": request.user.name,
            "company": request.company.name,
            "link": link,
            "days": INVITATION_LASTS.days,
            "site": request.build_absolute_uri("/"),
        }
        subject = _("%(company)s invites you to Otdel") % context
        text = render_to_string("letters/invitation.txt", context)
        html = render_to_string("letters/invitation.html", context | {"title": subject})
    letter = EmailMultiAlternatives(" ".join(subject.split()), text, to=[card.row.email])
    letter.attach_alternative(html, "text/html")
    return letter


class JoinForm(forms.Form):
    password = forms.CharField(
        label=lazy("Password"),
        help_text=lazy("At least 10 characters; a few words are easier to remember than symbols."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )

    def __init__(self, request: HttpRequest, person: Person) -> None:
        super().__init__(request.POST or None)
        self.person = person

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.person)
        return password


@login_not_required
@never_cache
def join(request: HttpRequest, key: str) -> HttpResponse:
    """Let an invited person set their first password, and in."""
    now = timezone.now()
    try:
        person = queries.invited(key, now)
    except InvitationDead:
        return render(request, "people/join_dead.html", status=409)
    form = JoinForm(request, person)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        joined = attempt(form, lambda: actions.accept_invitation(by=None, key=key, password=password, now=now))
        if joined:
            enter(request, joined)
            return redirect("/")
    return render(request, "people/join.html", {"form": form, "invited": person}, status=form_status(form))


urlpatterns = [path("join/<str:key>/", join, name="join")]
