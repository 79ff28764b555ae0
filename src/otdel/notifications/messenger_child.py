"""One message by apprise, in a program of its own: `{"url": …, "title": …, "body": …, "let": …}` in, `{"said": …}` out.

Whatever apprise and its hundred plugins do, this program connects only to what OTDEL_OUTSIDE lets, and reads no file.
"""

from __future__ import annotations

import builtins
import io
import ipaddress
import json
import logging
import socket
import sys
from typing import Any

from django.conf import settings

from otdel.core import outside
from otdel.host.environment import Outside


def main() -> None:
    asked = json.load(sys.stdin)
    let = asked["let"]
    networks = tuple(ipaddress.ip_network(each) for each in let["networks"])
    settings.configure(OUTSIDE=Outside(False, let["public"], tuple(let["names"]), networks), USE_I18N=False)
    json.dump({"said": say(asked)}, sys.stdout)


def say(asked: dict[str, Any]) -> str:
    """Return "" when it is said, else why not."""
    import apprise

    heard = _Heard()
    logging.getLogger("apprise").addHandler(heard)
    asset = apprise.AppriseAsset(async_mode=False, secure_logging=True, app_id="Otdel", app_desc="Otdel", app_url="")
    messenger = apprise.Apprise(asset=asset)
    refused = _shut()
    if not messenger.add(asked["url"]):
        return "unknown"
    if asked.get("check"):
        return ""
    if messenger.notify(title=asked["title"], body=asked["body"]):
        return ""
    return next(iter(refused), heard.last) or "refused"


class _Heard(logging.Handler):
    """What apprise says of a failure: it returns only that there was one."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.last = self.last or record.getMessage()[:300]


def _shut() -> list[str]:
    """From now on connect to what is let, and open nothing. Returns where what was not let is named."""
    connect = socket.socket.connect
    allowed: set[str] = set()
    said: list[str] = []

    def resolve(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        found = real(host, port, *args, **options)
        for _family, _type, _proto, _name, place in found:
            if not outside.is_let(name, ipaddress.ip_address(str(place[0]).partition("%")[0])):
                said.append(outside.refusal(name))
                raise ConnectionRefusedError(said[-1])
            allowed.add(str(place[0]))
        return found

    def guarded(self: socket.socket, place: Any) -> None:
        host = str(place[0]) if isinstance(place, tuple) else ""
        if host not in allowed:
            resolve(host, None)
        connect(self, place)

    def refused(*_args: Any, **_options: Any) -> Any:
        raise PermissionError("not here")

    real, socket.getaddrinfo = socket.getaddrinfo, resolve
    # replacing a method is what a type checker forbids, and the whole point here: apprise has many ways to a socket
    socket.socket.connect = guarded  # type: ignore[method-assign,assignment]
    socket.socket.connect_ex = socket.socket.sendto = refused  # type: ignore[method-assign]
    builtins.open = io.open = refused
    return said


if __name__ == "__main__":
    main()
