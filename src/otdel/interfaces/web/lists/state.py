"""What a list is asked for, by its address or by a form that stands on it."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict
from django.utils import timezone

from otdel.core import custom
from otdel.core.listing import Asking, Listing, State
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web.lists.page import ListPage


def asking_of(request: PersonRequest) -> Asking:
    return Asking(request.user, timezone.localtime(request.now))


def listing_of(shown: ListPage, today: date) -> Listing:
    """Return the list with the company's own fields. One query where the record may have them."""
    listing = shown.on_day(today) if shown.on_day else shown.listing
    if not shown.custom:
        return listing
    fields = custom.definitions(shown.custom)
    return listing.with_custom(custom.columns(fields), custom.filters(fields))


def state_of(request: PersonRequest, shown: ListPage, given: QueryDict, preferred: tuple[str, ...] = ()) -> State:
    params = {name: [str(value) for value in values] for name, values in given.lists()}
    return listing_of(shown, request.today).read(params, asking_of(request), preferred)


def state_from_form(request: PersonRequest, shown: ListPage) -> State:
    """The form brings the address of the list it stands on."""
    return state_of(request, shown, QueryDict(request.POST.get("query", "")[:4000]))
