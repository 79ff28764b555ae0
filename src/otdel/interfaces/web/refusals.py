"""How a refusal is said: a page, or for a part of a page a short sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from otdel.core.errors import NotAllowed, NotFound, Refusal
from otdel.interfaces.http import status_of

T = TypeVar("T")


def sentence(refusal: Refusal) -> str:
    """Return what to tell the person; "" where the rule left it to the page. Docstrings are for programmers."""
    text = str(refusal)
    return "" if text == (type(refusal).__doc__ or "") else text


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    status = status_of(refusal)
    if request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true":
        return _fragment(request, sentence(refusal), status)
    context = {"problem": sentence(refusal), "back": _came_from(request)}
    return render(request, f"errors/{status}.html", context, status=status)


def _came_from(request: HttpRequest) -> str:
    """Return the page of ours whose form was refused, so that there is a way back to it."""
    given = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if request.method == "POST" and given and safe else ""


def _fragment(request: HttpRequest, problem: str, status: int) -> HttpResponse:
    response = render(request, "components/refusal.html", {"problem": problem, "status": status}, status=status)
    if status == 422:  # forms come back as 422 and are shown in place; a refusal is only told
        problem = problem or str(response.content.decode())
        response.headers["HX-Reswap"] = "none"
        response.headers["HX-Trigger"] = json.dumps({"toast": {"text": problem, "tone": "bad"}})
    return response


def must(allowed: bool) -> None:
    """Refuse to show a form to whoever may see the record but not change it."""
    if not allowed:
        raise NotAllowed(_("Your role does not allow this for a record of this person."))


def attempt(form: BaseForm, act: Callable[[], T]) -> T | None:
    """Call an action for a valid form; what it refuses stands beside the field it is about."""
    try:
        return act()
    except NotFound:
        raise
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, sentence(refusal) or str(refusal))
        return None
