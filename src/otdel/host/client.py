"""PostgreSQL's own tools (psql, pg_dump, pg_restore) against whichever database Otdel uses."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from otdel.host import programs
from otdel.host.environment import Environment
from otdel.host.postgres import Server
from otdel.host.programs import Programs
from otdel.host.refusal import Refused

OPTIONS = {  # libpq's names of what may stand in DATABASE_URL
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "options": "PGOPTIONS",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "channel_binding": "PGCHANNELBINDING",
}


@dataclass(frozen=True)
class Client:
    programs: Programs
    environ: dict[str, str]
    database: str

    @classmethod
    def of(cls, settings: Environment) -> Client:
        server = Server(settings.data, settings.pg_bin)
        # asked anew: its password is made with the server, perhaps after the settings were read
        given = server.django() if settings.embedded else settings.database
        environ = {
            "PGHOST": given["HOST"],
            "PGPORT": given["PORT"],
            "PGUSER": given["USER"],
            "PGPASSWORD": given["PASSWORD"],
            **{OPTIONS[name]: str(value) for name, value in given["OPTIONS"].items() if name in OPTIONS},
        }
        own = server.programs if settings.embedded else programs.find(settings.pg_bin)
        return cls(own, {name: value for name, value in environ.items() if value}, given["NAME"])

    def run(self, program: str, *args: str, stdin: str = "", database: str = "") -> subprocess.CompletedProcess[str]:
        environ = {**self.environ, "PGDATABASE": database or self.database}
        return self.programs.run(program, *args, stdin=stdin, environ=environ)

    def ask(self, sql: str, *, database: str = "") -> str:
        """Return what a statement answers, columns separated by |. Raises Refused with the server's words."""
        done = self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", "-", stdin=sql, database=database)
        if done.returncode:
            raise Refused(f"The database answered: {done.stderr.strip()}")
        return done.stdout.strip()
