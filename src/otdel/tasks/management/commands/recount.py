"""`manage recount`: count the kept counters from the tasks, deals and customers anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from otdel.tasks import queries
from otdel.tasks.actions import tally


class Command(BaseCommand):
    help = "Count the kept counters of tasks anew. Safe while people work."

    def handle(self, *args: Any, **options: Any) -> None:
        people = queries.wrong(timezone.now())  # noqa: TID251 - a command is a door
        tally.recount()
        self.stdout.write(f"Counted anew; the counters of {people} people were wrong.")
