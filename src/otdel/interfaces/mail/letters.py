"""Reading a letter: who wrote, to which address of ours, and the words without what is quoted below them."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from typing import Any

from lxml import html

LONGEST = 20_000
MOST_FILES = 20
# where the words of others, or a signature, begin
_CUT = re.compile(
    r"""^(?:
      >.*
    | -{2,}\s?$
    | _{8,}$
    | -{3,}\s*(?:original|forwarded)\ message.*
    | -{3,}\s*(?:исходное|пересланное|пересылаемое)\ сообщение.*
    | .{4,200}<[^<>\s]+@[^<>\s]+>:\s*$
    | (?:on|le|am)\b.{4,200}\b(?:wrote|writes):\s*$
    | .{4,200}(?:пишет|написал|написала|написал\(а\)|wrote):\s*$
    | (?:from|от):\s.*@.*
    | \*?(?:from|от|sent|отправлено):\*?\s.{0,200}$
    | (?:sent\ from\ my|отправлено\ (?:с|из))\b.*
    )$""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class Letter:
    message_id: str
    sender: str  # the address alone, in lower case
    tags: tuple[str, ...]  # what stands after the + in addresses of ours
    topic: str
    text: str
    is_automatic: bool
    files: tuple[tuple[str, bytes], ...] = ()  # name, content


def read(raw: bytes, inbox: str) -> Letter:
    """Return what a letter says. Whatever is broken in it is read as far as it goes."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return Letter(
        message_id=_said(message, "Message-ID")[:250],
        sender=next((address.addr_spec.lower() for address in _addresses(message, "From")), "")[:254],
        tags=tuple(_tags(message, inbox)),
        topic=" ".join(_said(message, "Subject").split())[:250],
        text=without_quotes(_text(message))[:LONGEST],
        is_automatic=_is_automatic(message),
        files=tuple(_files(message)),
    )


# what the library dies of in some headers it cannot read
BROKEN_HEADER = (ValueError, IndexError, AttributeError)


def _said(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, "") or "").strip().replace("\x00", "")
    except BROKEN_HEADER:
        return ""


def _addresses(message: EmailMessage, name: str) -> Iterator[Address]:
    try:
        headers = message.get_all(name, [])
    except BROKEN_HEADER:
        return
    for header in headers:
        if isinstance(header, AddressHeader):
            yield from header.addresses


def _tags(message: EmailMessage, inbox: str) -> Iterator[str]:
    name, _at, host = inbox.lower().partition("@")
    for header in ("Delivered-To", "X-Original-To", "To", "Cc"):
        found = [address.addr_spec for address in _addresses(message, header)] or [_said(message, header)]
        for address in found:
            local, _at, domain = address.strip("<> ").lower().rpartition("@")
            if domain == host and local.startswith(f"{name}+"):
                yield local[len(name) + 1 :]


def _is_automatic(message: EmailMessage) -> bool:
    """Answers of machines: "I am on holiday" is no comment, and two machines must not answer each other."""
    auto = _said(message, "Auto-Submitted").lower()
    return (
        auto not in ("", "no")
        or _said(message, "Precedence").lower() in ("bulk", "junk", "auto_reply", "list")
        or _said(message, "Return-Path") == "<>"
        or bool(_said(message, "X-Autoreply"))
    )


def _text(message: EmailMessage) -> str:
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        if part is None:
            continue
        try:
            content = str(part.get_content())
        except (LookupError, ValueError, AttributeError):  # an unknown or wrong encoding
            raw = part.get_payload(decode=True)
            content = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
        return content if kind == "plain" else _plain(content)
    return ""


def _files(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """What was attached; pictures inside the text, mostly signatures, are not."""
    parts = [part for part in message.walk() if not part.is_multipart() and part.get_filename()]
    for part in parts[:MOST_FILES]:
        inline = part.get_content_disposition() == "inline" or part.get("Content-ID")
        content: Any = part.get_payload(decode=True)
        if content and not (inline and part.get_content_maintype() == "image"):
            yield str(part.get_filename()), content


def _plain(content: str) -> str:
    try:
        tree: Any = html.fromstring(content)
    except (ValueError, html.etree.ParserError):
        return ""
    for quoted in tree.xpath("//blockquote|//style|//script|//*[contains(@class,'gmail_quote')]"):
        if quoted.getparent() is not None:
            quoted.drop_tree()
    for line in tree.xpath("//br|//p|//div|//tr|//li"):
        line.tail = "\n" + (line.tail or "")
    return str(tree.text_content())


def without_quotes(text: str) -> str:
    """Keep what the writer wrote above the quoted letter."""
    kept: list[str] = []
    lines = text.replace("\r\n", "\n").replace("\x00", "").split("\n")
    for number, line in enumerate(lines):
        following = lines[number + 1].strip() if number + 1 < len(lines) else ""
        # "On Monday, Boris Belov <b@example.com>\nwrote:" goes over two lines
        if _CUT.match(line.strip()) or ("@" in line and _CUT.match(f"{line.strip()} {following}")):
            break
        kept.append(line.rstrip())
    return "\n".join(kept).strip()
