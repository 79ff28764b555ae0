"""Amounts as people type them: «1 234 567,89», «1,234,567.89 ₽», «250 тыс»."""

from __future__ import annotations

import re
from decimal import Decimal

# spaces of every width, apostrophes Swiss people use, and currency signs
_NOISE = re.compile(r"[\s\u00a0\u2009\u202f'’₽$€]|руб\.?|р\.$", re.IGNORECASE)
_WORDS = {"тыс": 3, "тыс.": 3, "k": 3, "к": 3, "млн": 6, "млн.": 6, "m": 6, "м": 6}
_PLAIN = re.compile(r"-?(\d{1,20}(\.\d{0,10})?|\.\d{1,10})", re.ASCII)
_SCALED = re.compile(r"^(.*?)(тыс\.?|млн\.?|[kкmм])$", re.IGNORECASE)


def parse_amount(text: str, lang: str = "ru") -> Decimal | None:
    """Return the amount typed, None for an empty text. Raises ValueError with nothing but the text.

    One separator followed by three digits is read as the language reads it: 1,200 is 1.2 in Russian
    and 1200 in English.
    """
    clean = _NOISE.sub("", text.replace("−", "-").replace("–", "-"))
    if not clean:
        return None
    scaled = _SCALED.match(clean)
    number, power = (scaled[1], _WORDS[scaled[2].lower()]) if scaled else (clean, 0)
    plain = _with_point(number, lang)
    if not _PLAIN.fullmatch(plain):
        raise ValueError(text)
    return Decimal(plain).scaleb(power)


def _with_point(number: str, lang: str) -> str:
    """Write the number with a decimal point and no thousands separators."""
    comma, point = number.rfind(","), number.rfind(".")
    if comma >= 0 and point >= 0:
        thousands = "," if point > comma else "."
        return number.replace(thousands, "").replace(",", ".")
    sign = "," if comma >= 0 else "."
    decimal_sign = "," if lang.startswith("ru") else "."
    looks_grouped = re.fullmatch(rf"-?\d{{1,3}}(\{sign}\d{{3}})+", number) is not None
    if number.count(sign) > 1 or (looks_grouped and sign != decimal_sign):
        return number.replace(sign, "")
    return number.replace(",", ".")
