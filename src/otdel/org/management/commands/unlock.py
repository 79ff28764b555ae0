"""`manage unlock`: let in again who lost phone and codes, when nobody else can do it from a page."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from otdel.core.errors import Conflict
from otdel.org import queries
from otdel.org.actions import take_off_second_factors


class Command(BaseCommand):
    help = "Take the second factors off an account and sign it out everywhere; the password alone lets in then."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()  # noqa: TID251 - a command is a door
        found = queries.by_email(options["email"], now)
        if found is None:
            raise CommandError(f"Nobody signs in here with {options['email']}.")
        try:
            take_off_second_factors(by=None, person_id=found.pk, now=now)
        except Conflict as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{found.name} comes in by the password alone now, and was signed out everywhere.")
