"""Signs of life of channels and of the sweep: the banner and /metrics read them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from otdel.core.models import Heartbeat
from otdel.notifications.models import Notice, Reminder

KEPT = timedelta(days=400)
PORTION = 5000
LATE = timedelta(seconds=150)


@transaction.atomic
def note_sweep(*, seconds: float, fired: int, now: datetime) -> None:
    """Say that a sweep came to its end."""
    values = {"at": now, "note": {"seconds": round(seconds, 3), "fired": fired}}
    Heartbeat.objects.update_or_create(name="sweep", defaults=values)


@transaction.atomic
def note_channel(*, channel: str, now: datetime) -> bool:
    """Say that a channel works. Returns whether it did not for a while."""
    row = Heartbeat.objects.filter(name=f"channel:{channel}").first()
    Heartbeat.objects.update_or_create(name=f"channel:{channel}", defaults={"at": now, "note": {}})
    return row is not None and (bool(row.note) or now - row.at > LATE)


@transaction.atomic
def note_channel_down(*, channel: str, reason: str, now: datetime) -> None:
    """Keep the time it was last well; say why it is not."""
    row, made = Heartbeat.objects.get_or_create(
        name=f"channel:{channel}", defaults={"at": now, "note": {"wrong": reason[:500]}}
    )
    if not made:
        row.note = {"wrong": reason[:500]}
        row.save(update_fields=["note"])


@transaction.atomic
def forget_old(*, now: datetime) -> int:
    """Delete a portion of what was told more than a year ago."""
    old = Reminder.objects.filter(fired_at__lt=now - KEPT).values("pk")[:PORTION]
    count = Reminder.objects.filter(pk__in=old).delete()[0]
    notices = Notice.objects.filter(at__lt=now - KEPT).order_by("pk").values("pk")[:PORTION]
    return count + Notice.objects.filter(pk__in=notices).delete()[0]
