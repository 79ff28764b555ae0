"""The settings as the program takes them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


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
