"""What `./otdel doctor` asks of tasks."""

from __future__ import annotations

from datetime import datetime

from otdel.core.checkup import Finding, question
from otdel.tasks import queries


@question
def counters(now: datetime) -> Finding:
    people = queries.wrong(now)
    found = f"not what a recount says, of {people} people" if people else "equal a recount"
    return "counters of tasks", not people, found, "Count them anew: ./otdel manage recount"
