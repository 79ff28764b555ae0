"""The ASGI app: `/live/?ticket=…` answers with server-sent events, `/live/health` says whether it hears.

    event: look
    data: tasks,notices

says that these topics changed. `event: leave` asks the page not to come back by itself. A line lasts at most ten
minutes: then the page asks for a new ticket, and whoever may not sign in any more gets none.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils import timezone

from otdel.core import live
from otdel.interfaces.live.hub import Full, Hub, Line
from otdel.interfaces.live.listener import Listener

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otdel.settings")

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

HEARTBEAT = 20.0  # seconds; proxies give up on a silent answer after sixty
LONGEST = 600.0
BEAT = "event: beat\ndata: .\n\n"  # a page that hears none for long knows that its line is dead
BREATH = 0.5  # between two words to the same page: a hundred changes in a row are one look
OPEN_FILES = 16_384


class App:
    def __init__(self) -> None:
        self.hub = Hub()
        self.listener = Listener(self.hub)
        self._listening: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Begin to listen when the server starts; let every page go when it stops."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                _allow_many_files()
                self._listening = asyncio.create_task(self.listener.listen())
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self._stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _stop(self) -> None:
        self.hub.end()
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        path, host = scope["path"], split_domain_port(headers.get("host", ""))[0]
        if path == "/live/health":
            await _say(send, *((200, "listening") if self.listener.hears else (503, "deaf")))
        elif path != "/live/" or scope["method"] != "GET":
            await _say(send, 404, "There is nothing here.")
        elif not validate_host(host, settings.ALLOWED_HOSTS) or not _is_ours(headers.get("origin"), host):
            await _say(send, 400, "Not an address of this Otdel: see OTDEL_URL and OTDEL_ALLOWED_HOSTS.")
        else:
            await self._listen(scope, headers.get("origin"), receive, send)

    async def _listen(self, scope: Scope, origin: str | None, receive: Receive, send: Send) -> None:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        held = live.holder(query.get("ticket", [""])[0], timezone.now())
        allowed = {"access-control-allow-origin": origin} if origin else {}
        if held is None:
            await _say(send, 403, "The ticket is not ours or has grown old: ask for the counters again.", allowed)
            return
        try:
            person, since = held
            with self.hub.line(person, since - _age(query)) as line:
                await _send_events(line, receive, send, allowed)
        except Full:
            await _say(send, 503, "Too many pages are open.", allowed)


def _age(query: Mapping[str, list[str]]) -> int:
    """For how many seconds the page had been standing when it called: what changed meanwhile is not on it."""
    said = query.get("age", ["0"])[0]
    return min(int(said), live.TICKET_SECONDS) if said.isascii() and said.isdigit() and len(said) < 9 else 0


async def _send_events(line: Line, receive: Receive, send: Send, allowed: Mapping[str, str]) -> None:
    """Speak until the page goes away."""
    speaking = asyncio.create_task(_speak(line, send, allowed))
    leaving = asyncio.create_task(_gone(receive))
    await asyncio.wait({speaking, leaving}, return_when=asyncio.FIRST_COMPLETED)
    for task in (speaking, leaving):
        task.cancel()
    await asyncio.gather(speaking, leaving, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _speak(line: Line, send: Send, allowed: Mapping[str, str]) -> None:
    clock = asyncio.get_running_loop().time
    ends = clock() + LONGEST
    headers = {"content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"}
    await send({"type": "http.response.start", "status": 200, "headers": _encoded({**headers, **allowed})})
    await _write(send, ": hello\n\n")
    while not line.ended and clock() < ends:
        topics = await line.wait(HEARTBEAT)
        if line.ended:
            break
        await _write(send, f"event: look\ndata: {','.join(topics)}\n\n" if topics else BEAT)
        await asyncio.sleep(BREATH if topics else 0)
    await _write(send, "event: leave\ndata: \n\n" if line.ended == "leave" else "", more=False)


async def _write(send: Send, text: str, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": more})


async def _say(send: Send, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
    plain = {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store", **(headers or {})}
    await send({"type": "http.response.start", "status": status, "headers": _encoded(plain)})
    await _write(send, f"{text}\n", more=False)


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in {**headers, "vary": "origin"}.items()]


def _is_ours(origin: str | None, host: str) -> bool:
    """Whether a page of this host asks; of another port, since the web server has its own."""
    if not origin:
        return True
    try:
        return urlsplit(origin).hostname == host.strip("[]")
    except ValueError:
        return False


def _allow_many_files() -> None:
    """Each open page is an open file; services begin with a thousand."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


application = App()
