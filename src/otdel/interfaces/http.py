"""What every door shares: the typed request, what a view answers to, and the status of each refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from otdel.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from otdel.org import queries

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from otdel.org.models import Person
    from otdel.org.queries import CompanySettings

P = ParamSpec("P")

STATUS: Mapping[type[Refusal], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 422, Refusal: 400}


def status_of(refusal: Refusal) -> int:
    return next(status for kind, status in STATUS.items() if isinstance(refusal, kind))


class AnyRequest(HttpRequest):
    """A request as our middleware leaves it: the clock was read once."""

    now: datetime
    today: date  # in the person's own time zone
    htmx: HtmxDetails
    upload_too_large: bool  # said only where it is


class PersonRequest(AnyRequest):
    """A request of somebody who is signed in."""

    user: Person
    company: CompanySettings


def greet(request: PersonRequest) -> str:
    """Speak the person's language and count days in their zone from here on; return the language."""
    request.company = queries.company_of(request.user)
    language = queries.language_of(request.user)
    timezone.activate(queries.zone_of(request.user))
    translation.activate(language)
    request.LANGUAGE_CODE = language
    request.today = timezone.localdate(request.now)
    return language


View = Callable[Concatenate[PersonRequest, P], HttpResponseBase]


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Send somebody who is not signed in, or not any more, to the sign-in page and then back to where they were."""
    if request.headers.get("HX-Request") == "true":
        try:
            here = urlsplit(request.headers.get("HX-Current-URL", ""))
        except ValueError:
            here = urlsplit("/")
        back = redirect_to_login(here.path + (f"?{here.query}" if here.query else ""), resolve_url("account_login"))
        return HttpResponse(status=401, headers={"HX-Redirect": back.url})
    target = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return redirect_to_login(target, resolve_url("account_login"))


def way_back(request: HttpRequest) -> str:
    """Return where the posted form says it came from, if that is a page of ours, else the first page."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe and target.startswith("/") else "/"


def local_address(request: HttpRequest, target: str) -> str:
    """Return the address if it is one of ours, else ""."""
    return target if target.startswith("/") and url_has_allowed_host_and_scheme(target, {request.get_host()}) else ""


def _check_characters(request: HttpRequest) -> None:
    """Refuse what no person types: PostgreSQL keeps no NUL in a text, and no form of ours needs one."""
    if any("\x00" in text for _name, texts in request.POST.lists() for text in texts):
        raise Invalid(_("The form holds a character that cannot be kept. Remove it and try again."))


def _answering(*methods: str) -> Callable[[View[P]], View[P]]:
    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def wrapped(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            _check_characters(request)
            return view(request, *args, **kwargs)

        return cast("View[P]", wrapped)

    return decorate


# A page asks, a submission calls exactly one action, a form shows itself and takes its answer.
def page(view: View[P]) -> View[P]:
    """Answer GET of somebody who is signed in."""
    return _answering("GET", "HEAD")(view)


def submission(view: View[P]) -> View[P]:
    """Answer POST of somebody who is signed in."""
    return _answering("POST")(view)


def form(view: View[P]) -> View[P]:
    """Answer GET and POST of somebody who is signed in."""
    return _answering("GET", "HEAD", "POST")(view)


Context = dict[str, Any]


def form_status(form: Any) -> int:
    """A page with a form that must be mended is 422, which htmx shows in place."""
    return 422 if form.is_bound and form.errors else 200
