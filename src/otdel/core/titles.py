"""How periods are called: «Ноябрь 2026», «IV квартал 2026», «1–15 ноября 2026»."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel.dates import format_date, format_interval
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otdel.core.periods import Kind, Period

ROMAN = ("", "I", "II", "III", "IV")


def period_title(period: Period) -> str:
    """Return the period's name in the reader's language, first letter capital."""
    return _title(period, get_language() or "en")


def period_inside(period: Period) -> str:
    """Return the period's name as it stands after other words: «План: ноябрь 2026», "Plan: November 2026"."""
    text = period_title(period)
    is_word = period.kind in (Kind.MONTH, Kind.WEEK) and (get_language() or "en").startswith("ru")
    return text[:1].lower() + text[1:] if is_word else text


@lru_cache(maxsize=4096)
def _title(period: Period, lang: str) -> str:
    year, month = period.start.year, period.start.month
    match period.kind:
        case Kind.MONTH:
            text = format_date(period.start, "LLLL y", locale=lang)
        case Kind.QUARTER:
            text = _("Q%(number)s %(year)s") % {"number": _numeral((month + 2) // 3, lang), "year": year}
        case Kind.HALF:
            text = _("H%(number)s %(year)s") % {"number": _numeral((month + 5) // 6, lang), "year": year}
        case Kind.YEAR:
            text = str(year)
        case Kind.WEEK:
            week = period.start.isocalendar().week
            text = _("Week %(number)s, %(days)s") % {"number": week, "days": _days(period.start, period.last, lang)}
        case Kind.RANGE:
            text = _days(period.start, period.last, lang)
    return text[:1].upper() + text[1:]


def period_short(period: Period) -> str:
    """Return a heading for a narrow column: «нояб. 26», «IV кв. 26»."""
    lang = get_language() or "en"
    if period.kind == Kind.MONTH:
        return str(format_date(period.start, "LLL yy", locale=lang))
    if period.kind == Kind.QUARTER:
        return _("Q%(number)s ’%(year)s") % {
            "number": _numeral((period.start.month + 2) // 3, lang),
            "year": f"{period.start:%y}",
        }
    return period_title(period)


def _numeral(number: int, lang: str) -> str:
    return ROMAN[number] if lang.startswith("ru") else str(number)


def _days(first: date, last: date, lang: str) -> str:
    return (
        str(format_interval(first, last, "yMMMd", locale=lang))
        if first != last
        else str(format_date(first, "long", locale=lang))
    )
