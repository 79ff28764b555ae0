"""The addresses of people, and the invitations sent from their cards."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _

from otdel.interfaces.http import PersonRequest, submission
from otdel.interfaces.web import invitations, lists
from otdel.interfaces.web.people.card import person
from otdel.interfaces.web.people.hiring import edit, hire
from otdel.interfaces.web.people.listing import LIST
from otdel.interfaces.web.people.moving import leave, move, undo_move
from otdel.org import actions


@submission
def invite(request: PersonRequest, pk: int) -> HttpResponse:
    return invitations.send(request, pk)


@submission
def call_back(request: PersonRequest, pk: int) -> HttpResponseBase:
    actions.call_back_invitation(by=request.user, person_id=pk, now=request.now)
    messages.success(request, _("The link does not work any more."))
    return redirect("person", pk)


@submission
def unlock(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Take off the second factor of who lost it, and tell them so: nobody's account is opened behind their back."""
    found = actions.take_off_second_factors(by=request.user, person_id=pk, now=request.now)
    get_adapter(request).send_notification_mail(
        "mfa/email/taken_off", found, {"user": found, "by": request.user.name}, found.email
    )
    messages.success(
        request, _("The password alone is enough to sign in again; %(name)s is told by e-mail.") % {"name": found.name}
    )
    return redirect("person", pk)


urlpatterns = [
    *lists.urls(LIST),
    path("people/new/", hire, name="person_new"),
    path("people/<int:pk>/", person, name="person"),
    path("people/<int:pk>/edit/", edit, name="person_edit"),
    path("people/<int:pk>/move/", move, name="person_move"),
    path("people/<int:pk>/move/undo/", undo_move, name="person_undo_move"),
    path("people/<int:pk>/leave/", leave, name="person_leave"),
    path("people/<int:pk>/invite/", invite, name="person_invite"),
    path("people/<int:pk>/invite/back/", call_back, name="person_call_back"),
    path("people/<int:pk>/unlock/", unlock, name="person_unlock"),
]
