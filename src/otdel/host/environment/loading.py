"""The environment of this process, read whole: every wrong value is named at once."""

from __future__ import annotations

import difflib
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from otdel.host import folders
from otdel.host.environment.table import (
    ALLOWED_HOSTS,
    DATABASE,
    DEBUG,
    DEMO,
    EMAIL,
    EMAIL_FROM,
    HOST,
    INBOX,
    INBOX_ADDRESS,
    LANGUAGE,
    LIVE_PORT,
    METRICS_TOKEN,
    OUTSIDE,
    PG_BIN,
    PORT,
    SECRET_KEY,
    SETTINGS,
    THREADS,
    TIME_ZONE,
    TRUSTED_PROXY,
    UPLOAD_LIMIT,
    URL,
    WORKERS,
    Setting,
    T,
)
from otdel.host.environment.values import Environment
from otdel.host.postgres import Server
from otdel.host.refusal import Refused

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def load(environ: Mapping[str, str] | None = None) -> Environment:
    """Return the settings of this process.

    Raises Refused naming every wrong value at once. Makes the secret key on first use.
    """
    given = os.environ if environ is None else environ
    problems: list[str] = []

    def read(setting: Setting[T]) -> T:
        try:
            return setting.read(given)
        except ValueError as error:
            shown = "…" if setting.hidden else repr(given.get(setting.name, ""))
            problems.append(f"{setting.name}={shown} is wrong: {error}.")
            return setting.parse(setting.default)

    data = folders.data_folder(given)
    url = read(URL)
    host, port = read(HOST), read(PORT)
    live_port = read(LIVE_PORT)
    database = read(DATABASE)
    environment = Environment(
        data=data,
        database=database or Server(data).django(),
        embedded=database is None,
        port=port,
        live_port=beside(port) if live_port is None else live_port,
        host=host,
        secret_key="",
        url=url,
        allowed_hosts=read(ALLOWED_HOSTS) or _own_names(host, url),
        language=read(LANGUAGE),
        time_zone=read(TIME_ZONE),
        email=read(EMAIL),
        email_from=read(EMAIL_FROM) or f"otdel@{urlsplit(url).hostname or 'localhost'}",
        inbox=read(INBOX),
        inbox_address=read(INBOX_ADDRESS),
        metrics_token=read(METRICS_TOKEN),
        workers=read(WORKERS),
        threads=read(THREADS),
        demo=not url and host in LOOPBACK if (demo := read(DEMO)) is None else demo,
        debug=read(DEBUG),
        pg_bin=read(PG_BIN),
        upload_limit=read(UPLOAD_LIMIT),
        trusted_proxies=read(TRUSTED_PROXY),
        outside=read(OUTSIDE),
    )
    secret_key = read(SECRET_KEY)
    if problems:
        raise Refused(*problems)
    return _with_secret_key(environment, secret_key)


def misspelt(environ: Mapping[str, str] | None = None) -> list[str]:
    """Return a sentence for each OTDEL_ variable that looks like a setting typed wrong."""
    given = os.environ if environ is None else environ
    names = [setting.name for setting in SETTINGS]
    found = []
    for name in sorted(given):
        if name.startswith("OTDEL_") and name not in names:
            close = difflib.get_close_matches(name, names, n=1, cutoff=0.85)
            if close:
                found.append(f"{name} is not a setting of Otdel. Did you mean {close[0]}?")
    return found


def _with_secret_key(environment: Environment, given: str) -> Environment:
    key = given or folders.keep_once(environment.data / "secret-key", secrets.token_urlsafe(50))
    return replace(environment, secret_key=key)


def _own_names(host: str, url: str) -> tuple[str, ...]:
    """Return the names this machine answers to when nobody said which."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if url:
        names.append(urlsplit(url).hostname or "")
    if host in ("0.0.0.0", "::"):  # noqa: S104 - the person asked for every address
        names += [socket.gethostname(), *_own_addresses()]
    elif host not in names:
        names.append(f"[{host}]" if ":" in host else host)
    return tuple(dict.fromkeys(name for name in names if name))


def _own_addresses() -> list[str]:
    found = []
    try:
        found += [str(item[4][0]) for item in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # sends nothing: asks the kernel which address faces outwards
            found.append(probe.getsockname()[0])
    except OSError:
        pass
    return found


def beside(port: int) -> int:
    """Return the port of live updates when nobody chose one: 9000 for 8000."""
    return port + 1000 if port + 1000 <= 65535 else port - 1000
