"""What a list of one kind of record looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import HttpResponseBase

from otdel.core.listing import Asking, Listing
from otdel.interfaces.http import PersonRequest


@dataclass(frozen=True)
class BulkAction:
    """What can be done to the chosen rows at once.

    `act(request, ids, value)` calls one action and returns (what to say, the address that undoes it or "").
    One that `asks` for a value is asked on a page of its own; `options` are its choices, None for a typed text.
    """

    code: str
    label: Any
    right: str
    act: Callable[[PersonRequest, list[int], str], tuple[str, str]] | None = None
    asks: Any = ""
    options: Callable[[Asking], Iterable[tuple[str, str]]] | None = None
    icon: str = ""
    danger: bool = False
    # further fields of that page: (name, words, type of its input)
    fields: tuple[tuple[str, Any, str], ...] = ()
    # what needs more than one value: shows a page of its own for the rows and the address of the list
    opens: Callable[[PersonRequest, list[int], str], HttpResponseBase] | None = None


@dataclass(frozen=True)
class ListPage:
    listing: Listing
    name: str  # of its address; "deals" gives also deals_filters, deals_columns…
    path: str  # "deals/"
    title: Any
    empty_title: Any
    empty_text: Any
    icon: str = "layout-list"
    card: str = ""  # the name of the address of a row's card
    create: str = ""  # the name of the address of the form for a new one
    create_label: Any = ""
    links: Mapping[str, str] = field(default_factory=dict)  # column → name of the address its link leads to
    tones: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # column → code → tone of its badge
    # a column of moments → the codes beside it, its second source, with which a moment gone by is late
    late: Mapping[str, frozenset[str]] = field(default_factory=dict)
    quick: tuple[tuple[Any, Mapping[str, str]], ...] = ()  # chips that set filters: (words, parameters)
    # lists of the same room: (words, name of the address); or what gives (words, address, is it this one) for a person
    tabs: tuple[tuple[Any, str], ...] | Callable[[Any], list[tuple[str, str, bool]]] = ()
    views: tuple[str, ...] = ()  # of those, the ones that show the same rows by the same filters
    begins: Mapping[str, str] = field(default_factory=dict)  # what the bare address asks for
    bulk: tuple[BulkAction, ...] = ()
    custom: str = ""  # the record whose custom fields the list shows
    more: str = ""  # a template with further buttons of the heading
    file_name: str = "otdel"
    on_day: Callable[[date], Listing] | None = None  # for a list that depends on the day, such as what is overdue
