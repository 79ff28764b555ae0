"""The page of a list: its rows, headings, tabs and filters in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from otdel.core.listing import Kind, Page, State
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import formats, queries
from otdel.interfaces.web.lists import drawing
from otdel.interfaces.web.lists.many import allowed
from otdel.interfaces.web.lists.page import ListPage
from otdel.interfaces.web.lists.state import state_of
from otdel.interfaces.web.nav import address, entrance
from otdel.org import access
from otdel.org.rules import Right


def show(request: PersonRequest, shown: ListPage) -> HttpResponseBase:
    """The list itself; for htmx only its rows."""
    memory = queries.remembered(request.user, shown.listing.key)
    state = state_of(request, shown, _given(request, shown), memory.columns)
    if any(not value for _name, value in request.GET.items()):
        return redirect(f"{request.path}?{state.at(state.cursor)}")  # a form sends its empty fields too
    found = state.listing.page(state)
    fragment = bool(request.htmx) and request.htmx.target == "results"
    context = _context(request, shown, found, memory) | {"fragment": fragment}
    return TemplateResponse(request, f"lists/list.html{'#results' if fragment else ''}", context)


def _given(request: PersonRequest, shown: ListPage) -> QueryDict:
    """Return what the address asks for; a list may begin with less than all of it."""
    return request.GET or QueryDict(urlencode(shown.begins))


def _context(request: PersonRequest, shown: ListPage, found: Page, memory: queries.Remembered) -> dict[str, Any]:
    state, person = found.state, request.user
    bulk = allowed(person, shown)
    return {
        "page": shown,
        "url": request.path,
        "state": state,
        "rows": _rows(request, shown, found, bool(bulk)),
        "head": _head(request, shown, state, bool(bulk)),
        "shown_count": _shown(found),
        "unknown": bool(found.next or found.previous),
        "back": f"?{state.at(found.previous)}" if found.previous else "",
        "forward": f"?{state.at(found.next)}" if found.next else "",
        "chips": [(each, f"{request.path}?{query}") for each, query in chips(state, _said(shown, state))],
        "quick": _quick(request, shown, state),
        "tabs": _tabs(person, shown, state),
        "at_first": bool(shown.begins) and not request.GET,
        "columns": [(column.key, column.label, column in state.columns) for column in state.listing.columns],
        "views": [
            (name, f"{request.path}?{query}", query == state.query, reverse(f"{shown.name}_view_delete", args=[pk]))
            for pk, name, query in memory.views
        ],
        "bulk": bulk,
        "may_create": shown.create and access.scope(person, shown.listing.key, Right.CREATE),
        "may_export": access.scope(person, shown.listing.key, Right.EXPORT),
        "can": {name: reverse(f"{shown.name}_{name}") for name in ("filters", "count", "columns", "views", "bulk")},
        "files": [(form, reverse(f"{shown.name}_file", args=[form])) for form in ("xlsx", "csv")],
        "search": state.values.get("q", ""),
        "keep": [pair for pair in state.pairs() if pair[0] != "q"],
    }


def _tabs(person: Any, shown: ListPage, state: State) -> list[tuple[Any, str, bool]]:
    if callable(shown.tabs):
        return list(shown.tabs(person))
    return [(words, _tab(shown, name, state), name == shown.name) for words, name in shown.tabs if address(name)]


def _tab(shown: ListPage, name: str, state: State) -> str:
    """The other views of the same rows keep the filter."""
    return f"{address(name)}?{state.query}" if name in shown.views and state.values else entrance(name)


def _rows(request: PersonRequest, shown: ListPage, found: Page, choosable: bool) -> SafeString:
    return drawing.body(
        drawing.Drawing(
            page=shown,
            fmt=formats.current(),
            zone=timezone.get_current_timezone(),
            today=request.today,
            now=request.now,
            rows=found.rows,
            choosable=choosable,
        ),
        found,
    )


@dataclass(frozen=True)
class Head:
    """A heading: its words, and when it sorts, where a press leads and which way it is now."""

    label: str
    classes: str
    url: str = ""
    direction: str = ""


def _head(request: PersonRequest, shown: ListPage, state: State, choosable: bool) -> list[Head]:
    currency = formats.SYMBOLS.get(request.company.currency, request.company.currency)
    heads = []
    for column in state.columns:
        label = f"{column.label}, {currency}" if column.kind is Kind.MONEY else str(column.label)
        direction = ("descending" if state.falling else "ascending") if column.key == state.sort_key else ""
        url = f"?{state.sorted_by(column.key).query}" if column.sort else ""
        heads.append(Head(label, "num" if column.numeric else "", url, direction))
    return heads


def _shown(found: Page) -> str:
    number = len(found.rows)
    return formats.current().number(number) + ("+" if found.next else "")


def _said(shown: ListPage, state: State) -> set[str]:
    """Filters the list begins with are not said again while one of the quick choices says them."""
    now = dict(state.pairs())
    return {key for key in shown.begins if any(wanted == {key: now.get(key)} for _words, wanted in shown.quick)}


def chips(state: State, said: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    for each in state.listing.filters:
        if each.key in state.values and each.key not in ("q", *said):
            yield each.says(state.values[each.key], state.asking), state.without(each.key).query


def _quick(request: PersonRequest, shown: ListPage, state: State) -> list[tuple[str, str, bool]]:
    """The most wanted filters as one press: each sets its parameters and leaves the others."""
    now = dict(state.pairs())
    rows = []
    for words, wanted in shown.quick:
        on = all(now.get(name, "") == value for name, value in wanted.items())
        kept = {name: value for name, value in now.items() if name not in wanted}
        pairs = kept if on and any(wanted.values()) else kept | {name: value for name, value in wanted.items() if value}
        rows.append((str(words), f"{request.path}?{urlencode(pairs)}", on))
    return rows
