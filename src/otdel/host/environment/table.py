"""The table of settings: `./otdel settings` prints it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from otdel.host.environment.addresses import database, letter_address, mail_server, mailbox, public_url, sender
from otdel.host.environment.hosts import host_names, network_list, outside
from otdel.host.environment.plain import (
    language,
    number,
    perhaps,
    perhaps_port,
    program_folder,
    secret,
    size,
    text,
    time_zone,
    token,
    yes_no,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One environment variable. `parse` raises ValueError with what is expected, as the end of a sentence."""

    name: str
    default: str
    meaning: str
    parse: Callable[[str], T]
    hidden: bool = False  # a secret or an address with one: it is not repeated where others may read it

    def read(self, environ: Mapping[str, str]) -> T:
        return self.parse(environ.get(self.name, "").strip() or self.default)


def describe() -> str:
    """Return the table of settings for people."""
    return "\n".join(f"{s.name} (default: {s.default or 'none'})\n    {s.meaning}" for s in SETTINGS)


DATA = Setting("OTDEL_DATA", "", "Folder of everything worth keeping: database, uploaded files, secret key.", text)


DATABASE = Setting(
    "DATABASE_URL",
    "",
    "A PostgreSQL (15 or later) of yours; without it Otdel runs its own beside the data.",
    database,
    hidden=True,
)


PORT = Setting("PORT", "8000", "Port the web server listens on.", number(1, 65535))


LIVE_PORT = Setting(
    "OTDEL_LIVE_PORT",
    "",
    "Port that tells open pages what changed; without it PORT plus 1000 or the next free one, 0 for none.",
    perhaps_port,
)


HOST = Setting("HOST", "127.0.0.1", "Address the web server listens on; 0.0.0.0 for all of this machine's.", text)


SECRET_KEY = Setting(
    "OTDEL_SECRET_KEY",
    "",
    "Key that signs sessions and links; made and kept in the data folder when not given.",
    secret,
    hidden=True,
)


URL = Setting(
    "OTDEL_URL", "", "Public address, for links in e-mails; https:// turns on secure cookies and HSTS.", public_url
)


ALLOWED_HOSTS = Setting(
    "OTDEL_ALLOWED_HOSTS",
    "",
    "Host names answered to, separated by commas; without it, this machine's own.",
    host_names,
)


LANGUAGE = Setting("OTDEL_LANGUAGE", "ru", "Language until a person chooses another: ru or en.", language)


TIME_ZONE = Setting("OTDEL_TIME_ZONE", "Europe/Moscow", "Time zone of the organisation.", time_zone)


EMAIL = Setting(
    "EMAIL_URL",
    "",
    "Mail server: smtp+tls://user:password@host:587; without it e-mails become files in data/mail.",
    mail_server,
    hidden=True,
)


EMAIL_FROM = Setting("OTDEL_EMAIL_FROM", "", "Sender of e-mails; without it otdel@ and the host of OTDEL_URL.", sender)


INBOX = Setting(
    "OTDEL_INBOX",
    "",
    "Mailbox to read: imaps://user:password@host:993/INBOX; replies become comments, e-mails become tasks.",
    mailbox,
    hidden=True,
)


INBOX_ADDRESS = Setting(
    "OTDEL_INBOX_ADDRESS",
    "",
    "Address of that mailbox; its server must bring name+anything@ there too.",
    letter_address,
)


METRICS_TOKEN = Setting(
    "OTDEL_METRICS_TOKEN",
    "",
    "Word that opens /metrics to monitoring as Authorization: Bearer; without it only this machine may ask.",
    token,
    hidden=True,
)


WORKERS = Setting("OTDEL_WORKERS", "2", "Web server processes; about one per core.", number(1, 64))


THREADS = Setting("OTDEL_THREADS", "4", "Threads in each web server process.", number(1, 64))


DEMO = Setting(
    "OTDEL_DEMO",
    "",
    "Fill an empty database with a demonstration company: yes or no. Its passwords are known to all, "
    "so without it: yes only while nobody but this machine can reach the server.",
    perhaps,
)


DEBUG = Setting("OTDEL_DEBUG", "no", "Show details of errors to everybody: for developers only.", yes_no)


PG_BIN = Setting(
    "OTDEL_PG_BIN", "", "Folder of PostgreSQL's programs to use instead of those that came along.", program_folder
)


UPLOAD_LIMIT = Setting("OTDEL_UPLOAD_LIMIT", "500 MB", "Largest file a person may upload.", size)


TRUSTED_PROXY = Setting(
    "OTDEL_TRUSTED_PROXY",
    "",
    "Addresses of proxies whose X-Forwarded-For and -Proto are believed.",
    network_list,
)


OUTSIDE = Setting(
    "OTDEL_OUTSIDE",
    "",
    "Hosts that may be called to notify people: push for browsers' push services, public for any public address, "
    "names (.example.ru with everything under it), networks; without it none.",
    outside,
)


SETTINGS: tuple[Setting[Any], ...] = (
    DATA, DATABASE, PORT, LIVE_PORT, HOST, SECRET_KEY, URL, ALLOWED_HOSTS, LANGUAGE, TIME_ZONE, EMAIL, EMAIL_FROM,
    INBOX, INBOX_ADDRESS, METRICS_TOKEN, WORKERS, THREADS, DEMO, DEBUG, PG_BIN, UPLOAD_LIMIT, TRUSTED_PROXY, OUTSIDE,
)  # fmt: skip
