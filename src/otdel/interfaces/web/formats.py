"""Numbers, money, dates and phones as people of each language write them.

Called in loops, so everything a locale says is read from Babel once per language and the rest is string work;
tests/web/test_formats.py holds every fast path to Babel's own answer. Missing values are an em dash, never a zero.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_day_names, get_month_names
from babel.numbers import format_compact_decimal
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

DASH = "—"
# of a share: what would be rounded to nothing, and what is said of less than can be said
SMALLEST_SHARE, LEAST_SHARE = 0.005, 0.001
MINUS = "−"
NBSP = "\u00a0"
THIN = "\u202f"  # narrow and unbreakable: what a Russian typesetter puts between thousands
SYMBOLS = {
    "RUB": "₽",
    "USD": "$",
    "EUR": "€",
    "KZT": "₸",
    "BYN": "Br",
    "UAH": "₴",
    "CNY": "¥",
    "GBP": "£",
    "GEL": "₾",
    "AMD": "֏",
    "UZS": "сум",
    "KGS": "сом",
}

Number = int | float | Decimal
_STEPS = tuple(Decimal(1).scaleb(-places) for places in range(9))
_POWERS = (12, 9, 6, 3)


class Formats:
    """One language's way of writing; get it with `formats.of(lang)` or `formats.current()` before a loop."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.locale = Locale.parse(lang.replace("-", "_"))
        symbols = self.locale.number_symbols["latn"]
        self.decimal = symbols["decimal"]
        group = symbols["group"]
        self.group = THIN if group in (NBSP, THIN) else group
        self.percent_sign = (
            f"{NBSP}%" if self.locale.percent_formats[None].pattern.endswith((f"{NBSP}%", " %")) else "%"
        )
        self.symbol_first = self.locale.currency_formats["standard"].pattern.startswith("¤")
        self.short = {power: _short_word(self.locale, power) for power in _POWERS}
        self.short_gap = NBSP if self.locale.language == "ru" else ""

    # numbers

    def number(self, value: Number | None, places: int = 0) -> str:
        """«1 234 567,89»; with no `places` a whole number."""
        if value is None:
            return DASH
        if type(value) is Decimal:
            text = f"{value.quantize(_STEPS[places], ROUND_HALF_UP):,f}"
        else:
            text = f"{value:,}" if type(value) is int and places == 0 else f"{_round(value, places):,f}"
        return self._local(text) if places or text[0] == "-" else text.replace(",", self.group)

    def _local(self, text: str) -> str:
        if text[0] == "-":
            text = MINUS + text[1:] if text.strip("-0.,") else text[1:]
        if "." not in text:
            return text.replace(",", self.group)
        # a NUL stands in for the comma while the point becomes one
        return text.replace(",", "\0").replace(".", self.decimal).replace("\0", self.group)

    def plain(self, value: Number | None, most: int = 3) -> str:
        """A quantity without trailing zeros: «2», «2,5»."""
        if value is None:
            return DASH
        text = f"{_round(value, most):,f}"
        return self._local(text.rstrip("0").rstrip(".") if "." in text else text)

    def money(self, value: Number | None, currency: str = "RUB", places: int | None = None) -> str:
        """«1 234 567,89 ₽»; kopecks are shown only when there are any, unless `places` says otherwise."""
        if value is None:
            return DASH
        if places is None:
            places = 2 if value % 1 else 0
        return self._with_symbol(self.number(value, places), currency)

    def _with_symbol(self, text: str, currency: str) -> str:
        symbol = SYMBOLS.get(currency, currency)
        if not self.symbol_first:
            return f"{text}{NBSP}{symbol}"
        gap = NBSP if len(symbol) > 1 else ""
        return f"{MINUS}{symbol}{gap}{text[1:]}" if text[0] == MINUS else f"{symbol}{gap}{text}"

    def compact(self, value: Number | None, currency: str | None = "RUB", digits: int = 3) -> str:
        """«12,4 млн ₽»: `digits` significant, thousands without trailing zeros; `currency=None` for a bare number."""
        if value is None:
            return DASH
        text = self._compact(_exact(value), digits)
        return text if currency is None else self._with_symbol(text, currency)

    def _compact(self, value: Decimal, digits: int) -> str:
        rounded = _significant(value, digits)
        power = min(rounded.adjusted() // 3 * 3, 12) if rounded else 0
        if power < 3:
            return self.plain(rounded, 2) if rounded % 1 else self.number(rounded, 0)
        scaled = rounded.scaleb(-power)
        places = max(digits - 1 - scaled.adjusted(), 0)
        text = self.plain(scaled, places) if power == 3 else self.number(scaled, places)
        return f"{text}{self.short_gap}{self.short[power]}"

    def percent(self, ratio: Number | None, places: int = 0) -> str:
        """0.64 is «64 %»."""
        return DASH if ratio is None else self.number(_exact(ratio) * 100, places) + self.percent_sign

    def share(self, part: Number | None) -> str:
        """A part of a whole: something is never «0 %»."""
        if part is not None and 0 < part < SMALLEST_SHARE:
            return self.percent(max(part, LEAST_SHARE), 1)
        return self.percent(part)

    def signed(self, value: Number | None, places: int = 0) -> str:
        """«+184 200», «−767 655»; zero has no sign."""
        if value is None:
            return DASH
        text = self.number(value, places)
        return f"+{text}" if value > 0 and text.strip(f"0{self.decimal}") else text

    def signed_money(self, value: Number | None, currency: str = "RUB", places: int | None = None) -> str:
        if value is None:
            return DASH
        text = self.money(value, currency, places)
        return f"+{text}" if value > 0 else text

    def deviation(self, ratio: Number | None, places: int = 1) -> str:
        """−0.088 is «−8,8 %»: one digit after the comma wherever a deviation stands, so that it is the same number."""
        return DASH if ratio is None else self.signed(_exact(ratio) * 100, places) + self.percent_sign

    # dates

    def day(self, value: dt.date | None, today: dt.date | None = None) -> str:
        """«3 марта», with the year when it is not that of `today`."""
        if value is None:
            return DASH
        short = today is not None and value.year == today.year
        return _day(self.locale, value.toordinal(), short)

    def month_tick(self, value: dt.date, first: bool = False) -> str:
        """«окт.» under an axis; with the year where it begins and at each January."""
        return str(format_date(value, "LLL y" if first or value.month == 1 else "LLL", locale=self.locale))

    def day_tick(self, value: dt.date) -> str:
        """«22 нояб.» in a narrow column."""
        return str(format_date(value, "d MMM" if self.locale.language == "ru" else "MMM d", locale=self.locale))

    def date(self, value: dt.date | None) -> str:
        """«03.03.2026» in Russian, «3 Mar 2026» in English: digits alone would be read two ways."""
        return DASH if value is None else _numeric_date(self.locale, value.toordinal())

    def weekday(self, value: dt.date) -> str:
        """«Пятница, 20 ноября»."""
        pattern = "EEEE, d MMMM" if self.locale.language == "ru" else "EEEE, MMMM d"
        text = str(format_date(value, pattern, locale=self.locale))
        return text[0].upper() + text[1:]

    def weekday_names(self) -> list[str]:
        """«пн, вт, …», Monday first."""
        names = get_day_names("abbreviated", "stand-alone", self.locale)
        return [str(names[number]) for number in range(7)]

    def time(self, value: dt.datetime | dt.time | None) -> str:
        """«14:05»; give a local time."""
        if value is None:
            return DASH
        return f"{value.hour:02d}:{value.minute:02d}" if self.locale.language == "ru" else _time(self.locale, value)

    def moment(self, value: dt.datetime | None, today: dt.date | None = None) -> str:
        """«3 марта, 14:05»; give a local time."""
        return DASH if value is None else f"{self.day(value.date(), today)}, {self.time(value)}"

    def month(self, value: dt.date) -> str:
        """«Ноябрь 2026»."""
        name = get_month_names("wide", "stand-alone", self.locale)[value.month]
        return f"{name[0].upper()}{name[1:]} {value.year}"

    def month_short(self, value: dt.date) -> str:
        """«нояб.»: for the axis of a chart."""
        return str(get_month_names("abbreviated", "stand-alone", self.locale)[value.month])

    def days(self, first: dt.date, last: dt.date) -> str:
        """«1–30 ноября 2026» as one span."""
        if first == last:
            return self.day(first)
        if (first.year, first.month) == (last.year, last.month) and self.locale.language == "ru":
            return f"{first.day}–{self.day(last)}"
        return f"{self.day(first)} – {self.day(last)}"


def _short_word(locale: Locale, power: int) -> str:
    text = str(format_compact_decimal(10**power, locale=locale))
    return text.lstrip("0123456789").strip(f" {NBSP}{THIN}")


def _exact(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _round(value: Number, places: int) -> Decimal:
    return _exact(value).quantize(_STEPS[places], rounding=ROUND_HALF_UP)


def _significant(value: Decimal, digits: int) -> Decimal:
    if not value:
        return value
    return value.quantize(_step(digits - 1 - value.adjusted()), rounding=ROUND_HALF_UP)


@lru_cache(maxsize=64)
def _step(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def _at_noon(value: dt.date) -> dt.datetime:
    return dt.datetime(value.year, value.month, value.day, 12, tzinfo=dt.UTC)


@lru_cache(maxsize=8192)
def _day(locale: Locale, ordinal: int, short: bool) -> str:
    value = dt.date.fromordinal(ordinal)
    if short:
        return str(format_skeleton("MMMMd", _at_noon(value), locale=locale))
    return str(format_date(value, "long", locale=locale)).removesuffix("г.").rstrip()


@lru_cache(maxsize=8192)
def _numeric_date(locale: Locale, ordinal: int) -> str:
    return str(
        format_date(
            dt.date.fromordinal(ordinal), "dd.MM.yyyy" if locale.language == "ru" else "d MMM yyyy", locale=locale
        )
    )


def _time(locale: Locale, value: dt.datetime | dt.time) -> str:
    return str(format_time(dt.time(value.hour, value.minute), "short", locale=locale))


@lru_cache(maxsize=16)
def of(lang: str) -> Formats:
    return Formats(lang)


def current() -> Formats:
    return of(get_language() or "en")


# words about time; the counts come from the production calendar


def in_working_days(count: int) -> str:
    """«через 2 рабочих дня»; 0 is today."""
    if count == 0:
        return _("today")
    return ngettext("in %(count)s working day", "in %(count)s working days", count) % {"count": count}


def overdue_by(days: int) -> str:
    return ngettext("%(count)s day overdue", "%(count)s days overdue", days) % {"count": days}


def working_days(count: int) -> str:
    return ngettext("%(count)s working day", "%(count)s working days", count) % {"count": count}


def ago(value: dt.datetime, now: dt.datetime) -> str:
    """«только что», «5 минут назад», «2 часа назад», «вчера», then the day itself."""
    minutes = int((now - value).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(count)s minute ago", "%(count)s minutes ago", minutes) % {"count": minutes}
    gap = (now.date() - value.date()).days
    if gap == 0:
        return ngettext("%(count)s hour ago", "%(count)s hours ago", minutes // 60) % {"count": minutes // 60}
    if gap == 1:
        return _("yesterday")
    return current().day(value.date(), now.date())


def phone(number: str | None, extension: str = "") -> str:
    """«+7 812 555-12-34»; what is no phone is shown as it was written."""
    if not number:
        return DASH
    text = _phone(number)
    return f"{text} " + _("ext. %(number)s") % {"number": extension} if extension else text


@lru_cache(maxsize=8192)
def _phone(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number, "RU")
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace(" ", NBSP)


def initials(name: str) -> str:
    """«СА» for «Соколова Анна»."""
    return "".join(part[0] for part in name.split()[:2]).upper() or "?"


__all__ = [
    "DASH",
    "Formats",
    "ago",
    "current",
    "in_working_days",
    "initials",
    "of",
    "overdue_by",
    "phone",
    "working_days",
]
