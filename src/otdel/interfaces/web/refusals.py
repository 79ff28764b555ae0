"""How a refusal is said: a page, or for a part of a page a short sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TypeVar

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from otdel.core.errors import Invalid, NotAllowed, NotFound, Refusal
from otdel.interfaces.http import status_of

T = TypeVar("T")


def sentence(refusal: Refusal) -> str:
    """Return what to tell the person; "" where the rule left it to the page. Docstrings are for programmers."""
    text = str(refusal)
    return "" if text == (type(refusal).__doc__ or "") else text


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    status = status_of(refusal)
    if is_kept(request):
        return _fragment(request, refusal, status)
    if request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true":
        return _told(_fragment(request, refusal, status), refusal)
    typed = _typed(request) if status in (409, 422) else []
    context = {"problem": sentence(refusal), "back": _came_from(request), "typed": typed}
    return render(request, f"errors/{status}.html", context, status=status)


def _came_from(request: HttpRequest) -> str:
    """Return the page of ours whose form was refused, so that there is a way back to it."""
    given = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if request.method == "POST" and given and safe else ""


def _fragment(request: HttpRequest, refusal: Refusal, status: int) -> HttpResponse:
    problems = refusal.details.get("problems", ())
    context = {"problem": sentence(refusal), "field": refusal.field, "problems": problems, "status": status}
    return render(request, "components/refusal.html", context, status=status)


def _told(response: HttpResponse, refusal: Refusal) -> HttpResponse:
    if response.status_code == 422:  # forms come back as 422 and are shown in place; a refusal is only told
        problem = sentence(refusal) or str(response.content.decode())
        response.headers["HX-Reswap"] = "none"
        told = {"text": problem, "tone": "bad", "field": refusal.field}
        response.headers["HX-Trigger"] = json.dumps({"toast": told})
    return response


def is_kept(request: HttpRequest) -> bool:
    """Whether the page stays open until its form is taken (data-kept), and shows a refusal where it stands."""
    return request.method == "POST" and request.headers.get("X-Kept") == "1"


def leading(response: HttpResponseBase) -> HttpResponseBase:
    """Tell such a page where to go: it cannot see where a redirect leads."""
    if response.status_code in (301, 302, 303):
        led = HttpResponse(status=204, headers={"X-Leads-To": response.headers["Location"]})
        led.cookies = response.cookies
        return led
    return response


NOT_WORDS = re.compile(r"csrfmiddlewaretoken|next|.*(password|secret|token|code)")


def _typed(request: HttpRequest) -> list[str]:
    """Return the words that were typed, so that they are not lost where pages work without scripts. No secrets."""
    if request.method != "POST" or "password" in request.POST:
        return []
    given = [str(value).strip() for name, value in request.POST.items() if not NOT_WORDS.fullmatch(name)]
    return [value for value in given if len(value) > 2 and not re.fullmatch(r"[A-Z_]+|\d+", value)][:20]


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
        _put(form, refusal)
        return None


def taken(request: HttpRequest, form: BaseForm, act: Callable[[], object]) -> bool:
    """Whether a form was right and its action took it; what it says of the values stands beside their fields.

    Other refusals are not of the values: they are said as everywhere. A page that stays is told only what is wrong.
    """
    if form.is_valid():
        try:
            act()
        except Invalid as refusal:
            _put(form, refusal)
        else:
            return True
    if is_kept(request):
        problems = [(name, str(said[0])) for name, said in form.errors.items()]
        raise Invalid(problems[0][1], field=problems[0][0], problems=problems)
    return False


def _put(form: BaseForm, refusal: Refusal) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, sentence(refusal) or str(refusal))
