"""Other people's servers, on this machine: they answer as told, hang, send elsewhere, and remember what came."""

from __future__ import annotations

import http.server
import ipaddress
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from people import NOW

from otdel.host.environment import Outside
from otdel.notifications.channels import Item, Outgoing

LOCAL = Outside(networks=(ipaddress.ip_network("127.0.0.0/8"),))


@dataclass
class Got:
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver(http.server.ThreadingHTTPServer):
    """Answers 200 unless told otherwise."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.got: queue.Queue[Got] = queue.Queue()
        self.answers: queue.Queue[tuple[int, str, dict[str, str]]] = queue.Queue()
        self.hangs = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, status: int, text: str = "", **headers: str) -> None:
        self.answers.put((status, text, headers))

    def take(self) -> Got:
        return self.got.get(timeout=30)

    def begin(self) -> threading.Thread:
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.got.put(Got(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        if self.server.hangs:
            self._drip()
            return
        status, text, headers = (200, "", {}) if self.server.answers.empty() else self.server.answers.get()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST

    def _drip(self) -> None:
        """A byte now and then: never silent, never done."""
        ends = time.monotonic() + self.server.hangs
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while time.monotonic() < ends:
                self.wfile.write(b"X-Slow: 1\r\n")
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = receiver.begin()
    yield receiver
    receiver.stop()
    thread.join()


def outgoing(*texts: str, unread: int = 1, key: str = "letter-7", is_test: bool = False) -> Outgoing:
    items = tuple(
        Item(number, "task.overdue", words, "", f"http://otdel/tasks/{number}/", "task", number, NOW)
        for number, words in enumerate(texts, 1)
    )
    return Outgoing(
        key=key, delivery_ids=tuple(range(1, len(texts) + 1)), person_id=7, name="Anna", email="anna@example.ru",
        language="ru", title="Отдел: просрочено", items=items, url="http://otdel/tasks/", unread=unread,
        is_test=is_test,
    )  # fmt: skip
