"""E-mail: plain and HTML, one connection for many letters, what the server says told apart."""

from __future__ import annotations

import hashlib
import smtplib
import threading
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otdel.notifications import links
from otdel.notifications.channels import EMAIL, Item, Outgoing, Refused, Sent, channel
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
        return Refused("There is no e-mail address.", final=True)
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
        return "; ".join(f"{who}: {code} {_text(text)}" for who, (code, text) in error.recipients.items())
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
            },
        )
        letter.attach_alternative(_html(out), "text/html")
    return letter


def _plain(out: Outgoing) -> str:
    parts = []
    for item in out.items:
        lines = [item.text, item.detail, item.url, *(f"{label}: {url}" for label, url in item.links)]
        parts.append("\n".join(filter(None, lines)))
    if out.more:
        parts.append(_("And more: %(count)s. All of them: %(url)s") % {"count": out.more, "url": out.url})
    return "\n\n".join([*parts, "-- \n" + "\n".join(_foot(out))])


def _foot(out: Outgoing) -> list[str]:
    said = [_("Answer this letter, and the answer becomes a comment.")] if out.reply_to else []
    return [*said, _("What you are told of and how: %(url)s") % {"url": links.absolute("/me/notices/")}]


BUTTON = (
    '<a href="{}" style="display:inline-block;margin:8px 8px 0 0;padding:8px 14px;border:1px solid #c9ced6;'
    'border-radius:6px;color:#1c1f24;text-decoration:none">{}</a>'
)


def _html(out: Outgoing) -> str:
    items = format_html_join("", "{}", ((_item(item),) for item in out.items))
    more = (
        format_html('<p><a href="{}">{}</a></p>', out.url, _("And more: %(count)s") % {"count": out.more})
        if out.more
        else ""
    )
    foot = format_html_join("", '<p style="margin:4px 0">{}</p>', ((line,) for line in _foot(out)))
    return format_html(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8"><title>{}</title></head>'
        '<body style="margin:0;padding:24px;background:#f5f6f8;'
        'font:15px/1.5 system-ui,-apple-system,Segoe UI,Roboto,Arial,sans-serif;color:#1c1f24">'
        '<div style="max-width:560px;margin:0 auto;padding:24px;background:#fff;border-radius:10px">{}{}</div>'
        '<div style="max-width:560px;margin:12px auto;color:#6b7280;font-size:13px">{}</div></body></html>',
        out.language,
        out.title,
        items,
        more,
        foot,
    )


def _item(item: Item) -> SafeString:
    lines = format_html_join("", '<div style="color:#4b5563">{}</div>', ((line,) for line in item.detail.split("\n")))
    buttons = format_html_join("", BUTTON, ((url, label) for label, url in item.links))
    return format_html(
        '<div style="padding:10px 0;border-bottom:1px solid #eceef1">'
        '<a href="{}" style="color:#1c1f24;font-weight:600;text-decoration:none">{}</a>{}{}</div>',
        item.url,
        item.text,
        lines,
        buttons,
    )
