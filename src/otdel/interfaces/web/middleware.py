"""What happens to every request: who asks, in which language and zone, at what time, and how a refusal is said."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware, get_user
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from otdel.core.errors import Refusal
from otdel.interfaces import http
from otdel.interfaces.http import AnyRequest, PersonRequest
from otdel.interfaces.web import refusals
from otdel.org import queries

if TYPE_CHECKING:
    from otdel.org.models import Person

Answer = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("otdel.web")


def request_id(get_response: Answer) -> Answer:
    """Number every request, so that a complaint can be found in the log."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        number = given if given.isascii() and given.isalnum() and len(given) <= 64 else secrets.token_hex(8)
        request.__dict__["number"] = number
        started = time.perf_counter()
        response = get_response(request)
        response.headers["X-Request-ID"] = number
        took = (time.perf_counter() - started) * 1000
        log.debug("%s %s %s %.0f ms %s", request.method, request.path, response.status_code, took, number)
        return response

    return middleware


def person(get_response: Answer) -> Answer:
    """Read the clock once; speak the person's language and count days in their zone.

    Costs the session and the person: two queries, none for who is not signed in.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        asked = cast(AnyRequest, request)
        asked.now = timezone.now()
        language = _settle(asked)
        try:
            response = get_response(request)
        finally:
            timezone.deactivate()
        response.headers.setdefault("Content-Language", language)
        if not asked.user.is_authenticated:
            patch_vary_headers(response, ("Accept-Language",))
        return response

    return middleware


def _settle(request: AnyRequest) -> str:
    if request.user.is_authenticated:
        signed = cast(PersonRequest, request)
        # the person, not Django's lazy stand-in: what rooms remember on it is then remembered once
        signed.user = cast("Person", get_user(request))
        return http.greet(signed)
    language = translation.get_language_from_request(request)
    timezone.activate(settings.TIME_ZONE)
    translation.activate(language)
    request.LANGUAGE_CODE = language
    request.today = timezone.localdate(request.now)
    return language


class SignInRequired(LoginRequiredMiddleware):
    """Nothing is shown to strangers unless the view says so: forgetting a decorator is not a leak."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        return http.to_sign_in(request)


ALWAYS_OPEN = ("/start/", "/static/", "/language/", "/look/", "/api/", "/app.", "/worker.js", "/offline/")


def first_run(get_response: Answer) -> Answer:
    """Lead everybody to the first run while there is no company. Those who are signed in have one."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated and not request.path.startswith(ALWAYS_OPEN) and queries.company() is None:
            return redirect("start")
        return get_response(request)

    return middleware


class Refusals:
    """Says the four refusals as pages and fragments."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        return refusals.leading(response) if refusals.is_kept(request) else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refusals.answer(request, exception) if isinstance(exception, Refusal) else None
