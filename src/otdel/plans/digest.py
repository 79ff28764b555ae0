"""What the daily digest says of the plan: one's own to date in the morning, the department's in the evening."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from babel.numbers import format_decimal, format_percent
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otdel.notifications.kinds import section
from otdel.org import access
from otdel.org.rules import Right
from otdel.plans.queries.board import BoardQuery, board

if TYPE_CHECKING:
    from otdel.org.models import Person


@section("plan", 10)
def lines(person: Person, now: datetime, evening: bool) -> Iterator[str]:
    if not access.scope(person, "plan", Right.VIEW):
        return
    today = now.date()
    found = board(person, BoardQuery.parse({}, today), today).total.figures
    if found.amount is None or found.fact is None or found.expected is None:
        return
    lang = get_language() or "en"
    said = {"fact": _whole(found.fact, lang), "expected": _whole(found.expected, lang)}
    said |= {"plan": _whole(found.amount, lang)}
    yield _("Plan of the month %(plan)s, to date %(expected)s, fact %(fact)s") % said
    if found.deviation is not None:
        share = format_percent(found.deviation, format="+0%;-0%", locale=lang)
        yield _("Deviation from the plan to date: %(share)s") % {"share": share}


def _whole(amount: Decimal, lang: str) -> str:
    return format_decimal(amount.quantize(Decimal(1)), locale=lang)
