"""`manage prepare`: everything between a running database and a first page, each step only when needed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from otdel.core import catalogues, database


class Command(BaseCommand):
    help = "Bring database, translations and static files up to this version; show the address."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self._compile()  # first: Django keeps the catalogues it has once read
        if why := database.unreachable():
            self._refuse(f"The database cannot be reached. Look at DATABASE_URL. The answer was: {why}")
        if problems := database.problems():
            self._refuse(*problems)
        self._migrate()
        self._collect_static()
        if settings.ENVIRONMENT.demo and "demo" in get_commands() and not get_user_model().objects.exists():
            self.stdout.write(_("Filling in a demo company…"))
            self.stdout.flush()
            call_command("demo")
        if "signin" in get_commands():
            call_command("signin")
        self.stdout.write(_("Otdel is at %(address)s") % {"address": settings.ENVIRONMENT.address})

    def _refuse(self, *sentences: str) -> NoReturn:
        for sentence in sentences:
            self.stderr.write(sentence)
        raise SystemExit(1)

    def _migrate(self) -> None:
        # Two servers of one database may start together: the second waits, then finds nothing to do.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('otdel.migrate'))")
            try:
                executor = MigrationExecutor(connection)
                if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                    self.stdout.write(_("Preparing the database…"))
                    self.stdout.flush()
                    call_command("migrate", interactive=False, verbosity=0)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('otdel.migrate'))")

    def _compile(self) -> None:
        try:
            catalogues.compile_all()
        except OSError as error:
            self.stderr.write(f"Translations could not be compiled ({error.strerror}): pages will be in English.")

    def _collect_static(self) -> None:
        """Collect static files when one of them changed, was added or went."""
        root = Path(settings.STATIC_ROOT)
        stamp = root / ".collected"
        digest = _static_digest()
        if stamp.exists() and stamp.read_text() == digest:
            return
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(digest)


def _static_digest() -> str:
    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            seen.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return seen.hexdigest()
