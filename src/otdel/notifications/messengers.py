"""Messengers by apprise: tgram://, slack://, mailtos:// and a hundred more, one address a person.

Apprise and what it needs are loaded, and the other side is waited for, in a program of its own (`messenger_child`): it
can be ended when it takes too long, and there every connection goes through the same rules as our own calls.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from otdel.core import secrecy
from otdel.core.errors import Invalid
from otdel.notifications.channels import Outgoing, Refused, Sent, channel
from otdel.notifications.models import Address

NAME = "messenger"
SECONDS = 20
# what runs programs, reads files or shows windows on the server itself, and what other channels of ours do
FORBIDDEN = ("file", "dbus", "gnome", "glib", "kde", "qt", "macosx", "windows", "syslog", "growl", "vapid", "exec")


def works() -> bool:
    return bool(settings.OUTSIDE.anything)


def address_data(url: str) -> dict[str, str]:
    """Return what is kept. Raises Invalid for what apprise does not know."""
    url = url.strip()
    scheme = url.partition("://")[0].lower()
    if "://" not in url or len(url) > 2000 or not url.isprintable() or scheme.startswith(FORBIDDEN):
        raise Invalid(_("Give an address of a messenger, such as tgram://token/chat."), field="url")
    if said := _ask({"url": url, "check": True}):
        raise Invalid(said, field="url")
    return {"url": secrecy.sealed(url), "scheme": scheme[:40]}


@channel(NAME, label=pgettext_lazy("channel", "Messenger"), place=30, works=works)
def send(out: Outgoing, address: Address | None) -> Sent | Refused:
    assert address is not None
    url = secrecy.opened(address.data.get("url", ""))
    if not url:
        return Refused(_("The secret key of this Otdel has changed: add the address again."), gone=True)
    more = [_("and %(count)s more") % {"count": out.more}] if out.more else []
    # the title has said it where there is one alone
    alone = len(out.items) == 1 and out.items[0].text == out.title
    said = out.items[0].detail if alone else out.text
    body = "\n".join(filter(None, [said, *more, out.url]))
    said = _ask({"url": url, "title": out.title, "body": body})
    return Refused(said) if said else Sent(address.data.get("scheme", ""))


def _ask(what: dict[str, object]) -> str:
    """Return "" when it went well, else what is wrong."""
    rules = settings.OUTSIDE
    let = {"public": rules.public, "names": rules.names, "networks": [str(each) for each in rules.networks]}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "otdel.notifications.messenger_child"],
            input=json.dumps({**what, "let": let}), capture_output=True, text=True, timeout=SECONDS, check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return _("no answer in %(seconds)s s") % {"seconds": SECONDS}
    if done.returncode:
        return (done.stderr.strip().splitlines() or [_("It ended without an explanation.")])[-1][:500]
    said: str = json.loads(done.stdout)["said"]
    return {"unknown": _("No messenger has such an address.")}.get(said, said)
