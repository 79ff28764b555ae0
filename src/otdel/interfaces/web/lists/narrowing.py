"""The form of all filters of a list, and how many rows they find."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import formats
from otdel.interfaces.web.lists import panel
from otdel.interfaces.web.lists.page import ListPage
from otdel.interfaces.web.lists.state import state_of


def filters(request: PersonRequest, shown: ListPage) -> HttpResponseBase:
    """The form of all filters, as a page or as the inside of the dialog."""
    state = state_of(request, shown, request.GET)
    own = {name for each in state.listing.filters for name in each.names}
    view = request.GET.get("on", "")
    keep = [pair for pair in state.pairs() if pair[0] not in own]
    if view in shown.views:  # parameters of the view's own
        keep = [(name, str(value)) for name, value in request.GET.items() if name not in (*own, "on", "sort", "cols")]
    context = {
        "page": shown,
        "url": reverse(view if view in shown.views else shown.name),
        "controls": panel.controls(state),
        "keep": keep,
    }
    part = "#form" if request.htmx else ""
    return TemplateResponse(request, f"lists/filters.html{part}", context)


def count(request: PersonRequest, shown: ListPage) -> HttpResponseBase:
    """How many rows the filter has: counted up to a thousand, then as the planner thinks."""
    state = state_of(request, shown, request.GET)
    number, whole = state.listing.count(state)
    fmt = formats.current()
    if whole:
        text = ngettext("%(count)s row", "%(count)s rows", number) % {"count": fmt.number(number)}
    else:
        about = max(state.listing.estimate(state), number)
        text = _("about %(count)s rows") % {"count": fmt.compact(about, None, 2)}
    if request.htmx:
        return HttpResponse(text)
    messages.info(request, text)
    return redirect(f"{reverse(shown.name)}?{state.query}")
