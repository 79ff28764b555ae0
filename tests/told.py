"""What tests of reminders share: a channel that remembers, giving a task, and one turn of the clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import time_machine
from ledger import fresh

from otdel.notifications import jobs
from otdel.notifications.channels import Outgoing, Refused, Sent
from otdel.tasks import actions as tasks
from otdel.tasks.rules import TaskValues, To


class Recorder:
    """Takes everything, or answers what it was told to."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.answers: list[Sent | Refused] = []

    def __call__(self, out: Outgoing, address: Any) -> Sent | Refused:
        answer = self.answers.pop(0) if self.answers else Sent()
        if isinstance(answer, Sent):
            self.sent.append(out)
        return answer

    def said(self) -> list[tuple[str, str]]:
        return [(out.email.partition("@")[0], item.text) for out in self.sent for item in out.items]


def give(by: Any, to: Any, now: datetime, **fields: Any) -> Any:
    values = TaskValues(**({"title": "Call back"} | fields))
    return tasks.create_tasks(by=fresh(by), values=values, to=To(people=(to.pk,)), now=now)[0]


def sweep(at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        jobs.sweep()
