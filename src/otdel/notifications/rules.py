"""Which way a notice takes and when. No queries, no clock."""

from __future__ import annotations

from datetime import timedelta

from otdel.core.errors import Conflict, Invalid, NotFound

LONGEST_TITLE = 250
MOST_ADDRESSES = 20
# after a refusal that may pass; then the person's next channel
PAUSES = tuple(timedelta(minutes=each) for each in (1, 2, 5, 15, 60, 180))


class NoSuchAddress(NotFound):
    """There is no such address, or it is not yours."""


class NoSuchChannel(Invalid):
    """There is no such channel here."""


class TooMany(Conflict):
    """That is more than one person needs."""


def pause_after(attempts: int) -> timedelta | None:
    """Return how long to wait before the next attempt, or None when it is time to give the channel up."""
    return PAUSES[attempts - 1] if 0 < attempts <= len(PAUSES) else None
