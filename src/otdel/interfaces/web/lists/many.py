"""One thing done to many rows of a list at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.core.errors import Invalid, NotFound
from otdel.core.listing import State
from otdel.core.listing.values import read_id
from otdel.interfaces.http import PersonRequest, local_address
from otdel.interfaces.web.lists.page import BulkAction, ListPage
from otdel.interfaces.web.lists.state import state_from_form
from otdel.org import access
from otdel.org.rules import Right, Scope

MOST_AT_ONCE = 1000


def allowed(person: Any, shown: ListPage) -> list[BulkAction]:
    return [each for each in shown.bulk if access.scope(person, shown.listing.key, Right(each.right)) > Scope.NONE]


def bulk(request: PersonRequest, shown: ListPage) -> HttpResponseBase:
    """Do one thing to the chosen rows, or to all the filter finds."""
    state = state_from_form(request, shown)
    wanted = request.POST.get("do", "")
    chosen = next((each for each in allowed(request.user, shown) if each.code == wanted), None)
    if chosen is None or not (chosen.act or chosen.opens):
        raise NotFound(_("There is no such action."))
    ids, value = _ids(request, state, chosen), request.POST.get("value", "")
    back = local_address(request, request.POST.get("back", "")) or f"{reverse(shown.name)}?{state.query}"
    if chosen.opens:
        return chosen.opens(request, ids, back)
    if chosen.asks and not value:
        return TemplateResponse(request, "lists/bulk.html", _asked(shown, state, chosen, ids, back))
    assert chosen.act is not None
    text, undo = chosen.act(request, ids, value)
    messages.success(request, text, extra_tags=undo)
    return redirect(back)


def _asked(shown: ListPage, state: State, chosen: BulkAction, ids: list[int], back: str) -> dict[str, Any]:
    number = len(ids)
    return {
        "action": chosen,
        "chooses": chosen.options is not None,
        "ids": ids,
        "query": state.query,
        "options": list(chosen.options(state.asking)) if chosen.options else (),
        "how_many": ngettext("%(count)s row is selected.", "%(count)s rows are selected.", number) % {"count": number},
        "url": reverse(f"{shown.name}_bulk"),
        "back": back,
    }


def _ids(request: PersonRequest, state: State, chosen: BulkAction) -> list[int]:
    if request.POST.get("all") == "1":
        ids = state.listing.ids(state, chosen.right, MOST_AT_ONCE + 1)
    else:
        ids = [number for text in request.POST.getlist("ids") if (number := read_id(text))]
    if not ids:
        raise Invalid(_("Choose at least one row."))
    if len(ids) > MOST_AT_ONCE:
        raise Invalid(_("At most a thousand rows at once: narrow the list first."))
    return ids
