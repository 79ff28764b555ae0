"""`manage demo`: fill an empty database with the demo company."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otdel.demo import actions


class Command(BaseCommand):
    help = "Fill an empty database with a demo company: 24 people, the last 18 months."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there already is a company")
        parser.add_argument("--seed", type=int, default=actions.SEED)
        parser.add_argument("--language", choices=("ru", "en"), default=settings.LANGUAGE_CODE)

    def handle(self, *args: Any, if_empty: bool, seed: int, language: str, **options: Any) -> None:
        try:
            actions.make_demo(now=timezone.now(), seed=seed, language=language, progress=self.stdout.write)  # noqa: TID251
        except actions.CompanyExists as refusal:
            if not if_empty:
                raise CommandError(str(refusal)) from refusal
