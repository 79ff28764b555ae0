"""Every setting of Otdel: its name, its default, what it means, and what is wrong with a wrong one.

`otdel.settings` turns the result into Django's settings; nothing else reads the environment.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import secrets
import socket
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from otdel.host import folders
from otdel.host.postgres import Server
from otdel.host.refusal import Refused

T = TypeVar("T")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LANGUAGES = ("ru", "en")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    user: str
    password: str
    tls: bool  # starts in the clear and is upgraded
    ssl: bool  # encrypted from the first byte


@dataclass(frozen=True)
class Outside:
    """Which hosts may be called on people's behalf."""

    push: bool = False  # the services through which browsers get pushes
    public: bool = False  # whatever has a public address
    names: tuple[str, ...] = ()  # .example.ru is everything under it
    networks: tuple[Network, ...] = ()

    @property
    def anything(self) -> bool:
        return bool(self.public or self.names or self.networks)


@dataclass(frozen=True)
class MailBox:
    """A mailbox to be read by IMAP."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    ssl: bool


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One environment variable. `parse` raises ValueError with what is expected, as the end of a sentence."""

    name: str
    default: str
    meaning: str
    parse: Callable[[str], T]

    def read(self, environ: Mapping[str, str]) -> T:
        return self.parse(environ.get(self.name, "").strip() or self.default)


@dataclass(frozen=True)
class Environment:
    data: Path
    database: dict[str, Any]  # one entry of Django's DATABASES
    embedded: bool  # the database is our own server, not one of DATABASE_URL
    port: int
    live_port: int  # 0: nobody tells open pages what changed, they ask every minute
    host: str
    secret_key: str
    url: str  # public address without a slash at the end, or ""
    allowed_hosts: tuple[str, ...]
    language: str
    time_zone: str
    email: MailServer | None  # None: letters are kept as files in `mail`
    email_from: str
    inbox: MailBox | None  # None: nobody reads letters that come in
    inbox_address: str  # where answers to our letters go, or ""
    metrics_token: str
    workers: int
    threads: int
    demo: bool
    debug: bool
    pg_bin: Path | None
    upload_limit: int  # bytes
    trusted_proxies: tuple[Network, ...]
    outside: Outside

    @property
    def secure(self) -> bool:
        """People come by https: cookies are for https only, and browsers are told to remember it."""
        return self.url.startswith("https://")

    @property
    def address(self) -> str:
        """What a person types into a browser."""
        shown = "localhost" if self.host in ("127.0.0.1", "::1", "0.0.0.0", "::", "localhost") else self.host  # noqa: S104
        return self.url or f"http://{shown}:{self.port}"

    @property
    def files(self) -> Path:
        """Uploaded files (Django's MEDIA_ROOT)."""
        return self.data / "files"

    @property
    def mail(self) -> Path:
        """Letters that had no mail server to go to."""
        return self.data / "mail"

    @property
    def static(self) -> Path:
        """Collected static files (Django's STATIC_ROOT); made again at each change."""
        return self.data / "static"


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
            problems.append(f"{setting.name}={given.get(setting.name, '')!r} is wrong: {error}.")
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


def describe() -> str:
    """Return the table of settings for people."""
    return "\n".join(f"{s.name} (default: {s.default or 'none'})\n    {s.meaning}" for s in SETTINGS)


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


def _text(value: str) -> str:
    return value


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return int(value)

    return parse


def _perhaps(value: str) -> bool | None:
    return _yes_no(value) if value else None


def _perhaps_port(value: str) -> int | None:
    return _number(0, 65535)(value) if value else None


def beside(port: int) -> int:
    """Return the port of live updates when nobody chose one: 9000 for 8000."""
    return port + 1000 if port + 1000 <= 65535 else port - 1000


def _yes_no(value: str) -> bool:
    word = value.lower()
    if word in ("yes", "true", "1", "on"):
        return True
    if word in ("no", "false", "0", "off"):
        return False
    raise ValueError("give yes or no")


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"give one of: {', '.join(LANGUAGES)}")
    return value


def _time_zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("give a zone such as Europe/Moscow or Asia/Yekaterinburg") from None
    return value


def _url(value: str) -> str:
    if not value:
        return ""
    parts = _split(value, "give the public address, such as https://otdel.example.ru")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("give the public address without a path, such as https://otdel.example.ru")
    return value.rstrip("/")


def _names(value: str) -> tuple[str, ...]:
    names = tuple(name for name in re.split(r"[,\s]+", value) if name)
    for name in names:
        if "/" in name or not re.fullmatch(r"\*|\.?[\w\-.\[\]:]+", name):
            raise ValueError("give names separated by commas, without http:// and ports, such as otdel.example.ru")
    return names


def _networks(value: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part) for part in re.split(r"[,\s]+", value) if part)
    except ValueError:
        raise ValueError("give addresses or networks separated by commas, such as 127.0.0.1, 10.0.0.0/8") from None


def _outside(value: str) -> Outside:
    words = [word.lower() for word in re.split(r"[,\s]+", value) if word]
    names, networks = [], []
    for word in words:
        if word in ("push", "public"):
            continue
        try:
            networks.append(ipaddress.ip_network(word))
        except ValueError:
            if not re.fullmatch(r"\.?[a-z0-9]([\w\-]*[a-z0-9])?(\.[\w\-]+)*", word):
                raise ValueError("give push, public, host names or networks, such as push, hooks.example.ru") from None
            names.append(word)
    return Outside("push" in words, "public" in words, tuple(names), tuple(networks))


def _bytes(value: str) -> int:
    match = re.fullmatch(r"(\d+)\s*([kmg]?)i?b?", value.lower())
    size = int(match[1]) * 1024 ** " kmg".index(match[2] or " ") if match else 0
    if not 1024 <= size <= 4 * 1024**3:
        raise ValueError("give a size from 1 KB to 4 GB, such as 25 MB")
    return size


def _folder(value: str) -> Path | None:
    if not value:
        return None
    path = Path(value).expanduser()
    if not (path / "postgres").is_file() or not (path / "initdb").is_file():
        raise ValueError("give the folder with the programs postgres and initdb, such as /usr/lib/postgresql/16/bin")
    return path.resolve()


def _split(value: str, expected: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ValueError(expected) from None
    return parts


def _database(value: str) -> dict[str, Any] | None:
    if not value:
        return None
    expected = "give postgresql://user:password@host:5432/name (special characters of the password as %XX)"
    parts = _split(value, expected)
    options = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/")) or options.pop("dbname", "")
    if parts.scheme not in ("postgresql", "postgres") or not name:
        raise ValueError(expected)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or "") or options.pop("user", ""),
        "PASSWORD": unquote(parts.password or "") or options.pop("password", ""),
        "HOST": unquote(parts.hostname or "") or options.pop("host", ""),
        "PORT": str(parts.port or options.pop("port", "")),
        "OPTIONS": options,
    }


def _email(value: str) -> MailServer | None:
    if not value:
        return None
    expected = "give smtp+tls://user:password@host:587, smtps://user:password@host:465 or smtp://host:25"
    parts = _split(value, expected)
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if parts.scheme not in ports or not parts.hostname:
        raise ValueError(expected)
    return MailServer(
        host=parts.hostname,
        port=parts.port or ports[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "smtp+tls",
        ssl=parts.scheme == "smtps",
    )


def _inbox(value: str) -> MailBox | None:
    if not value:
        return None
    expected = "give imaps://user:password@host:993/INBOX (special characters of the password as %XX)"
    parts = _split(value, expected)
    ports = {"imaps": 993, "imap": 143}
    if parts.scheme not in ports or not parts.hostname or not parts.username:
        raise ValueError(expected)
    return MailBox(
        host=parts.hostname,
        port=parts.port or ports[parts.scheme],
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        ssl=parts.scheme == "imaps",
    )


def _address(value: str) -> str:
    if value and not re.fullmatch(r"[^@\s+]+@[^@\s]+", value):
        raise ValueError("give one address without a plus sign, such as otdel@example.ru")
    return value.lower()


def _secret(value: str) -> str:
    if value and len(value) < 32:
        raise ValueError("give at least 32 random characters, or leave it out and one is made and kept for you")
    return value


DATA = Setting("OTDEL_DATA", "", "Folder of everything worth keeping: database, uploaded files, secret key.", _text)
DATABASE = Setting(
    "DATABASE_URL",
    "",
    "A PostgreSQL (15 or later) of yours; without it Otdel runs its own beside the data.",
    _database,
)
PORT = Setting("PORT", "8000", "Port the web server listens on.", _number(1, 65535))
LIVE_PORT = Setting(
    "OTDEL_LIVE_PORT",
    "",
    "Port that tells open pages what changed; without it PORT plus 1000 or the next free one, 0 for none.",
    _perhaps_port,
)
HOST = Setting("HOST", "127.0.0.1", "Address the web server listens on; 0.0.0.0 for all of this machine's.", _text)
SECRET_KEY = Setting(
    "OTDEL_SECRET_KEY",
    "",
    "Key that signs sessions and links; made and kept in the data folder when not given.",
    _secret,
)
URL = Setting("OTDEL_URL", "", "Public address, for links in letters; https:// turns on secure cookies and HSTS.", _url)
ALLOWED_HOSTS = Setting(
    "OTDEL_ALLOWED_HOSTS",
    "",
    "Host names answered to, separated by commas; without it, this machine's own.",
    _names,
)
LANGUAGE = Setting("OTDEL_LANGUAGE", "ru", "Language until a person chooses another: ru or en.", _language)
TIME_ZONE = Setting("OTDEL_TIME_ZONE", "Europe/Moscow", "Time zone of the organisation.", _time_zone)
EMAIL = Setting(
    "EMAIL_URL",
    "",
    "Mail server: smtp+tls://user:password@host:587; without it letters become files in data/mail.",
    _email,
)
EMAIL_FROM = Setting("OTDEL_EMAIL_FROM", "", "Sender of letters; without it otdel@ and the host of OTDEL_URL.", _text)
INBOX = Setting(
    "OTDEL_INBOX",
    "",
    "Mailbox to read: imaps://user:password@host:993/INBOX; answers become comments, letters become tasks.",
    _inbox,
)
INBOX_ADDRESS = Setting(
    "OTDEL_INBOX_ADDRESS",
    "",
    "Address of that mailbox; its server must bring name+anything@ there too.",
    _address,
)
METRICS_TOKEN = Setting(
    "OTDEL_METRICS_TOKEN",
    "",
    "Word that opens /metrics to monitoring as Authorization: Bearer; without it only this machine may ask.",
    _secret,
)
WORKERS = Setting("OTDEL_WORKERS", "2", "Web server processes; about one per core.", _number(1, 64))
THREADS = Setting("OTDEL_THREADS", "4", "Threads in each web server process.", _number(1, 64))
DEMO = Setting(
    "OTDEL_DEMO",
    "",
    "Fill an empty database with a demonstration company: yes or no. Its passwords are known to all, "
    "so without it: yes only while nobody but this machine can reach the server.",
    _perhaps,
)
DEBUG = Setting("OTDEL_DEBUG", "no", "Show details of errors to everybody: for developers only.", _yes_no)
PG_BIN = Setting(
    "OTDEL_PG_BIN", "", "Folder of PostgreSQL's programs to use instead of those that came along.", _folder
)
UPLOAD_LIMIT = Setting("OTDEL_UPLOAD_LIMIT", "500 MB", "Largest file a person may upload.", _bytes)
TRUSTED_PROXY = Setting(
    "OTDEL_TRUSTED_PROXY",
    "",
    "Addresses of proxies whose X-Forwarded-For and -Proto are believed.",
    _networks,
)
OUTSIDE = Setting(
    "OTDEL_OUTSIDE",
    "",
    "Hosts that may be called to tell people: push for browsers' push services, public for any public address, "
    "names (.example.ru with everything under it), networks; without it none.",
    _outside,
)

SETTINGS: tuple[Setting[Any], ...] = (
    DATA, DATABASE, PORT, LIVE_PORT, HOST, SECRET_KEY, URL, ALLOWED_HOSTS, LANGUAGE, TIME_ZONE, EMAIL, EMAIL_FROM,
    INBOX, INBOX_ADDRESS, METRICS_TOKEN, WORKERS, THREADS, DEMO, DEBUG, PG_BIN, UPLOAD_LIMIT, TRUSTED_PROXY, OUTSIDE,
)  # fmt: skip
