"""What is remembered of a list: its columns and saved views."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import actions
from otdel.interfaces.web.lists.page import ListPage
from otdel.interfaces.web.lists.state import state_from_form


def columns(request: PersonRequest, shown: ListPage) -> HttpResponseBase:
    state = state_from_form(request, shown)
    keys = tuple(key for key in request.POST.getlist("cols") if key in state.listing.by_key)
    picked = state.with_columns(keys)
    actions.choose_columns(
        by=request.user,
        listing=shown.listing.key,
        columns=tuple(column.key for column in picked.columns) if keys else (),
        now=request.now,
    )
    return redirect(f"{reverse(shown.name)}?{picked.query if keys else state.query}")


def save_view(request: PersonRequest, shown: ListPage) -> HttpResponseBase:
    state = state_from_form(request, shown)
    name = request.POST.get("name", "")
    actions.save_view(by=request.user, listing=shown.listing.key, name=name, query=state.query, now=request.now)
    messages.success(request, _("The view is saved."))
    return redirect(f"{reverse(shown.name)}?{state.query}")


def forget_view(request: PersonRequest, shown: ListPage, view_id: int) -> HttpResponseBase:
    actions.forget_view(by=request.user, view_id=view_id, now=request.now)
    messages.success(request, _("The view is deleted."))
    return redirect(shown.name)
