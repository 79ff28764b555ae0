"""What a proxy says about the visitor, believed only from the addresses of OTDEL_TRUSTED_PROXY."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

NOWHERE = "0.0.0.0"  # noqa: S104 - not an address to listen on
FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def forwarded(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Take away what anybody but a named proxy forwards, before anything reads it: https, host, address."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        # through a proxy on this machine every stranger looks local: /metrics must know
        request.META["otdel.forwarded"] = any(name in request.META for name in FORWARDED)
        if not (settings.ENVIRONMENT.trusted_proxies and is_trusted(request.META.get("REMOTE_ADDR", ""))):
            for name in FORWARDED:
                request.META.pop(name, None)
        return get_response(request)

    return middleware


def client_address(request: HttpRequest) -> str:
    """Return the address of the visitor: the nearest hop that is not one of our proxies."""
    address = request.META.get("REMOTE_ADDR") or "127.0.0.1"
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        if not (hop.strip() and is_trusted(address)):
            break
        address = hop.strip()
    found = parsed(address)
    return NOWHERE if found is None else str(found)


def is_trusted(text: str) -> bool:
    address = parsed(text)
    return address is not None and any(address in network for network in settings.ENVIRONMENT.trusted_proxies)


def parsed(text: str) -> Address | None:
    """Read an address; some proxies add a port to it, and IPv4 may come dressed as IPv6."""
    bare = re.sub(r"^\[(.*)\](:\d+)?$|^(\d+(?:\.\d+){3}):\d+$", lambda found: found[1] or found[3], text.strip())
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
