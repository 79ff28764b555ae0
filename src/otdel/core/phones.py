"""Phone numbers to the one form duplicates are found by: E.164, with the extension beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

_EXTENSION = re.compile(r"(?:доб(?:авочный)?|вн(?:утр)?|ext|x|#)[.:]?\s*(\d{1,8})\s*\)?\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Phone:
    number: str  # +74951234567
    extension: str
    raw: str


def parse(text: str, region: str = "RU") -> Phone | None:
    """Return the number in E.164, or None for what is no possible number."""
    raw = " ".join(text.split())[:254]
    plain, extension = raw, ""
    if match := _EXTENSION.search(raw):
        plain, extension = raw[: match.start()], match[1]
    try:
        found = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(found):
        return None
    written = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    return Phone(written, extension or found.extension or "", raw)
