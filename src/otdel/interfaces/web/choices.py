"""What people choose from: currencies and countries, in their own language."""

from __future__ import annotations

from functools import lru_cache

import holidays
from babel import Locale
from django.utils.translation import get_language

CURRENCIES = ("RUB", "KZT", "BYN", "UZS", "KGS", "AMD", "GEL", "AZN", "UAH", "EUR", "USD", "GBP", "CNY", "TRY", "AED")


def currencies() -> list[tuple[str, str]]:
    names = Locale.parse(get_language() or "en").currencies
    return [(code, f"{code} — {names.get(code, code)}") for code in CURRENCIES]


def countries() -> list[tuple[str, str]]:
    """Return the countries whose production calendar is known, by name; Russia first."""
    return _countries(get_language() or "en")


@lru_cache(maxsize=4)
def _countries(language: str) -> list[tuple[str, str]]:
    names = Locale.parse(language).territories
    known = [(code, names.get(code, code)) for code in holidays.list_supported_countries() if len(code) == 2]
    return sorted(known, key=lambda each: (each[0] != "RU", each[1]))
