"""`kill -9` of the web server, the worker and the database under load: nothing lost, nothing twice.

The program runs as `./otdel run` runs it. Olga approves plans, Boris types numbers, Zoya records payments, all by HTTP
and at once, while one process after another is killed. Imports have tests of their own in files/.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import pytest
import running
from running import Program, kill, wait_until

pytestmark = pytest.mark.slow
program = running.program  # the fixture


@dataclass
class Load:
    """What was asked for, and what was promised: an answer that came is a promise."""

    program: Program
    firm: dict[str, Any]
    over: Event = field(default_factory=Event)
    approved: list[int] = field(default_factory=list)
    typed: list[int] = field(default_factory=lambda: [0])
    tried: int = 0
    unanswered: int = 0
    paid: list[str] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    strange: list[str] = field(default_factory=list)

    def post(self, who: str, path: str, **fields: object) -> tuple[int, str]:
        """Return the answer, (0, "") where none came."""
        try:
            return self.program.ask("POST", path, self.firm["sessions"][who], **fields)
        except OSError:
            return 0, ""

    def approve(self) -> None:
        waiting = list(self.firm["waiting"])
        while waiting and not self.over.is_set():
            status, place = self.post("olga", f"/plans/{waiting[0]}/approve/")
            if status == 302 and not place.startswith("/sign-in"):
                self.approved.append(waiting.pop(0))
            elif status == 409:  # done by an answer that was lost on its way
                waiting.pop(0)
            elif status not in (0, 500, 502, 503):
                self.strange.append(f"approval: {status} {place}")
            time.sleep(0.3)

    def type(self) -> None:
        while not self.over.is_set():
            self.tried = self.typed[-1] + 1
            fields = {"p0": "2026-04", "k0": self.firm["key"], "o0": self.typed[-1], "c0-0": self.tried}
            status, place = self.post("boris", f"/plans/{self.firm['draft']}/save/", **fields)
            if status == 302 and not place.startswith("/sign-in") or status == 409:
                self.typed.append(self.tried)
            else:
                self.unanswered += 1
                if status not in (0, 500, 502, 503):
                    self.strange.append(f"typing: {status} {place}")
            time.sleep(0.1)

    def pay(self) -> None:
        for number in range(10_000):
            if self.over.is_set():
                return
            name = f"P{number}"
            status, place = self.post("zoya", "/money/payments/new/", amount="1.10", paid_on="2026-03-02", number=name)
            if status == 302 and not place.startswith("/sign-in"):
                self.paid.append(name)
            else:
                self.doubtful.add(name)
                if status not in (0, 500, 502, 503):
                    self.strange.append(f"payment: {status} {place}")
            time.sleep(0.1)


def test_kill_9_in_the_middle_of_approvals(program: Program) -> None:
    firm = program.child("prepare")
    load = Load(program, firm)
    threads = [Thread(target=work) for work in (load.approve, load.type, load.pay)]
    for thread in threads:
        thread.start()
    try:
        for victim in ("granian", "postgres", "worker", "granian", "postgres"):
            before = len(load.approved), len(load.paid)
            wait_until(lambda before=before: progress(load, before), f"no progress before {victim} was killed")
            kill(program, victim)
        wait_until(lambda: threads[0].is_alive() is False, "the approvals did not end")
        wait_until(program.ready, "the program is not ready again")
    finally:
        load.over.set()
        for thread in threads:
            thread.join()
    assert load.strange == []
    check(load, program.child("state"))


def progress(load: Load, before: tuple[int, int]) -> bool:
    done = not set(load.firm["waiting"]) - set(load.approved)
    return done or (len(load.approved) > before[0] + 1 and len(load.paid) > before[1] + 1)


def check(load: Load, state: dict[str, Any]) -> None:
    # every plan is approved, once; no root has two approved versions
    assert {state["status"][str(plan)] for plan in load.firm["waiting"]} == {"APPROVED"}
    assert len(state["roots"]) == len(set(state["roots"])) == len(load.firm["waiting"])
    assert {state["approvals"][str(plan)] for plan in load.firm["waiting"]} == {1}
    assert state["effective"] == state["of_approved"]
    assert state["totals_wrong"] == []
    # every number that was promised is there; only one whose answer was lost was told of twice
    assert state["draft"] in ([load.typed[-1]], [load.tried])
    assert (
        len(load.typed) - 1
        <= state["changes"] - len(load.firm["waiting"]) // 2
        <= len(load.typed) - 1 + load.unanswered
    )
    kept = state["payments"]
    assert len(kept) == len(set(kept))
    assert set(load.paid) <= set(kept) <= set(load.paid) | load.doubtful
    # and the board is what the records say
    assert float(state["board"]) == float(state["paid"]) == pytest.approx(1.10 * len(kept))
