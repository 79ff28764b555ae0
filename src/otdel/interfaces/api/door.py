"""The door itself: who comes in, how refusals are said (RFC 9457), what the description of it says."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from otdel.core.errors import Refusal
from otdel.interfaces.api import people, tasks
from otdel.interfaces.api.keys import Key, Pace
from otdel.interfaces.http import status_of

REQUESTS_A_MINUTE = 600


class Door(NinjaAPI):
    def create_response(self, request: HttpRequest, data: Any, **more: Any) -> HttpResponse:
        response = super().create_response(request, data, **more)
        response.headers["Content-Language"] = get_language() or "en"
        response.headers["Cache-Control"] = "no-store"
        return response


door = Door(
    title="Otdel",
    version="1",
    description="What a person may do in Otdel, their programs may do here, by a key made in My profile.",
    docs_url=None,  # its page would need scripts from elsewhere; the description is enough for any tool
    urls_namespace="api",
    auth=Key(),
    throttle=[Pace(REQUESTS_A_MINUTE)],
)
door.add_router("/tasks", tasks.router)
door.add_router("", people.router)


def _problem(request: HttpRequest, status: int, detail: str, **more: Any) -> HttpResponse:
    response = door.create_response(request, {"status": status, "detail": detail, **more}, status=status)
    response.headers["Content-Type"] = "application/problem+json; charset=utf-8"
    return response


@door.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    text = str(refusal)
    detail = "" if text == (type(refusal).__doc__ or "") else text
    field = {"field": refusal.field} if refusal.field else {}
    return _problem(request, status_of(refusal), detail or _("This cannot be done."), **field)


@door.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, failure: AuthenticationError) -> HttpResponse:
    response = _problem(request, 401, _("Send a key that is open: Authorization: Bearer otdel_…"))
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


@door.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, failure: ValidationError) -> HttpResponse:
    """Name the places; pydantic's own sentences are English only, so its codes are given instead."""
    errors = [{"field": _place(each["loc"]), "code": each["type"]} for each in failure.errors]
    names = ", ".join(dict.fromkeys(str(each["field"]) for each in errors))
    return _problem(request, 422, _("Could not be read: %(names)s") % {"names": names}, errors=errors)


def _place(location: tuple[Any, ...]) -> str:
    """`("body", "given", "people", 0)` is people.0: the first says where, the second how we call it."""
    where, *names = location
    return ".".join(str(each) for each in (names[1:] if where == "body" else names)) or str(where)


@door.exception_handler(Throttled)
def _hurried(request: HttpRequest, failure: Throttled) -> HttpResponse:
    response = _problem(request, 429, _("Too many requests. Wait a minute and try again."))
    response.headers["Retry-After"] = str(int(failure.wait or 0) + 1)
    return response


@door.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, failure: RequestDataTooBig) -> HttpResponse:
    return _problem(request, 413, _("That is too much for one request."))


@door.exception_handler(Http404)
def _nothing(request: HttpRequest, failure: Http404) -> HttpResponse:
    return _problem(request, 404, _("There is nothing at this address."))


@door.exception_handler(HttpError)
def _bad(request: HttpRequest, failure: HttpError) -> HttpResponse:
    """What the library itself refuses: a body that is no JSON, a method the address does not know."""
    words = {400: _("The body is not JSON."), 405: _("This address does not accept this method.")}
    return _problem(request, failure.status_code, words.get(failure.status_code, str(failure)))
