"""Every minute: read the mailbox, if there is one. A letter is done once, however often it is fetched."""

from __future__ import annotations

import imaplib
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.utils import timezone

from otdel.core.jobs import job
from otdel.host.environment import MailBox
from otdel.interfaces.mail.taking import take
from otdel.notifications import actions

log = logging.getLogger("otdel.mail")
AT_ONCE = 100
LARGEST = 10 * 1024 * 1024


@job(queueing_lock="otdel.interfaces.mail.jobs.read_mailbox", retry=False)
def read_mailbox(timestamp: int = 0) -> None:
    box = settings.ENVIRONMENT.inbox
    if box is None or not settings.ENVIRONMENT.inbox_address:
        return
    try:
        count = read(box, settings.ENVIRONMENT.inbox_address)
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("The mailbox cannot be read: %s", error)
        actions.note_channel_down(channel="inbox", reason=str(error), now=timezone.now())
        return
    actions.note_channel(channel="inbox", now=timezone.now())
    if count:
        log.info("%s letters read", count)


def read(box: MailBox, inbox: str) -> int:
    """Take what is unseen; a letter is marked as seen only after it was taken."""
    with _opened(box) as mailbox:
        _status, found = mailbox.uid("SEARCH", "UNSEEN")
        uids = (found[0] or b"").split()[:AT_ONCE]
        for uid in uids:
            raw = _fetched(mailbox, uid)
            if raw is not None:
                take(raw, inbox, timezone.now())
            mailbox.uid("STORE", uid.decode(), "+FLAGS", r"(\Seen)")
        return len(uids)


def _fetched(mailbox: imaplib.IMAP4, uid: bytes) -> bytes | None:
    _status, parts = mailbox.uid("FETCH", uid.decode(), f"(BODY.PEEK[]<0.{LARGEST}>)")
    return next((part[1] for part in parts if isinstance(part, tuple)), None)


@contextmanager
def _opened(box: MailBox) -> Iterator[imaplib.IMAP4]:
    if box.ssl:
        mailbox: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            box.host, box.port, ssl_context=ssl.create_default_context(), timeout=20
        )
    else:
        mailbox = imaplib.IMAP4(box.host, box.port, timeout=20)
    try:
        mailbox.login(box.user, box.password)
        status, said = mailbox.select(f'"{box.folder}"')
        if status != "OK":
            raise imaplib.IMAP4.error(str(said))
        yield mailbox
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            mailbox.logout()
