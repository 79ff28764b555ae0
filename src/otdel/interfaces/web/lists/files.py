"""A list taken away as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otdel.core.errors import NotFound
from otdel.core.listing import Kind, State
from otdel.interfaces import sheets
from otdel.interfaces.http import PersonRequest
from otdel.interfaces.web import actions, queries
from otdel.interfaces.web.lists.page import ListPage
from otdel.interfaces.web.lists.state import state_of
from otdel.org import access
from otdel.org.rules import Right


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
