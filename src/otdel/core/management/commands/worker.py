"""`manage worker`: does background jobs until told to stop."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from otdel.core import worker


class Command(BaseCommand):
    help = "Do background jobs until told to stop."

    def handle(self, *args: object, **options: object) -> None:
        try:
            worker.work()
        except worker.DatabaseRestarted:
            self.stderr.write("The database was restarted: the worker starts anew.")
            raise SystemExit(75) from None
