"""What the daily digest says of telling itself, to whoever keeps the settings: silence must not go unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from otdel.notifications import queries
from otdel.notifications.access import is_keeper
from otdel.notifications.kinds import Line, section

if TYPE_CHECKING:
    from otdel.org.models import Person


@section("deliveries", 90)
def lines(person: Person, now: datetime, evening: bool) -> Iterator[Line]:
    count = queries.dead_count(person) if not evening and is_keeper(person) else 0
    if count:
        yield Line(_("Notices no channel could deliver"), str(count), "/settings/deliveries/?state=DEAD", "under")
