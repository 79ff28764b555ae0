"""`manage messages`: collects texts to translate, checks that none is missing, compiles."""

from __future__ import annotations

from argparse import ArgumentParser
from itertools import product
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from otdel.core import catalogues

DOMAINS = ("django", "djangojs")


class Command(BaseCommand):
    help = "Collect texts to translate; --check that all are translated; --compile for use."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, fail if a text is not translated")
        parser.add_argument("--compile", action="store_true", help="write the .mo files Otdel reads")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check()
        elif not options["compile"]:
            self._collect()
        if options["compile"]:
            catalogues.compile_all()

    def _check(self) -> None:
        found = [problem for place in _places() for problem in catalogues.problems(*place)]
        if found:
            raise CommandError("\n".join(found) + f"\n{len(found)} to mend. ./otdel fix collects; then translate.")

    def _collect(self) -> None:
        for folder, domain, language in _places():
            if catalogues.update(folder, domain, language):
                self.stdout.write(f"{folder.name}: {domain} ({language})")
        left = sum("not translated" in problem for place in _places() for problem in catalogues.problems(*place))
        if left:
            self.stdout.write(f"{left} texts wait for translation.")


def _places() -> list[tuple[Any, str, str]]:
    return list(product(catalogues.folders(), DOMAINS, catalogues.LANGUAGES))
