"""`manage signin`: say whom to sign in as, when this is the demo company."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from otdel.demo import queries


class Command(BaseCommand):
    help = "Print the sign-ins of the demo company; nothing for a real one."

    def handle(self, *args: Any, **options: Any) -> None:
        found = queries.sign_ins()
        if not found:
            return
        self.stdout.write(_("Demo company. Sign in as:"))
        width = max(len(line.role) for line in found)
        for line in found:
            self.stdout.write(f"  {line.role:<{width}}  {line.email:<30}  {line.password}")
