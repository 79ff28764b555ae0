"""Reading what one was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from otdel.core import live
from otdel.notifications import access, channels, rules
from otdel.notifications.models import Delivery
from otdel.org.models import Person

OPENED, SENT = Delivery.State.OPENED, Delivery.State.SENT


@transaction.atomic
def open_notice(*, by: Person, notice_id: int, via: str = channels.APP, now: datetime) -> str:
    """Note that it was opened, and by which way; return where it leads. No event: the notice itself keeps it."""
    notice = access.visible_notices(by).filter(pk=notice_id).first()
    if notice is None:
        raise rules.NoSuchNotice(_("There is no such notice, or it is not yours."))
    _read(by, [notice.pk], now)
    opened = Delivery.objects.filter(notice=notice, channel__in={via, channels.APP}, state=SENT)
    opened.update(state=OPENED, opened_at=now)
    return notice.url or "/notices/"


@transaction.atomic
def read_notices(*, by: Person, ids: Sequence[int] | None = None, now: datetime) -> int:
    """Note that these were read, or all of them."""
    found = access.visible_notices(by).filter(read_at=None)
    wanted = list((found if ids is None else found.filter(pk__in=ids)).values_list("pk", flat=True)[:20_000])
    return _read(by, wanted, now)


@transaction.atomic
def answer_letters(*, by: Person, subject_kind: str, subject_id: int, now: datetime) -> None:
    """Whoever answered a letter, or pressed a link in it, has read what it said of the subject."""
    found = access.visible_notices(by).filter(subject_kind=subject_kind, subject_id=subject_id)
    sent = Delivery.objects.filter(notice__in=found, channel=channels.EMAIL, state=SENT)
    _read(by, list(sent.values_list("notice_id", flat=True)), now)
    sent.update(state=OPENED, opened_at=now)


def _read(by: Person, ids: Sequence[int], now: datetime) -> int:
    count = access.visible_notices(by).filter(pk__in=ids, read_at=None).update(read_at=now)
    if count:
        app = Delivery.objects.filter(notice__in=list(ids), channel=channels.APP, state=SENT)
        app.update(state=OPENED, opened_at=now)
        live.changed([by.pk], "notices")
    return count
