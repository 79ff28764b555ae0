"""`manage signin`: say how to come in first: the demo's sign-ins, or the code of the first run."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from otdel.demo import queries
from otdel.host import folders
from otdel.org.queries import company


class Command(BaseCommand):
    help = "Print the sign-ins of the demo company, or the code of the first run; nothing for a real company."

    def handle(self, *args: Any, **options: Any) -> None:
        found = queries.sign_ins()
        if not found:
            self._say_code()
            return
        self.stdout.write(_("Demo company. Sign in as:"))
        width = max(len(line.role) for line in found)
        for line in found:
            self.stdout.write(f"  {line.role:<{width}}  {line.email:<30}  {line.password}")

    def _say_code(self) -> None:
        """Whoever begins from another machine must know a code that only this console shows."""
        if settings.FIRST_RUN_CODE_FILE and company() is None:
            code = folders.first_run_code(settings.FIRST_RUN_CODE_FILE)
            self.stdout.write(_("No company yet. To begin, the browser asks for this code: %(code)s") % {"code": code})
