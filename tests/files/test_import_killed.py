"""`kill -9` of the web server while a file is uploaded, checked and started, of the worker and the database while it
is imported: all comes back by itself, the import ends, each row is there once, and no count says more than there is.

The program runs as `./otdel run` runs it. The engine alone is killed at more places in test_import_crash.py.
"""

from __future__ import annotations

import http.client
import time
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any

import pytest
import running
from running import Program, headers, kill, wait_until
from wizard import form_of, options_of

pytestmark = pytest.mark.slow
program = running.program  # the fixture
# so many that a quick machine is still at it when it is killed; every thousandth has a wrong sum
ROWS = 40_000
WRONG = ROWS // 1000
MARK = "cut-here"
MULTIPART = f"multipart/form-data; boundary={MARK}"


def upload_body() -> bytes:
    lines = (
        f"P{n};01.02.2026;{'x' if n % 1000 == 0 else ''}10,50;Abramova Anna;{'-' * 40}" for n in range(1, ROWS + 1)
    )
    text = "ID;Дата оплаты;Сумма;Ответственный;Назначение платежа\n" + "\n".join(lines) + "\n"
    head = f'--{MARK}\r\nContent-Disposition: form-data; name="file"; filename="payments.csv"\r\n\r\n'
    return head.encode() + text.encode() + f"\r\n--{MARK}--\r\n".encode()


@dataclass
class State:
    """What one statement sees: the import's own counts beside the records."""

    status: str
    position: int
    created: int
    refused: int
    payments: int
    different: int
    amount: str
    started: int
    units: int

    def is_sound(self) -> bool:
        """Counts say what there is; what was not yet done is not said to be."""
        return self.position == self.created + self.refused and self.created == self.payments == self.different


class Import:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.olga = program.child("prepare")["sessions"]["olga"]
        self.number = 0

    def query(self, text: str) -> str:
        return str(self.program.server.psql(text)).strip()

    def state(self) -> State:
        row = self.query(
            "SELECT concat_ws('|', s.status, s.position, s.created, s.refused, p.many, p.different, p.amount, e.many,"
            f" p.units) FROM files_importsession s, (SELECT count(*) many, count(DISTINCT external_id) different,"
            " coalesce(sum(amount), 0) amount, count(unit_id) units FROM billing_payment) p,"
            f" (SELECT count(*) many FROM core_event WHERE kind = 'import.started') e WHERE s.id = {self.number}"
        ).split("|")
        return State(row[0], *map(int, row[1:6]), row[6], int(row[7]), int(row[8]))

    def post(self, page: str, **fields: Any) -> tuple[int, str]:
        return self.program.ask("POST", f"/import/{self.number}/{page}/", self.olga, **fields)

    def page(self, name: str) -> bytes:
        status, _place, content = self.program.send("GET", f"/import/{self.number}/{name}/", self.olga)
        assert status == 200, content[:500]
        return content

    def answers(self, name: str) -> bool:
        return self.program.send("GET", f"/import/{self.number}/{name}/", self.olga)[0] == 200

    def post_and_kill(self, page: str, delay: float, **fields: Any) -> None:
        """Send the form; whether it arrived nobody knows."""

        def send() -> None:
            with suppress(OSError):
                self.post(page, **fields)

        sender = Thread(target=send)
        sender.start()
        time.sleep(delay)
        kill(self.program, "granian")
        sender.join()
        wait_until(self.program.ready, "the web server did not come back")

    def upload_half_and_kill(self, body: bytes) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.program.port, timeout=20)
        connection.putrequest("POST", "/import/upload/")
        for name, value in {**headers(self.olga), "Content-Type": MULTIPART, "Content-Length": len(body)}.items():
            connection.putheader(name, str(value))
        connection.endheaders(body[: len(body) * 2 // 3])
        time.sleep(0.3)
        kill(self.program, "granian")
        with pytest.raises((OSError, http.client.HTTPException)):
            connection.getresponse()
        connection.close()
        wait_until(self.program.ready, "the web server did not come back")

    def upload(self, body: bytes) -> None:
        status, place, content = self.program.send("POST", "/import/upload/", self.olga, body, MULTIPART)
        assert status == 302, content[:500]
        self.number = int(place.split("/")[2])

    def sound_until(self, position: int) -> State:
        """Wait for the import to get so far; whatever the moment, its counts are true."""
        deadline = time.monotonic() + 90
        while True:
            with suppress(Exception):  # the database is away
                state = self.state()
                if state.position >= position:
                    assert state.is_sound(), state
                    return state
                seen = state
                assert seen.is_sound(), seen
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_kill_9_all_along_an_import(program: Program) -> None:
    work, body = Import(program), upload_body()

    # the web server, in the middle of an upload: nothing came of it, and nothing is left of it
    work.upload_half_and_kill(body)
    assert work.query("SELECT count(*) FROM files_importsession") == "0"
    assert not list((program.data / "files").glob("imports/*"))
    assert not [path for path in (program.data / "tmp").rglob("*") if path.is_file() and path.stat().st_size > 1000]
    work.upload(body)

    # while the check is asked for: it was, or it was not; asked for again, it is done once
    assert work.post("columns", **form_of(work.page("columns"), "field_0"))[0] == 302
    answers = options_of(work.page("options"))
    work.post_and_kill("options", 0.02, **answers)
    if work.state().status == "UPLOADED":
        assert work.post("options", **answers)[0] == 302
    assert work.query("SELECT count(*) FROM core_event WHERE kind = 'import.check_asked'") == "1"
    wait_until(lambda: work.state().status == "CHECKED", "the check did not end")
    assert work.state().payments == 0

    # while the import is started
    work.post_and_kill("start", 0.02)
    assert work.post("start")[0] in (302, 409)
    assert work.state().started == 1

    # the worker, and while it is missed the database
    work.sound_until(1_000)
    kill(program, "worker")
    time.sleep(0.5)
    before = work.state()
    assert (before.status, before.is_sound()) == ("RUNNING", True)
    kill(program, "postgres")

    done = work.sound_until(ROWS)
    wait_until(lambda: work.state().status == "DONE", "the import did not end")
    assert done.started == 1
    assert (done.created, done.refused, done.units) == (ROWS - WRONG, WRONG, ROWS - WRONG)
    assert float(done.amount) == 10.50 * (ROWS - WRONG)
    # a page that takes a connection of the database before says so, and takes a new one the next time
    wait_until(lambda: work.answers("result"), "the pages did not come back")
    page = work.page("result").decode()
    for count in (ROWS - WRONG, WRONG):
        assert f"{count:,}" in page or f"{count:,}".replace(",", "\N{NO-BREAK SPACE}") in page or str(count) in page
