"""E-mail: plain and HTML, one connection for many letters, what the server says told apart."""

from __future__ import annotations

import hashlib
import smtplib
import threading
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string  # noqa: TID251 - a letter is written by whoever sends it
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otdel.notifications import links
from otdel.notifications.channels import EMAIL, Item, Outgoing, Refused, Sent, channel
from otdel.notifications.kinds import Line
from otdel.notifications.models import Address

_kept = threading.local()


def _works() -> bool:
    return bool(settings.MAIL_WORKS)


def _connection() -> Any:
    """One per thread, kept open while there is something to send."""
    found = getattr(_kept, "connection", None)
    if found is None:
        found = get_connection()
        if hasattr(found, "open"):
            found.open()
        _kept.connection = found
    return found


def rest() -> None:
    found, _kept.connection = getattr(_kept, "connection", None), None
    if found is not None:
        try:
            found.close()
        except OSError:  # smtplib's errors are OSErrors; it was gone already
            _kept.connection = None


def probe() -> str:
    """Ask the server whether it is there and lets us in, without sending anything."""
    try:
        connection = get_connection(timeout=10)
        connection.open()
        connection.close()
    except (OSError, ValueError) as error:
        return _said(error)
    return ""


@channel(EMAIL, label=gettext_lazy("E-mail"), place=35, needs_address=False, works=_works, probe=probe, rest=rest)
def send(out: Outgoing, address: Address | None) -> Sent | Refused:
    if not out.email:
        return Refused(_("There is no e-mail address."), final=True)
    try:
        letter = compose(out)
        letter.connection = _connection()
        letter.send()
    except (smtplib.SMTPException, OSError) as error:
        rest()
        return _judged(error)
    return Sent()


def _judged(error: Exception) -> Refused:
    """5xx about this letter or this person is for ever; what is about the server itself is not about the letter."""
    said = _said(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in error.recipients.values()]
        return Refused(said, final=all(code >= 500 for code in codes))
    if isinstance(error, smtplib.SMTPDataError | smtplib.SMTPSenderRefused):
        return Refused(said, final=error.smtp_code >= 500 and isinstance(error, smtplib.SMTPDataError))
    return Refused(said, down=True)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = ((parseaddr(who)[1], code, _text(text)) for who, (code, text) in error.recipients.items())
        return "; ".join(f"{who}: {code} {text}" for who, code, text in answers)
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _text(given: bytes | str) -> str:
    return given.decode("utf-8", "replace") if isinstance(given, bytes) else given


def message_id(key: str) -> str:
    """The same for the same letter: a second copy, after a crash in the worst moment, is recognised as one."""
    secret = hashlib.sha256(f"{settings.SECRET_KEY}.{key}".encode()).hexdigest()[:20]
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return f"<{key}.{secret}@{address.partition('@')[2] or 'otdel.local'}>"


def compose(out: Outgoing) -> EmailMultiAlternatives:
    with translation.override(out.language):
        letter = EmailMultiAlternatives(
            " ".join(out.title.split())[:200],
            _plain(out),
            to=[formataddr((out.name, out.email))],
            reply_to=[out.reply_to] if out.reply_to else None,
            headers={
                "Message-ID": message_id(out.key),
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
                **_way_out(out),
            },
        )
        letter.attach_alternative(_html(out), "text/html")
    return letter


def _way_out(out: Outgoing) -> dict[str, str]:
    """Let mail programs show their own button for no more of this (RFC 2369, RFC 8058)."""
    if not out.stop_url:
        return {}
    one_press = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if out.stop_url.startswith("https:") else {}
    return {"List-Unsubscribe": f"<{out.stop_url}>", **one_press}


def _plain(out: Outgoing) -> str:
    parts = [out.title] if len(out.items) > 1 else []
    for item in out.items:
        lines = [item.text, item.detail, item.url, *(f"{label}: {url}" for label, url in item.links)]
        parts.append("\n".join(filter(None, lines)))
    if out.more:
        parts.append(_("And more: %(count)s. All of them: %(url)s") % {"count": out.more, "url": out.url})
    return "\n\n".join([*parts, "-- \n" + "\n".join(_foot(out))])


def _foot(out: Outgoing) -> list[str]:
    said = [_("Reply to this e-mail, and the reply becomes a comment.")] if out.reply_to else []
    said.append(_("What you are told of and how: %(url)s") % {"url": _settings_url()})
    return [*said, _("No more e-mails of this kind: %(url)s") % {"url": out.stop_url}] if out.stop_url else said


def _settings_url() -> str:
    return links.absolute("/me/notices/")


# as the style sheet of the pages has them: programs that read mail know no variables
COLOURS = {"": "#1b2430", "under": "#b42318", "over": "#8a5000", "done": "#2c7a4b"}
FACT, GAP, REST = "#2b4a6f", "#f3c9c5", "#e3e7ec"
SIGNS = {"under": "▼ ", "over": "▲ "}


def _html(out: Outgoing) -> str:
    many = len(out.items) > 1
    items = [_item(item) for item in out.items]
    same = len({item["label"] for item in items}) == 1
    first = items[0]
    context = {
        "title": out.title,
        "site": links.absolute("/"),
        "is_many": many,
        "with_labels": many and not same,
        "items": items,
        "preview": " · ".join(item["title"] for item in items[:4]) if many else " · ".join(first["said"][:4]),
        "more": out.more,
        "url": out.url,
        "reply_to": out.reply_to,
        "stop_url": out.stop_url,
        "settings_url": _settings_url(),
    }
    return render_to_string("letters/notice.html", context)


def _item(item: Item) -> dict[str, Any]:
    lines = [] if item.rows else [line for line in item.detail.split("\n") if line]
    return {
        "label": item.label,
        "title": item.title or item.text,
        "url": item.url,
        "tone": item.tone,
        "colour": COLOURS[item.tone] if item.tone else "#55606e",
        "lines": lines,
        "rows": [_row(row) for row in item.rows],
        "said": [*lines, *(str(row) for row in item.rows)] or [item.text],
        "links": item.links,
    }


def _row(row: Line) -> dict[str, Any]:
    return {
        "text": row.text,
        "value": row.value,
        "url": links.absolute(row.url) if row.url else "",
        "tone": row.tone,
        "colour": COLOURS[row.tone],
        "sign": SIGNS.get(row.tone, "") if row.value[:1] in ("+", "−") else "",
        "is_heading": row.is_heading,
        "bar": _bar(row),
    }


def _bar(row: Line) -> list[tuple[str, int, str]]:
    """How much is there, how much should be besides, and the rest, in parts of a hundred."""
    if row.share is None:
        return []
    there = round(row.share * 100)
    lacks = max(0, round((row.expected or 0) * 100) - there)
    parts = [("fact", there, FACT), ("gap", lacks, GAP), ("rest", 100 - there - lacks, REST)]
    return [part for part in parts if part[1]]
