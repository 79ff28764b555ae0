"""Short lists: segments, regions, channels, sources, loss reasons."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.errors import NotFound
from otdel.customers import actions as customers
from otdel.customers import queries as customer_queries
from otdel.deals import actions as deals
from otdel.deals import queries as deal_queries
from otdel.interfaces.http import PersonRequest, page, submission
from otdel.interfaces.web.org_tabs import settings_tabs
from otdel.interfaces.web.record_settings.posted import ordered, ticked
from otdel.org.access import require
from otdel.org.rules import Right

LISTS = {
    "segments": lazy("Segments"),
    "regions": lazy("Regions"),
    "channels": lazy("Channels"),
    "sources": lazy("Sources"),
    "loss-reasons": lazy("Loss reasons"),
}


@page
def first_list(request: PersonRequest) -> HttpResponseBase:
    return redirect("short_list", "segments")


@page
def short_list(request: PersonRequest, code: str) -> HttpResponseBase:
    require(request.user, "settings", Right.VIEW)
    if code not in LISTS:
        raise NotFound(_("There is no such list."))
    context = {
        "title": LISTS[code],
        "code": code,
        "entries": _entries(code),
        "lists": [(words, reverse("short_list", args=[each]), each == code) for each, words in LISTS.items()],
        "tabs": settings_tabs("short_lists"),
    }
    return TemplateResponse(request, "settings/short_list.html", context)


def _entries(code: str) -> list[Any]:
    return list(deal_queries.loss_reasons_whole() if code == "loss-reasons" else customer_queries.entries(code))


@submission
def add_entry(request: PersonRequest, code: str) -> HttpResponseBase:
    name = request.POST.get("name", "")
    if code == "loss-reasons":
        deals.create_loss_reason(by=request.user, name=name, now=request.now)
    else:
        customers.create_entry(by=request.user, code=code, name=name, now=request.now)
    return redirect("short_list", code)


@submission
def change_entry(request: PersonRequest, code: str, entry_id: int) -> HttpResponseBase:
    """Rename, take out of use, move or delete, by the button pressed."""
    do = request.POST.get("do", "save")
    if do == "delete":
        _delete_entry(request, code, entry_id)
    elif do in ("up", "down"):
        _move_entry(request, code, entry_id, do == "up")
    else:
        _save_entry(request, code, entry_id)
    return redirect("short_list", code)


def _save_entry(request: PersonRequest, code: str, entry_id: int) -> None:
    given: dict[str, Any] = {"name": request.POST.get("name", ""), "is_active": ticked(request, "is_active")}
    if code == "loss-reasons":
        deals.change_loss_reason(by=request.user, entry_id=entry_id, now=request.now, **given)
    else:
        customers.change_entry(by=request.user, code=code, entry_id=entry_id, now=request.now, **given)
    messages.success(request, _("Saved."))


def _delete_entry(request: PersonRequest, code: str, entry_id: int) -> None:
    if code == "loss-reasons":
        deals.delete_loss_reason(by=request.user, entry_id=entry_id, now=request.now)
    else:
        customers.delete_entry(by=request.user, code=code, entry_id=entry_id, now=request.now)
    messages.success(request, _("Deleted."))


def _move_entry(request: PersonRequest, code: str, entry_id: int, up: bool) -> None:
    ids = ordered([each.id for each in _entries(code)], entry_id, up)
    if code == "loss-reasons":
        deals.order_loss_reasons(by=request.user, ids=ids, now=request.now)
    else:
        customers.order_entries(by=request.user, code=code, ids=ids, now=request.now)
