"""Our own PostgreSQL server, run from the programs of a wheel or of the system, without anyone setting it up.

It listens on a socket only its owner can reach, asks for a password all the same, and lives as long as
somebody uses it: each client holds a shared lock, which the kernel lets go even after kill -9, and a
guardian (see guardian.py) stops the server when no lock is left.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from otdel.host import folders, programs
from otdel.host.refusal import Refused

PORT = "5432"  # only part of the socket's name: nothing listens on the network
ROLE = DATABASE = "otdel"
LONGEST_SOCKET_FOLDER = 80  # the kernel's limit for a socket's whole path is 107 bytes (103 on macOS)


class Server:
    """The database server of one data folder."""

    def __init__(self, data: Path, pg_bin: Path | None = None, *, disposable: bool = False) -> None:
        self.data = data
        self.root = data / "postgres"
        self.cluster = self.root / "cluster"
        self.log = self.root / "start.log"
        self.disposable = disposable  # a test's: speed before safety
        self._pg_bin = pg_bin
        self._programs: programs.Programs | None = None

    # What others need to know

    @property
    def socket_folder(self) -> Path:
        inside = self.root / "socket"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        return Path("/tmp") / f"otdel-{hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]}"  # noqa: S108 - owner checked

    def django(self) -> dict[str, Any]:
        """Return this server as an entry of Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": DATABASE,
            "USER": ROLE,
            "PASSWORD": self._secret("password"),
            "HOST": str(self.socket_folder),
            "PORT": PORT,
            "OPTIONS": {},
        }

    @property
    def programs(self) -> programs.Programs:
        if self._programs is None:
            self._programs = programs.find(self._pg_bin, major=self._major()).usable_from(self.root)
        return self._programs

    def pid(self) -> int | None:
        """Return the process of the running server; a number left behind by a killed one does not count."""
        lines = self._pid_file()
        if lines and (number := int(lines[0])) and _works_in(number, self.cluster):
            return number
        return None

    def running(self) -> bool:
        """Return whether the server accepts connections."""
        lines = self._pid_file()
        return self.pid() is not None and len(lines) >= 8 and lines[7].strip() == "ready"

    def psql(self, sql: str, *, database: str = DATABASE, admin: bool = False) -> str:
        """Return what a statement answers, columns separated by |."""
        environ = {
            "PGHOST": str(self.socket_folder),
            "PGPORT": PORT,
            "PGUSER": "postgres" if admin else ROLE,
            "PGPASSWORD": self._secret("admin-password" if admin else "password"),
            "PGDATABASE": database,
            "PGOPTIONS": "-c client_min_messages=warning",
        }
        done = self.programs.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", "-", stdin=sql, environ=environ)
        if done.returncode:
            raise Refused(f"The database answered: {done.stderr.strip()}")
        return done.stdout.strip()

    # Using it

    @contextlib.contextmanager
    def use(self) -> Iterator[Server]:
        """Run the server while the block runs, together with other clients on this machine."""
        lease = self.lease()
        try:
            yield self
        finally:
            lease.end()

    def lease(self) -> Lease:
        """Start the server unless it runs, and keep it running until the lease ends or this process does."""
        self._prepare_folders()
        with self._turn():
            clients = self._open("clients.lock")
            fcntl.flock(clients, fcntl.LOCK_SH)  # waits while a guardian stops the server
            try:
                self._ensure()
            except BaseException:
                clients.close()
                raise
        return Lease(self, clients)

    def ensure(self) -> bool:
        """Start the server if it died; True if it had. For holders of a lease."""
        if self.running():
            return False
        with self._turn():
            return self._ensure()

    def leave(self, clients: IO[bytes]) -> None:
        """Give up a lease; the last one stops the server before it returns."""
        with self._turn():
            fcntl.flock(clients, fcntl.LOCK_UN)
            try:
                fcntl.flock(clients, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                fcntl.flock(clients, fcntl.LOCK_SH)  # others use it, or the guardian is stopping it: then wait
            else:
                self.stop()
            finally:
                clients.close()

    def guard(self) -> None:
        """Wait until no client is left, then stop the server. One guardian at a time; see guardian.py."""
        with self._open("guardian.lock") as only, self._open("clients.lock") as clients:
            try:
                fcntl.flock(only, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            fcntl.flock(clients, fcntl.LOCK_EX)
            self.stop()
            fcntl.flock(only, fcntl.LOCK_UN)  # before the clients': the next starter brings its own guardian

    def stop(self) -> None:
        if self.pid():
            self.programs.run("pg_ctl", "-D", str(self.cluster), "-m", "fast", "-w", "-t", "60", "stop", drop=True)

    # Making and starting it

    def _ensure(self) -> bool:
        if self.running():
            return False
        if not self.cluster.exists():
            self._create()
        self._start()
        self._spawn_guardian()
        return True

    def _create(self) -> None:
        """Make the database files. They get their name last: a creation cut short is done anew."""
        password = folders.keep_once(self.root / "password", secrets.token_hex(24))
        folders.keep_once(self.root / "admin-password", secrets.token_hex(24))
        new = self.root / "cluster.new"
        self.programs.own(self.root, self.root / "admin-password")
        self.programs.run("rm", "-rf", str(new), drop=True)
        done = self.programs.run(
            "initdb", "-D", str(new), "-U", "postgres", "-A", "scram-sha-256",
            f"--pwfile={self.root / 'admin-password'}", "-E", "UTF8", "-T", "russian", "-k",
            "--lc-messages=C", *_locale(self.programs.major), *(["--no-sync"] if self.disposable else []), drop=True,
        )  # fmt: skip
        if done.returncode:
            raise Refused(f"PostgreSQL could not make its files in {new}: {_last_lines(done.stderr)}")
        with (new / "postgresql.conf").open("a") as file:
            file.write("\ninclude_if_exists 'otdel.conf'  # written anew at each start\n")
        sql = (
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}';\n\n"
            f"CREATE DATABASE {DATABASE} OWNER {ROLE};\n\n"  # an empty line ends a statement here
        )
        done = self.programs.run(
            "postgres",
            "--single",
            "-j",
            "-D",
            str(new),
            "postgres",
            stdin=sql,
            drop=True,
        )
        if done.returncode or "ERROR" in done.stderr:
            raise Refused(f"PostgreSQL could not make the database: {_last_lines(done.stderr)}")
        new.rename(self.cluster)

    def _start(self) -> None:
        self._check_owner()
        self._make_socket_folder()
        self._clear_stale_pid()
        conf = self.cluster / "otdel.conf"
        conf.write_text(programs.configuration(self.root, self.socket_folder, disposable=self.disposable))
        self.programs.own(conf)
        with contextlib.suppress(FileNotFoundError):
            self.log.unlink()
        done = self.programs.start("-D", str(self.cluster), "-l", str(self.log), "-w", "-t", "300", "start")
        if done:
            raise Refused(f"PostgreSQL did not start: {self._why()}", f"All of what it said: {self.log}")

    def _prepare_folders(self) -> None:
        folders.make(self.data)
        self.root.mkdir(mode=0o700, exist_ok=True)
        self.programs.own(self.root)
        self.programs.check_reach(self.root)

    def _make_socket_folder(self) -> None:
        """Make the folder of the socket; in a shared place, refuse one that somebody else made first."""
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        self.programs.own(folder)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid != self.programs.uid or found.st_mode & 0o077:
            raise Refused(f"The folder {folder} is not ours alone. Remove it and start again.")

    def _check_owner(self) -> None:
        owner = self.cluster.stat().st_uid
        if owner != self.programs.uid:
            raise Refused(
                f"The database in {self.cluster} belongs to another user of this machine (number {owner}). "
                "Start Otdel as that user, or name another folder: OTDEL_DATA=~/otdel-data ./otdel run"
            )

    def _clear_stale_pid(self) -> None:
        """Remove the mark of a killed server.

        PostgreSQL does so itself unless the number has gone to another process, common in containers.
        Orphans of the killed server must be gone first: two servers on the same files would destroy them.
        """
        if not self._pid_file():
            return
        deadline = time.monotonic() + 30
        while _anyone_works_in(self.cluster):
            if time.monotonic() > deadline:
                raise Refused(
                    f"A database server died, and its processes still use {self.cluster}. "
                    "End them, or restart the machine."
                )
            time.sleep(0.05)
        if Path("/proc/self").exists():
            for mark in (self.cluster / "postmaster.pid", *self.socket_folder.glob(".s.PGSQL.*")):
                mark.unlink(missing_ok=True)

    def _spawn_guardian(self) -> None:
        subprocess.Popen(
            [sys.executable, "-m", "otdel.host.guardian", str(self.data), str(self.programs.folder)],
            env={**os.environ, "PYTHONPATH": str(folders.CHECKOUT / "src")},
            cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        ).returncode = 0  # fmt: skip # it outlives us: nobody waits for it

    def _why(self) -> str:
        """Return the last complaints of the server, which moves from one log to the other while it starts."""
        logs = sorted((self.root / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
        lines: list[str] = []
        for path in [*logs[-1:], self.log]:
            with contextlib.suppress(OSError):
                lines += path.read_text(errors="replace").splitlines()[-20:]
        said = [line for line in lines if re.search("FATAL|PANIC|ERROR|could not", line)]
        return _last_lines("\n".join(said or lines), 2)

    # Small things

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Start and stop one at a time."""
        with self._open("turn.lock") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield

    def _open(self, name: str) -> IO[bytes]:
        return (self.root / name).open("ab")

    def _pid_file(self) -> list[str]:
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []
        return lines if lines and lines[0].strip().isdigit() else []

    def _major(self) -> int | None:
        try:
            return int((self.cluster / "PG_VERSION").read_text())
        except (OSError, ValueError):
            return None

    def _secret(self, name: str) -> str:
        try:
            return (self.root / name).read_text().strip()
        except OSError:
            return ""


class Lease:
    """A client's hold on the server."""

    def __init__(self, server: Server, clients: IO[bytes]) -> None:
        self.server = server
        self._clients: IO[bytes] | None = clients

    def end(self) -> None:
        if self._clients is not None:
            self.server.leave(self._clients)
            self._clients = None


def _locale(major: int) -> list[str]:
    """Return initdb's options under which lower(), ILIKE, search and trigrams all know Cyrillic.

    With lc_ctype C, pg_trgm sees no Cyrillic at all while everything else looks fine.
    """
    ctype = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else ["--locale-provider=libc"]
    return [*builtin, "--lc-collate=C", f"--lc-ctype={ctype}"]


def _works_in(pid: int, folder: Path) -> bool:
    """Return whether the process is a server of this folder: PostgreSQL's work inside their cluster."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
        except OSError:
            return False
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return str(folder) in shown.stdout


def _anyone_works_in(folder: Path) -> bool:
    names = os.listdir("/proc") if Path("/proc/self").exists() else ()
    return any(_works_in(int(name), folder) for name in names if name.isdigit())


def _last_lines(text: str, count: int = 4) -> str:
    return " / ".join(line.strip() for line in text.strip().splitlines()[-count:]) or "it said nothing"
