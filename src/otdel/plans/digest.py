"""What the daily digest says of the plan: one's own to date in the morning, the department's in the evening."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_percent
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otdel.notifications.kinds import Line, section
from otdel.org import access
from otdel.org.rules import Right
from otdel.plans.queries.board import BoardQuery, board

if TYPE_CHECKING:
    from otdel.org.models import Person

BOARD = "/plan/"


@section("plan", 10)
def lines(person: Person, now: datetime, evening: bool) -> Iterator[Line]:
    if not access.scope(person, "plan", Right.VIEW):
        return
    today = now.date()
    shown = board(person, BoardQuery.parse({}, today), today)
    found = shown.total.figures
    if found.amount is None or found.fact is None or found.expected is None:
        return
    lang = get_language() or "en"
    month = format_date(today, "LLLL", locale=lang)
    name = _("My plan, %(month)s") if shown.is_own else _("Plan of %(name)s, %(month)s")
    said = {"month": month, "name": shown.title}
    plan, fact = _money(found.amount, shown.currency, lang), _money(found.fact, shown.currency, lang)
    yield Line(name % said, plan, BOARD, is_heading=True)
    yield Line(_("Fact"), fact, BOARD, share=_part(found.fact, found.amount),
               expected=_part(found.expected, found.amount))  # fmt: skip
    yield Line(_("Expected to date"), _money(found.expected, shown.currency, lang))
    if found.deviation is not None:
        yield Line(_("Deviation from the plan to date"), _share(found.deviation, lang), tone=found.mark)


def _share(amount: Decimal, lang: str) -> str:
    """One digit after the comma, as on the board."""
    sign = "−" if amount < 0 else "+"
    pattern = Locale.parse(lang).percent_formats[None].pattern.replace("##0", "##0.0")
    return f"{sign}{format_percent(abs(amount), pattern, locale=lang)}"


def _part(amount: Decimal, whole: Decimal) -> float | None:
    return max(0.0, min(1.0, float(amount / whole))) if whole > 0 else None


def _money(amount: Decimal, currency: str, lang: str) -> str:
    """Whole units: a digest is not a ledger."""
    pattern = Locale.parse(lang).currency_formats["standard"].pattern.replace("0.00", "0")
    return format_currency(amount.quantize(Decimal(1)), currency, pattern, lang, currency_digits=False)
