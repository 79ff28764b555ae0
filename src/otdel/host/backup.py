"""`./otdel backup` and `./otdel restore`: database, uploaded files and the key in one file."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from otdel.host import environment, folders, processes
from otdel.host.client import Client
from otdel.host.environment import Environment
from otdel.host.refusal import Refused

FORMAT = 1
FRESH = "otdel_being_restored"


def backup(arguments: list[str]) -> int:
    """Write a backup and read it again: one that cannot be read is none."""
    settings = environment.load()
    now = datetime.now().astimezone()
    target = Path(arguments[0] if arguments else f"otdel-backup-{now:%Y%m%d-%H%M%S}.tar").expanduser().absolute()
    if target.exists():
        raise Refused(f"{target} is there already. Name another file.")
    with processes.database(settings):
        write(settings, target, now)
    print(f"Backup written and read again: {target} ({target.stat().st_size / 1024**2:.1f} MB)")
    print("It holds everything, the key too: keep it where only you can read it.")
    return 0


def restore(arguments: list[str]) -> int:
    """Put a backup back."""
    force = "--force" in arguments
    names = [argument for argument in arguments if argument != "--force"]
    if len(names) != 1:
        raise Refused("Name one backup: ./otdel restore otdel-backup-20260101-0300.tar")
    source = Path(names[0]).expanduser().absolute()
    manifest = check(source)
    settings = environment.load()
    with processes.database(settings):
        key = read(settings, source, force=force)
    if settings.secret_key != key and os.environ.get("OTDEL_SECRET_KEY", "").strip():
        print(
            "OTDEL_SECRET_KEY is another key than the backup's: people sign in anew, and what was sealed with the old"
        )
        print(
            f"one (addresses of webhooks and messengers) cannot be read. Take it away: the key is in {settings.data}."
        )
    print(f"Restored what was kept on {manifest['made_at']}. Start: ./otdel run")
    return 0


def write(settings: Environment, target: Path, now: datetime) -> None:
    client = Client.of(settings)
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".otdel-backup-") as name:
            work = Path(name)
            dump = work / "database.dump"
            done = client.run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
            if done.returncode:
                raise Refused(f"The database could not be written out: {done.stderr.strip()}")
            (work / "secret-key").write_text(settings.secret_key)
            parts = [(dump, "database.dump"), (work / "secret-key", "secret-key"), *_files(settings.files)]
            archive = work / "backup.tar"
            _pack(archive, parts, client.ask("SHOW server_version"), now)
            check(archive, client)
            archive.chmod(0o600)
            os.replace(archive, target)
    except OSError as error:
        raise Refused(f"The backup could not be written to {target.parent}: {error.strerror}.") from None


def check(source: Path, client: Client | None = None) -> dict[str, Any]:
    """Return what a backup says of itself after comparing every part with its digest."""
    try:
        with tarfile.open(source) as archive:
            manifest: dict[str, Any] = json.load(_part(archive, "manifest.json"))
            if manifest["format"] > FORMAT:
                raise Refused("This backup was written by a newer Otdel. Restore it with that one.")
            for name, digest in manifest["parts"].items():
                if hashlib.file_digest(_part(archive, name), "sha256").hexdigest() != digest:
                    raise Refused(f"The backup {source} is damaged: {name} is not what was written. Use another.")
            if client is not None:
                with _extracted(archive, "database.dump", source.parent) as dump:
                    if client.run("pg_restore", "--list", str(dump)).returncode:
                        raise Refused("The database in the backup cannot be read again. Look at the disk.")
    except FileNotFoundError:
        raise Refused(f"There is no file {source}.") from None
    except (OSError, tarfile.TarError, KeyError, ValueError):
        raise Refused(f"{source} is not a backup of Otdel, or is damaged. Use another.") from None
    return manifest


def read(settings: Environment, source: Path, *, force: bool) -> str:
    """Restore into a fresh database and take it in place of the present one only when all has gone well.

    Returns the key of the backup.
    """
    client = Client.of(settings)
    _refuse_what_would_be_lost(client, force=force)
    _new_database(client)
    with tarfile.open(source) as archive:
        with _extracted(archive, "database.dump", settings.data) as dump:
            done = client.run(
                "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={FRESH}", str(dump)
            )
        if done.returncode:
            client.ask(f"DROP DATABASE {FRESH}", database="postgres")
            raise Refused(f"The database could not be restored; nothing was changed: {done.stderr.strip()}")
        fresh_files = _unpack_files(archive, settings.data)
        key = _part(archive, "secret-key").read().decode().strip()
    _swap(client)
    _swap_files(fresh_files, settings.files)
    path = settings.data / "secret-key"
    path.unlink(missing_ok=True)
    return folders.keep_once(path, key)


def _refuse_what_would_be_lost(client: Client, *, force: bool) -> None:
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    if client.ask(others + " AND backend_type = 'client backend'") != "0":
        raise Refused("Otdel is running on this database. Stop it, then restore.")
    if not force and client.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") != "0":
        raise Refused(
            "The database is not empty, and restoring would replace what is in it.",
            "Keep it first (./otdel backup), then: ./otdel restore --force FILE",
        )


def _new_database(client: Client) -> None:
    found = client.ask("SELECT datcollate, datctype FROM pg_database WHERE datname = current_database()").split("|")
    client.ask(f"DROP DATABASE IF EXISTS {FRESH}", database="postgres")
    client.ask(
        f"CREATE DATABASE {FRESH} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE '{found[0]}' LC_CTYPE '{found[1]}'",
        database="postgres",
    )


def _swap(client: Client) -> None:
    name = '"' + client.database.replace('"', '""') + '"'
    old = f"otdel_before_{datetime.now(UTC):%Y%m%d%H%M%S}"
    client.ask(
        f"BEGIN; ALTER DATABASE {name} RENAME TO {old}; ALTER DATABASE {FRESH} RENAME TO {name}; COMMIT",
        database="postgres",
    )
    client.ask(f"DROP DATABASE {old}", database="postgres")


def _files(folder: Path) -> list[tuple[Path, str]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [(path, f"files/{path.relative_to(folder)}") for path in paths]


def _pack(archive: Path, parts: list[tuple[Path, str]], server: str, now: datetime) -> None:
    digests: dict[str, str] = {}
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
        for path, name in parts:
            with path.open("rb") as file:
                digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
            tar.add(path, name, recursive=False, filter=_anonymous)
        about = {"format": FORMAT, "made_at": now.isoformat(timespec="seconds"), "postgresql": server, "parts": digests}
        content = json.dumps(about, indent=1, ensure_ascii=False).encode()
        info = tarfile.TarInfo("manifest.json")
        info.size, info.mode, info.mtime = len(content), 0o600, int(now.timestamp())
        tar.addfile(info, io.BytesIO(content))


def _anonymous(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


def _part(archive: tarfile.TarFile, name: str) -> Any:
    part = archive.extractfile(name)
    if part is None:
        raise KeyError(name)
    return part


@contextlib.contextmanager
def _extracted(archive: tarfile.TarFile, name: str, beside: Path) -> Iterator[Path]:
    """Unpack a part beside the backup or the data: /tmp may lie in memory, and is no place for a database."""
    with tempfile.TemporaryDirectory(prefix=".otdel-", dir=beside) as folder:
        path = Path(folder) / Path(name).name
        with path.open("wb") as file:
            shutil.copyfileobj(_part(archive, name), file)
        yield path


def _unpack_files(archive: tarfile.TarFile, data: Path) -> Path:
    fresh = data / "files.being-restored"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    for member in archive.getmembers():
        place = (fresh / member.name.removeprefix("files/")).resolve()
        if member.isfile() and member.name.startswith("files/") and place.is_relative_to(fresh.resolve()):
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as file:
                shutil.copyfileobj(_part(archive, member.name), file)
    return fresh


def _swap_files(fresh: Path, present: Path) -> None:
    old = present.with_name("files.before")
    shutil.rmtree(old, ignore_errors=True)
    if present.exists():
        present.rename(old)
    fresh.rename(present)
    shutil.rmtree(old, ignore_errors=True)
