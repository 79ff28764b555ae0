"""The addresses of one list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern, path

from otdel.interfaces.http import PersonRequest, page, submission
from otdel.interfaces.web.lists.files import export
from otdel.interfaces.web.lists.many import bulk
from otdel.interfaces.web.lists.narrowing import count, filters
from otdel.interfaces.web.lists.page import ListPage
from otdel.interfaces.web.lists.remembering import columns, forget_view, save_view
from otdel.interfaces.web.lists.views import show
from otdel.org import access
from otdel.org.rules import Right


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
