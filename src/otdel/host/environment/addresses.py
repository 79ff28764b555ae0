"""Reading one value: an address of a site, a database, a mail server, a mailbox."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from otdel.host.environment.values import MailBox, MailServer


def public_url(value: str) -> str:
    if not value:
        return ""
    parts = parts_of(value, "give the public address, such as https://otdel.example.ru")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("give the public address without a path, such as https://otdel.example.ru")
    return value.rstrip("/")


def parts_of(value: str, expected: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ValueError(expected) from None
    return parts


def database(value: str) -> dict[str, Any] | None:
    if not value:
        return None
    expected = "give postgresql://user:password@host:5432/name (special characters of the password as %XX)"
    parts = parts_of(value, expected)
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


def mail_server(value: str) -> MailServer | None:
    if not value:
        return None
    expected = "give smtp+tls://user:password@host:587, smtps://user:password@host:465 or smtp://host:25"
    parts = parts_of(value, expected)
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


def mailbox(value: str) -> MailBox | None:
    if not value:
        return None
    expected = "give imaps://user:password@host:993/INBOX (special characters of the password as %XX)"
    parts = parts_of(value, expected)
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


def sender(value: str) -> str:
    """An address, alone or with a name before it."""
    address = parseaddr(value)[1]
    if value and ("\n" in value or not re.fullmatch(r"[^@\s]+@[^@\s]+", address)):
        raise ValueError("give an address, such as otdel@example.ru or Otdel <otdel@example.ru>")
    return value


def letter_address(value: str) -> str:
    if value and not re.fullmatch(r"[^@\s+]+@[^@\s]+", value):
        raise ValueError("give one address without a plus sign, such as otdel@example.ru")
    return value.lower()
