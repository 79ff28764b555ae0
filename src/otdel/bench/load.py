"""A load driver: two pages asked in turns over kept connections, compared round by round."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

GOOD = (200, 204)  # the counters come in a header


class BadAnswer(Exception):
    """The server did not answer a page as it should."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One kept connection; sends ready bytes and reads by Content-Length, so that it costs next to nothing."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def ask(self, message: bytes) -> Answer:
        self.socket.sendall(message)
        data = self.rest
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split(" ")[1])
        if "content-length" not in headers and status != 204:
            raise BadAnswer(f"an answer without Content-Length: {first}")
        length = int(headers.get("content-length", 0))
        parts, have = [body], len(body)
        while have < length:
            parts.append(self._more())
            have += len(parts[-1])
        body = b"".join(parts)
        self.rest = body[length:]
        return Answer(status, headers, body[:length])

    def _more(self) -> bytes:
        data = self.socket.recv(262144)
        if not data:
            raise BadAnswer("the server closed the connection")
        return data

    def close(self) -> None:
        self.socket.close()


@dataclass(frozen=True)
class Target:
    """One page of one server."""

    port: int
    path: str
    cookie: str = ""
    # a text every answer must have: the page shows the rows it should
    says: str = ""

    def message(self, extra: str = "") -> bytes:
        cookie = f"Cookie: {self.cookie}\r\n" if self.cookie else ""
        return f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookie}{extra}\r\n".encode()

    def check(self) -> Answer:
        """Ask once. Raises BadAnswer when this is not the page meant."""
        connection = Connection(self.port)
        try:
            connection.ask(self.message())  # the first request of a process learns things the others know
            answer = connection.ask(self.message("X-Count-Queries: 1\r\n"))
        finally:
            connection.close()
        if answer.status not in GOOD:
            where = answer.headers.get("location", "")
            raise BadAnswer(f"{self.path} answered {answer.status} {where}")
        if self.says.encode() not in answer.body:
            raise BadAnswer(f"{self.path} does not show {self.says!r}")
        return answer


@dataclass(frozen=True)
class Rate:
    """Requests per second of one round."""

    requests: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def measure(target: Target, seconds: float, connections: int) -> Rate:
    """Ask the page over several connections for a while."""
    message, counts, failures = target.message(), [0] * connections, list[Exception]()
    stop = threading.Event()
    opened = [Connection(target.port) for _ in range(connections)]

    def ask(place: int) -> None:
        try:
            while not stop.is_set():
                if opened[place].ask(message).status not in GOOD:
                    raise BadAnswer(f"{target.path} failed under load")
                counts[place] += 1
        except Exception as failure:  # of a thread: raised by whoever waits for all of them
            failures.append(failure)
            stop.set()

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    stop.wait(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - began
    for connection in opened:
        connection.close()
    if failures:
        raise failures[0]
    return Rate(sum(counts), spent)


def in_turns(targets: Sequence[Target], *, rounds: int, seconds: float, connections: int) -> list[list[float]]:
    """Return requests per second of each target in each round.

    Every round asks all of them, forwards and backwards by turns: what drifts hits all alike.
    """
    rates: list[list[float]] = [[] for _ in targets]
    for target in targets:
        measure(target, seconds / 2, connections)  # warm up
    for number in range(rounds):
        order = range(len(targets)) if number % 2 == 0 else reversed(range(len(targets)))
        for place in order:
            rates[place].append(measure(targets[place], seconds, connections).per_second)
    return rates


@dataclass(frozen=True)
class Ratio:
    """The median of ratios round by round, and the middle half of them."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f}–{self.high:.2f})"


def ratio(above: Sequence[float], below: Sequence[float]) -> Ratio:
    """Return above ÷ below, paired by rounds."""
    found = sorted(a / b for a, b in zip(above, below, strict=True))
    if len(found) < 2:
        return Ratio(found[0], found[0], found[0])
    low, _middle, high = statistics.quantiles(found, n=4, method="inclusive")
    return Ratio(statistics.median(found), low, high)
