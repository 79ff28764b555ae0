"""Trying a channel out: what the other side says is shown at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.notifications import access, channels, kinds, links, rules, texts
from otdel.notifications.actions.sending import note_refused
from otdel.notifications.actions.telling import Told, tell
from otdel.notifications.channels import Item, Outgoing, Refused
from otdel.notifications.models import Address
from otdel.org.models import Person
from otdel.org.queries import colleagues


@dataclass(frozen=True)
class Tried:
    address: str
    ok: bool
    answer: str


def try_channel(*, by: Person, name: str, now: datetime) -> list[Tried]:
    """Send a test to each of the person's addresses right now. Not one transaction: the other side takes its time."""
    if name == channels.APP:
        return [_in_app(by=by, now=now)]
    found = channels.get(name)
    if found is None or not found.works():
        raise rules.NoSuchChannel(_("There is no such channel here."))
    out = _test(by, now)
    addresses: list[Address | None] = [None]
    if found.needs_address:
        addresses = list(access.visible_addresses(by).filter(channel=name, is_on=True))
        if not addresses:
            raise rules.NoSuchAddress(_("There is no address for this channel yet."))
    tried = [_try(found, out, each, now) for each in addresses]
    if found.rest:
        found.rest()
    journal.record("channel.tested", by, by=by, at=now, channel=name, ok=[each.ok for each in tried])
    return tried


@action
def _in_app(*, by: Person, now: datetime) -> Tried:
    """Put a notice behind the person's bell; an open page shows it at once."""
    tell([Told(kinds.TEST, by.pk, f"test:{uuid4().hex}", url="/me/notices/")], now)
    journal.record("channel.tested", by, by=by, at=now, channel=channels.APP, ok=[True])
    return Tried(_channel_name(channels.APP), True, _("It is in the list behind the bell."))


def _channel_name(name: str) -> str:
    found = channels.get(name)
    return str(found.label) if found else name


def _try(found: channels.Channel, out: Outgoing, address: Address | None, now: datetime) -> Tried:
    answer = found.deliver(out, address)
    title = address.title if address else out.email or str(found.label)
    if isinstance(answer, Refused):
        if address:
            note_refused(address.pk, answer, now)
        return Tried(title, False, answer.reason)
    if address:
        Address.objects.filter(pk=address.pk).update(last_ok_at=now, last_error="")
    return Tried(title, True, answer.answer)


def _test(by: Person, now: datetime) -> Outgoing:
    me = colleagues([by.pk])[by.pk]
    text = texts.text(kinds.TEST, "", {}, me.time.zone)
    url = links.absolute("/me/notices/")
    item = Item(0, kinds.TEST, text, "", url, "", None, now)
    return Outgoing(
        key=f"test{uuid4().hex}", delivery_ids=(), person_id=me.id, name=me.name, email=me.email, language=me.language,
        title=text, items=(item,), url=url, unread=0, is_test=True,
    )  # fmt: skip
