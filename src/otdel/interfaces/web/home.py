"""The first address of all leads to the board of whoever has a plan, others to the first room they may enter."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path

from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web.nav import NAV, address
from otdel.org import access
from otdel.org.rules import Right


@page
def home(request: PersonRequest) -> HttpResponseBase:
    # a head's first question of the morning, and a manager's, is where the plan stands
    for entry in sorted(NAV, key=lambda each: each.url != "plan"):
        if address(entry.url) not in ("", "/") and (
            not entry.kind or access.scope(request.user, entry.kind, Right.VIEW)
        ):
            return redirect(entry.url)
    return redirect("profile")


urlpatterns = [path("", home, name="home")]
