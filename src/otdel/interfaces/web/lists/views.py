"""The pages of a list: rows, filters, columns, saved views, bulk actions, files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from otdel.core import custom
from otdel.core.errors import Invalid, NotFound
from otdel.core.listing import Asking, Kind, Listing, Page, State
from otdel.core.listing.values import read_id
from otdel.interfaces import sheets
from otdel.interfaces.http import PersonRequest, local_address, page, submission
from otdel.interfaces.web import actions, formats, queries
from otdel.interfaces.web.lists import drawing, panel
from otdel.interfaces.web.lists.page import BulkAction, ListPage
from otdel.interfaces.web.nav import address, entrance
from otdel.org import access
from otdel.org.rules import Right, Scope

MOST_AT_ONCE = 1000


def asking_of(request: PersonRequest) -> Asking:
    return Asking(request.user, timezone.localtime(request.now))


def urls(shown: ListPage) -> list[URLPattern]:
    """Return the addresses of one list."""
    name, at = shown.name, shown.path

    def bound(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        def answer(request: PersonRequest, **given: Any) -> HttpResponseBase:
            access.require(request.user, shown.listing.key, Right.VIEW)
            return view(request, shown, **given)

        return answer

    return [
        path(at, page(bound(show)), name=name),
        path(f"{at}filters/", page(bound(filters)), name=f"{name}_filters"),
        path(f"{at}count/", page(bound(count)), name=f"{name}_count"),
        path(f"{at}columns/", submission(bound(columns)), name=f"{name}_columns"),
        path(f"{at}views/", submission(bound(save_view)), name=f"{name}_views"),
        path(f"{at}views/<int:view_id>/delete/", submission(bound(forget_view)), name=f"{name}_view_delete"),
        path(f"{at}bulk/", submission(bound(bulk)), name=f"{name}_bulk"),
        path(f"{at}file.<str:form>", page(bound(export)), name=f"{name}_file"),
    ]


# the state


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


# pages


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


# what is remembered


def _state_from_form(request: PersonRequest, shown: ListPage) -> State:
    """The form brings the address of the list it stands on."""
    return state_of(request, shown, QueryDict(request.POST.get("query", "")[:4000]))


def columns(request: PersonRequest, shown: ListPage) -> HttpResponseBase:
    state = _state_from_form(request, shown)
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
    state = _state_from_form(request, shown)
    name = request.POST.get("name", "")
    actions.save_view(by=request.user, listing=shown.listing.key, name=name, query=state.query, now=request.now)
    messages.success(request, _("The view is saved."))
    return redirect(f"{reverse(shown.name)}?{state.query}")


def forget_view(request: PersonRequest, shown: ListPage, view_id: int) -> HttpResponseBase:
    actions.forget_view(by=request.user, view_id=view_id, now=request.now)
    messages.success(request, _("The view is deleted."))
    return redirect(shown.name)


# many rows at once


def allowed(person: Any, shown: ListPage) -> list[BulkAction]:
    return [each for each in shown.bulk if access.scope(person, shown.listing.key, Right(each.right)) > Scope.NONE]


def bulk(request: PersonRequest, shown: ListPage) -> HttpResponseBase:
    """Do one thing to the chosen rows, or to all the filter finds."""
    state = _state_from_form(request, shown)
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
        "how_many": ngettext("%(count)s row is chosen.", "%(count)s rows are chosen.", number) % {"count": number},
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


# files


def export(request: PersonRequest, shown: ListPage, form: str) -> HttpResponseBase:
    """All rows of the filter with the columns shown. Only rows the right to export reaches."""
    writer = sheets.WRITERS.get(form)
    if writer is None:
        raise NotFound(_("There is no such file."))
    access.require(request.user, shown.listing.key, Right.EXPORT)
    state = state_of(request, shown, request.GET, queries.remembered(request.user, shown.listing.key).columns)
    local = sheets.Local.of(get_language() or "en", timezone.get_current_timezone(), _("yes"), _("no"))
    with transaction.atomic():
        file, number = writer(_headings(request, state), _cells(state), local, str(shown.title))
        actions.record_export(
            by=request.user, kind=shown.listing.key, count=number, form=form, query=state.query, now=request.now
        )
    return sheets.answer(file, form, f"{shown.file_name}-{request.today:%Y-%m-%d}")


def _headings(request: PersonRequest, state: State) -> list[sheets.Heading]:
    unit = request.company.currency
    return [
        sheets.Heading(f"{column.label}, {unit}" if column.kind is Kind.MONEY else str(column.label), column.kind.value)
        for column in state.columns
    ]


def _cells(state: State) -> Iterator[Sequence[Any]]:
    places = state.listing.places(state.columns)
    readers = [_reader(column, at) for column, at in zip(state.columns, places, strict=True)]
    for row in state.listing.everything(state):
        yield [reader(row) for reader in readers]


def _reader(column: Any, at: int) -> Callable[[tuple[Any, ...]], Any]:
    words = {code: str(label) for code, label in (column.choices or {}).items()}
    if column.kind is Kind.PERSON:
        return lambda row: " ".join(part for part in (row[at], row[at + 1]) if part)
    if words:
        return lambda row: words.get(row[at], row[at])
    return lambda row: row[at]


__all__ = ["allowed", "asking_of", "chips", "state_of", "urls"]
