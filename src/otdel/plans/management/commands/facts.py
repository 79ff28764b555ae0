"""`manage facts`: do the month sums the board reads agree with the days; `--rebuild` adds them up anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from otdel.plans.actions.facts import rebuild_months
from otdel.plans.queries.soundness import unsound_months


class Command(BaseCommand):
    help = "Check the kept month sums against the kept days, or add them up anew."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="add every month up anew, in portions")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rebuild"]:
            for metric, month, done, of in rebuild_months():
                self.stdout.write(f"{done}/{of} {metric} {month:%Y-%m}")
                self.stdout.flush()
        unsound = unsound_months()
        for metric, month in unsound:
            self.stdout.write(f"WRONG {metric} {month:%Y-%m}")
        if unsound:
            raise SystemExit(1)
        self.stdout.write("the sums of all months are those of their days")
