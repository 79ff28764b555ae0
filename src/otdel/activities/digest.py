"""What the daily digest says of calls and meetings: those of today, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from babel.dates import format_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otdel.activities.actions.reminding import ABOUT, title_of
from otdel.activities.kinds import RULES
from otdel.activities.models import Activity
from otdel.notifications.kinds import Line, section

if TYPE_CHECKING:
    from otdel.org.models import Person

MOST = 12


@section("activities", 15)
def lines(person: Person, now: datetime, evening: bool) -> Iterator[Line]:
    if evening:
        return
    midnight = datetime.combine(now.date(), time.min, now.tzinfo)
    planned = Activity.objects.kept().filter(owner=person, is_done=False, kind__in=RULES)
    rows = planned.filter(at__gte=midnight, at__lt=midnight + timedelta(days=1)).select_related(*ABOUT)
    found = list(rows.order_by("at", "pk")[:MOST])
    if found:
        yield Line(_("Calls and meetings today"), is_heading=True, url="/today/")
    for row in found:
        at = format_datetime(row.at.astimezone(now.tzinfo), "HH:mm", locale=get_language() or "en")
        yield Line(f"{row.get_kind_display()}: {title_of(row)}", at, f"/deals/activities/{row.pk}/")
