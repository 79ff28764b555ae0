"""Calls to other hosts, none of which is called unless OTDEL_OUTSIDE lets it.

An address people typed in is an order to this machine to knock somewhere: so names are resolved once, every address
they have must be let, exactly that address is called, and an answer that sends elsewhere is not followed.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from otdel.core.errors import Invalid

LONGEST_ANSWER = 4096
PUSH_SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".notify.windows.com",
    ".push.apple.com",
    ".push.services.mozilla.com",
)
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotLet(Invalid):
    """The administrator has not let this host be called."""


class NoAnswer(Exception):
    """It could not be reached, or took too long."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


def is_let(host: str, ip: Ip | None = None) -> bool:
    """Whether OTDEL_OUTSIDE lets this host be called, at this address of it."""
    rules, name = settings.OUTSIDE, host.lower().rstrip(".")
    if _named(name, rules.names):
        return True
    if ip is not None and any(ip in each for each in rules.networks):
        return True
    is_open = rules.public or (rules.push and _named(name, PUSH_SERVICES))
    return is_open and (ip is None or _is_public(ip))


def is_let_by_name(host: str, ip: Ip) -> bool:
    """Whether the administrator named this very host or network: such a one may be called without encryption."""
    return _named(host.lower(), settings.OUTSIDE.names) or any(ip in each for each in settings.OUTSIDE.networks)


def _named(name: str, names: tuple[str, ...]) -> bool:
    return any(name == each or (each.startswith(".") and name.endswith(each)) for each in names)


def _is_public(ip: Ip) -> bool:
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
    return ip.is_global and not ip.is_multicast and inner.is_global and not getattr(ip, "teredo", None)


def resolve(host: str, port: int) -> list[tuple[int, Ip]]:
    """Return the family and address of each way to the host. Raises NotLet when any of them is not let."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswer(_("The host %(host)s was not found.") % {"host": host}) from error
    ways = [(int(family), ipaddress.ip_address(str(place[0]).partition("%")[0])) for family, _t, _p, _n, place in found]
    for _family, ip in ways:
        if not is_let(host, ip):
            raise NotLet(refusal(host))
    return ways


def refusal(host: str) -> str:
    return _("The administrator has not allowed calls to %(host)s.") % {"host": host}


def split(url: str) -> tuple[SplitResult, str, int]:
    """Return the parts, host and port of an address people gave. Raises NotLet for what is no web address."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or parts.username or len(url) > 2000 or not url.isprintable():
        raise NotLet(_("Enter an address that begins with https://"))
    return parts, host, port or (443 if parts.scheme == "https" else 80)


def check(url: str) -> None:
    """Refuse an address that could not be called. Asks the name server at most."""
    parts, host, port = split(url)
    try:
        ways = resolve(host, port)
    except NoAnswer as error:
        raise NotLet(str(error)) from None
    _check_cipher(parts, host, ways)


def _check_cipher(parts: SplitResult, host: str, ways: list[tuple[int, Ip]]) -> None:
    if parts.scheme != "https" and not all(is_let_by_name(host, ip) for _family, ip in ways):
        raise NotLet(_("Enter an address that begins with https://"))


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = 10) -> Answer:
    """Send and return the beginning of the answer. Raises NotLet, or NoAnswer after so many seconds at most."""
    parts, host, port = split(url)
    ways = resolve(host, port)
    _check_cipher(parts, host, ways)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    ends = time.monotonic() + seconds
    try:
        with _connected(parts.scheme, host, port, ways, ends) as wire:
            said = {"Host": parts.netloc, "User-Agent": "Otdel", "Connection": "close", **headers}
            wire.request("POST", path, body, said)
            answer = wire.getresponse()
            text = answer.read(LONGEST_ANSWER).decode("utf-8", "replace")
            if time.monotonic() >= ends:  # cut: what came before that may be half an answer
                raise TimeoutError
            return Answer(answer.status, " ".join(text.split())[:500], {k.lower(): v for k, v in answer.getheaders()})
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() >= ends or isinstance(error, TimeoutError)
        said_of_it = _("no answer in %(seconds)s s") % {"seconds": f"{seconds:g}"} if late else _reason(error)
        raise NoAnswer(f"{host}: {said_of_it}") from error


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


@contextlib.contextmanager
def _connected(
    scheme: str, host: str, port: int, ways: list[tuple[int, Ip]], ends: float
) -> Iterator[http.client.HTTPConnection]:
    """Hold a connection to the address that was checked, which is cut when the time is over, however it is dripping."""
    raw = _open(ways, port, ends)
    wire = http.client.HTTPConnection(host, port)
    wire.sock = _ciphered(raw, host) if scheme == "https" else raw
    cut = threading.Timer(max(ends - time.monotonic(), 0.01), _cut, [wire.sock])
    cut.daemon = True
    cut.start()
    try:
        if isinstance(wire.sock, ssl.SSLSocket):
            wire.sock.do_handshake()
        yield wire
    finally:
        cut.cancel()
        wire.close()


def _ciphered(raw: socket.socket, host: str) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    return context.wrap_socket(raw, server_hostname=host, do_handshake_on_connect=False)


def _open(ways: list[tuple[int, Ip]], port: int, ends: float) -> socket.socket:
    last: OSError = TimeoutError()
    for family, ip in ways[:4]:
        raw = socket.socket(family, socket.SOCK_STREAM)
        raw.settimeout(max(ends - time.monotonic(), 0.01))
        try:
            raw.connect((str(ip), port))
            return raw
        except OSError as error:
            raw.close()
            last = error
    raise last


def _cut(raw: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(raw, socket.SHUT_RDWR)
