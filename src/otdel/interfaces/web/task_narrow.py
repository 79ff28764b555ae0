"""The filters of the list of tasks on its other views: they show the same rows otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from otdel.core.listing import State
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import lists
from otdel.interfaces.web.nav import entrance
from otdel.interfaces.web.task_shared import TABS, whose_options
from otdel.interfaces.web.tasks import LIST
from otdel.tasks import queries

Pairs = Sequence[tuple[str, str]]
# what a view of unfinished work says anyway
SAID = ("open", "all", "finished")
OF_WHOM = {"": {"role": "mine"}, "given": {"role": "given"}, "watching": {"role": "watching"}, "all": {}}


def asked(request: PersonRequest) -> State:
    """Return what the address asks of the list, as far as a view of unfinished work shows it. No query."""
    state = lists.state_of(request, LIST, request.GET)
    kept = {key: each for key, each in state.values.items() if key != "bin" and not (key == "stage" and each in SAID)}
    return replace(state, values=kept, cursor=None)


def counted(request: PersonRequest) -> State:
    """Return the same for numbers that say themselves what waits."""
    state = asked(request)
    return replace(state, values={key: each for key, each in state.values.items() if key != "waits"})


def tidied(request: PersonRequest) -> str:
    """Return the address without the empty fields a form sends, "" when there are none."""
    pairs = [(name, value) for name, values in request.GET.lists() for value in values]
    full = [pair for pair in pairs if pair[1]]
    return "" if full == pairs else f"{request.path}?{urlencode(full)}"


def context(request: PersonRequest, state: State, name: str, who: str, own: Pairs) -> dict[str, Any]:
    """Return what the template needs to show and change the filters; `own` are other parameters of the view."""
    filtered = not queries.SAYS_WHOSE.isdisjoint(state.values)
    whose = {} if filtered else OF_WHOM.get(who, {"assignee": who})
    return filters(request, state, name, [*own, *([("who", who)] if who else [])], whose) | {
        "tabs": tabs(name, state),
        "picks": [] if filtered else whose_options(request, who, [*state.pairs(), *own]),
    }


def filters(request: PersonRequest, state: State, name: str, kept: Pairs, whose: Mapping[str, str]) -> dict[str, Any]:
    """Return the filters alone, of a view that says itself whose work it shows: `whose` says it to the list."""
    url = reverse(name)
    return {
        "url": url,
        "hidden": [*(pair for pair in state.pairs() if pair[0] != "q"), *kept],
        "search": state.values.get("q", ""),
        "chips": [(words, f"{url}?{query}&{urlencode(kept)}") for words, query in lists.chips(state)],
        "clear": f"{url}?{urlencode(kept)}",
        "filters_url": f"{reverse('tasks_filters')}?{urlencode([*state.pairs(), *kept, ('on', name)])}",
        "as_list": f"{reverse('tasks')}?{urlencode(_list(state, whose))}",
    } | bulk(request, state.query)


def bulk(request: PersonRequest, query: str = "") -> dict[str, Any]:
    """Return what the bar needs that does one thing to the ticked rows of a view, and comes back to it."""
    return {
        "query": query,
        "bulk": lists.allowed(request.user, LIST),
        "bulk_url": reverse("tasks_bulk"),
        "here": request.get_full_path(),
    }


def tabs(now: str, state: State) -> list[tuple[Any, str, bool]]:
    return [(words, _tab(each, state), each == now) for words, each in TABS]


def _tab(name: str, state: State) -> str:
    """The filters go along to the views that have them."""
    if name not in (LIST.name, *LIST.views) or not state.values:
        return entrance(name)
    return f"{reverse(name)}?{urlencode([*state.pairs(), *([('stage', 'open')] if name == LIST.name else [])])}"


def _list(state: State, whose: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the parameters by which the list shows the rows of the view."""
    return [*state.pairs(), *(pair for pair in (*whose.items(), ("stage", "open")) if pair[0] not in state.values)]
