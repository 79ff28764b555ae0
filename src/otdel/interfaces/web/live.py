"""Where a page listens for what changed, and the ticket it may listen with.

People who come straight to the web server find live updates on a port beside it. Whoever comes by another name or port
comes through a proxy, which leads `/live/` there; where it does not, pages go on asking every minute.
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.http import HttpResponse
from django.http.request import split_domain_port

from otdel.core import live
from otdel.interfaces.http import PersonRequest

PATH = "/live/"
NOT_LED_HERE = "Live updates are on port {port}: lead {path} of your proxy there (see the guide of an administrator).\n"


def offer(request: PersonRequest) -> dict[str, dict[str, str]]:
    """Return what an answer's HX-Trigger says for the page to listen: it is asked anyway, so pages pay nothing."""
    where = address(request.get_host(), request.is_secure(), settings.PORT, settings.LIVE_PORT)
    return {"live": {"url": f"{where}?ticket={live.ticket(request.user.pk, request.now)}"}} if where else {}


@lru_cache(maxsize=256)
def address(host: str, secure: bool, port: int, live_port: int) -> str:
    """Return where to listen for whoever typed this host, or "" for nowhere."""
    if not live_port:
        return ""
    name, typed = split_domain_port(host)
    if secure or typed != str(port) or not name:
        return PATH
    return f"http://{name}:{live_port}{PATH}"


def origin(host: str) -> str:
    """Return the address beside us that a page of this host may connect to, or ""."""
    where = address(host, False, settings.PORT, settings.LIVE_PORT)
    return where.removesuffix(PATH)


def not_led_here() -> HttpResponse:
    """Answer a proxy that leads everything to us."""
    text = NOT_LED_HERE.format(port=settings.LIVE_PORT, path=PATH)
    return HttpResponse(text, status=404, content_type="text/plain; charset=utf-8")
