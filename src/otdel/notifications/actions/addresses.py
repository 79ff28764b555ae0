"""Where channels find a person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from otdel.core import journal
from otdel.core.act import action
from otdel.notifications import channels, rules
from otdel.notifications.models import Address
from otdel.org.models import Person


@action
def keep_address(
    *, by: Person, channel: str, data: Mapping[str, Any], title: str = "", mark: str = "", now: datetime
) -> Address:
    """Remember where a channel finds the person; the same address given again is kept anew and switched on.

    `mark` is what makes it the same address, such as a push endpoint; it may be of any length.
    """
    found = channels.get(channel)
    if found is None or not found.needs_address:
        raise rules.NoSuchChannel(_("There is no such channel here."), field="channel")
    mark = hashlib.sha256(mark.encode()).hexdigest() if mark else ""
    values = {"data": dict(data), "title": " ".join(title.split())[:120], "is_on": True, "last_error": ""}
    mine = Address.objects.filter(person=by)
    if mine.count() >= rules.MOST_ADDRESSES and not (mark and mine.filter(channel=channel, mark=mark).exists()):
        raise rules.TooMany(_("That is more addresses than one person needs: remove one first."))
    if not mark:
        kept = Address.objects.create(person=by, channel=channel, created_at=now, **values)
    else:
        kept, _new = Address.objects.update_or_create(
            person=by, channel=channel, mark=mark, defaults=values, create_defaults={**values, "created_at": now}
        )
    journal.record("address.kept", kept, by=by, at=now, channel=channel, title=kept.title)
    return kept


@action
def switch_address(*, by: Person, address_id: int, on: bool, now: datetime) -> Address:
    address = _own(by, address_id)
    address.is_on = on
    address.last_error = "" if on else address.last_error
    address.save(update_fields=["is_on", "last_error"])
    journal.record("address.switched", address, by=by, at=now, on=on)
    return address


@action
def remove_address(*, by: Person, address_id: int, now: datetime) -> None:
    address = _own(by, address_id)
    journal.record("address.removed", address, by=by, at=now, channel=address.channel, title=address.title)
    address.delete()


def _own(by: Person, address_id: int) -> Address:
    found = Address.objects.select_for_update().filter(pk=address_id, person=by).first()
    if found is None:
        raise rules.NoSuchAddress(_("There is no such address, or it is not yours."))
    return found
