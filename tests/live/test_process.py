"""The real process of live updates, spoken to by sockets: who may listen, how many, and what it outlives."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone
from live_process import health, live_process, wait_until_heard
from people import Firm, make_firm

from otdel.core import live
from otdel.host.postgres import Server
from otdel.interfaces.live.hub import MOST_OF_ONE

pytestmark = pytest.mark.slow

TABLES = """
CREATE TABLE org_membership (person_id int, unit_id int, starts_on date);
CREATE TABLE org_unit (id int, parent_id int, head_id int);
INSERT INTO org_unit VALUES (1, NULL, 50), (2, 1, 60);
INSERT INTO org_membership VALUES (7, 2, '2026-01-01');
"""


OPEN: list[Page] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


class Page:
    """A browser's side of one line."""

    def __init__(self, port: int, ticket: str, age: int = 0, **headers: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        said = "".join(f"{name}: {value}\r\n" for name, value in {"Host": f"localhost:{port}", **headers}.items())
        self.socket.sendall(f"GET /live/?ticket={quote(ticket)}&age={age} HTTP/1.1\r\n{said}\r\n".encode())
        self.heard = ""
        OPEN.append(self)
        self.wait_for("\r\n\r\n")

    @property
    def status(self) -> int:
        return int(self.heard.split()[1])

    def wait_for(self, text: str, seconds: float = 20) -> None:
        """Read until the text comes."""
        began = time.monotonic()
        while text not in self.heard:
            self.socket.settimeout(max(began + seconds - time.monotonic(), 0.001))
            part = self.socket.recv(65536)
            assert part, f"it ended after {self.heard!r}"
            self.heard += part.decode()

    def listens(self) -> Page:
        """Wait until it is in the hub: told to all once the process begins to hear."""
        self.wait_for(": hello")
        return self

    def forget(self) -> None:
        self.heard = ""

    def close(self) -> None:
        self.socket.close()


def ticket(person_id: int, **ago: float) -> str:
    return live.ticket(person_id, timezone.now() - timedelta(**ago))


@contextmanager
def listening(port: int, *people: int) -> Iterator[list[Page]]:
    time.sleep(1.1)  # tickets know whole seconds: these are of after the process began to hear
    yield [Page(port, ticket(person)).listens() for person in people]


@pytest.fixture
def firm(transactional_db: None) -> Firm:
    return make_firm()


def test_a_person_and_their_heads_hear_and_a_stranger_does_not(firm: Firm) -> None:
    with live_process() as port, listening(port, firm.anna.pk, firm.boris.pk, firm.vera.pk) as (anna, boris, vera):
        live.changed([firm.anna.pk], "tasks")
        anna.wait_for("event: look\ndata: tasks\n\n")
        boris.wait_for("event: look\ndata: team\n\n")
        live.changed([firm.vera.pk], "notices")
        vera.wait_for("event: look\ndata: notices\n\n")
        assert "tasks" not in vera.heard + boris.heard


def test_what_changed_since_the_page_was_made_is_told_when_it_comes(firm: Firm) -> None:
    with live_process() as port:
        time.sleep(1.1)
        early = ticket(firm.anna.pk)
        live.changed([firm.anna.pk], "tasks")
        time.sleep(0.3)
        Page(port, early).wait_for("data: tasks\n")
        time.sleep(1.1)
        Page(port, ticket(firm.anna.pk), age=2).wait_for("tasks")  # its ticket is younger than what it shows


def test_a_hundred_changes_are_few_looks_and_the_last_is_not_lost(firm: Firm) -> None:
    with live_process() as port, listening(port, firm.anna.pk) as (anna,):
        for _number in range(100):
            live.changed([firm.anna.pk], "tasks")
        live.changed([firm.anna.pk], "notices")
        anna.wait_for("notices")
        assert anna.heard.count("event: look") <= 4


@pytest.mark.parametrize(
    ("given", "headers", "status"),
    [
        ("", {}, 403),
        ("7.99999999999:x", {}, 403),
        ("good", {}, 200),
        ("good", {"Origin": "http://localhost:8000"}, 200),
        ("good", {"Origin": "http://evil.example"}, 400),
        ("good", {"Origin": "null"}, 400),
        ("good", {"Host": "evil.example"}, 400),
        ("old", {}, 403),
    ],
)
def test_who_may_listen(port: int, given: str, headers: dict[str, str], status: int) -> None:
    tickets = {"good": ticket(7), "old": ticket(7, minutes=6)}
    page = Page(port, tickets.get(given, given), **headers)
    assert page.status == status
    allowed = f"access-control-allow-origin: {headers.get('Origin')}" in page.heard
    assert allowed == (status == 200 and "Origin" in headers)


@pytest.fixture(scope="module")
def port(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with django_db_blocker.unblock(), live_process() as port:
        yield port


def test_the_oldest_of_too_many_pages_is_asked_to_leave_and_closed_ones_do_not_count(port: int) -> None:
    for _number in range(MOST_OF_ONE * 2):
        Page(port, ticket(8)).listens().close()
    time.sleep(0.5)
    pages = [Page(port, ticket(8)).listens() for _number in range(MOST_OF_ONE)]
    time.sleep(0.2)
    Page(port, ticket(8)).listens()
    pages[0].wait_for("event: leave")
    for page in pages[1:]:
        with pytest.raises(TimeoutError):
            page.wait_for("event: leave", 0.2)


def test_no_other_address_answers(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as asked:
        asked.sendall(b"GET /tasks/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert asked.recv(64).startswith(b"HTTP/1.1 404")


def test_a_killed_database_costs_nothing_but_the_time_it_is_away() -> None:
    folder = Path(tempfile.mkdtemp(prefix="otdel-live-"))
    folder.chmod(0o711)
    server = Server(folder, disposable=True)
    try:
        with server.use():
            server.psql(TABLES)
            entry = server.django()
            url = f"postgres:///{entry['NAME']}?host={quote(str(entry['HOST']))}&port={entry['PORT']}"
            url += f"&user={entry['USER']}&password={quote(str(entry['PASSWORD']))}"
            with live_process(url=url) as port, listening(port, 7, 60) as (page, head):
                kill(server)
                wait_until_deaf(port)
                server.ensure()
                wait_until_heard(port)
                page.wait_for("event: look\ndata: days,deals,meetings,notices,plans,tasks,team\n\n")
                time.sleep(1)
                for each in (page, head):
                    each.wait_for("team")
                    each.forget()
                server.psql("SELECT pg_notify('otdel_live', 'tasks 7')")
                page.wait_for("data: tasks\n")
                head.wait_for("data: team\n")
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def kill(server: Server) -> None:
    pid = server.pid
    found = pid() if callable(pid) else pid
    assert found
    os.kill(found, signal.SIGKILL)


def wait_until_deaf(port: int) -> None:
    deadline = time.monotonic() + 20
    while "listening" in health(port):
        assert time.monotonic() < deadline
        time.sleep(0.05)
