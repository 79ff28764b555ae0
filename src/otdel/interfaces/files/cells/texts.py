"""Texts, identifiers, references, phones, e-mails, requisites, lists."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import phonenumbers

from otdel.core import requisites
from otdel.interfaces.files.guess.shapes import EMAIL, EMPTY
from otdel.interfaces.files.problems import Problem

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff]")
GUARD = re.compile(r"'(?=[=+\-@＝＋－＠])")
WITH_ID = re.compile(r"(.*\S)\s*\[(\d{1,18})\]", re.S)
RUSSIAN = re.compile(r"(?:\+?7|8)([3-9]\d{9})")
EXTENSION = re.compile(r"\s*[,;]?\s*(?:доб(?:авочный)?|вн(?:утр)?|ext(?:ension)?|x|#)\.?:?\s*(\d{1,8})\s*\)?\s*$", re.I)
NOT_DIGITS = re.compile(r"[^\d+]")
SCIENTIFIC = re.compile(r"\d[.,]\d+e\+?\d+", re.I)
SPLIT_PHONES = re.compile(r"[;\n/|]|,(?!\s*(?:доб|вн|ext))")
SPLIT_LIST = re.compile(r"[;\n]")
NAMED_EMAIL = re.compile(r"[^<>]*<([^<>]+)>")
LONGEST = 10_000


class Phone(NamedTuple):
    e164: str
    extension: str = ""


class Reference(NamedTuple):
    """Who or what is named in another table: by name, by e-mail, or by its id in the other system."""

    name: str
    external_id: str = ""


def text(cell: object) -> str | Problem | None:
    if cell is None or isinstance(cell, Problem):
        return cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)
    return _clean(str(cell)) if isinstance(cell, str) else str(cell)


def _clean(raw: str) -> str | Problem | None:
    value = raw.replace("\xa0", " ").strip()
    if not value.isprintable():
        value = CONTROL.sub("", value.replace("\r\n", "\n")).strip()
    if not value.isascii():
        if "\ufffd" in value:
            return Problem("unreadable_characters", value[:100])
        value = unicodedata.normalize("NFC", value)
    if value[:1] == "'":
        value = GUARD.sub("", value, count=1)
    if len(value) > LONGEST:
        return Problem("too_long", value[:100])
    return value if value.lower() not in EMPTY else None


def identifier(cell: object) -> str | Problem | None:
    value = text(cell)
    if isinstance(value, str) and len(value) > 200:
        return Problem("too_long", value[:100])
    return value


def reference(cell: object) -> Reference | Problem | None:
    """`Петров Пётр [7]` is a name with an id; a bare word may be either, which the importer finds out."""
    value = identifier(cell)
    if value is None or isinstance(value, Problem):
        return value
    match = WITH_ID.fullmatch(value)
    return Reference(match.group(1), match.group(2)) if match else Reference(value)


def references(cell: object) -> tuple[Reference, ...] | Problem | None:
    """`8001;8002`: several, by semicolons only, for names of companies have commas."""
    value = text(cell)
    if value is None or isinstance(value, Problem):
        return value
    if ";" not in value:
        one = reference(value)
        return one if one is None or isinstance(one, Problem) else (one,)
    found = [reference(part) for part in value.split(";") if part.strip()]
    return tuple(part for part in found if isinstance(part, Reference)) or None


def items(cell: object) -> tuple[str, ...] | Problem | None:
    """Tags and the like, by semicolons or line ends where there are any, else by commas."""
    value = text(cell)
    if value is None or isinstance(value, Problem):
        return value
    parts = SPLIT_LIST.split(value) if SPLIT_LIST.search(value) else value.split(",")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip())) or None


def path(cell: object) -> tuple[str, ...] | Problem | None:
    """`Продажи / Регионы` from the top down."""
    value = text(cell)
    if value is None or isinstance(value, Problem):
        return value
    return tuple(part.strip() for part in re.split(r"\s*[/\\>→]\s*", value) if part.strip()) or None


def email(cell: object) -> str | Problem | None:
    value = text(cell)
    if value is None or isinstance(value, Problem):
        return value
    named = NAMED_EMAIL.fullmatch(value)
    bare = (named.group(1) if named else value).strip().removeprefix("mailto:").lower()
    good = len(bare) <= 254 and EMAIL.fullmatch(bare) and ".." not in bare
    return bare if good else Problem("not_an_email", value[:100])


def emails(cell: object) -> tuple[str, ...] | Problem | None:
    value = text(cell)
    if value is None or isinstance(value, Problem):
        return value
    found = [email(part) for part in re.split(r"[;,\n]|\s+(?!<)(?=\S+@)", value) if part.strip()]
    wrong = next((part for part in found if isinstance(part, Problem)), None)
    return wrong or tuple(dict.fromkeys(part for part in found if isinstance(part, str))) or None


def phones(cell: object) -> tuple[Phone, ...] | Problem | None:
    """One or several; a wrong one among right ones is still a problem, so that none is lost silently."""
    value = text(cell)
    if value is None or isinstance(value, Problem):
        return value
    if SCIENTIFIC.fullmatch(value):
        return Problem("phone_rounded", value[:100])
    found = [phone(part) for part in SPLIT_PHONES.split(value) if part.strip()]
    wrong = next((part for part in found if isinstance(part, Problem)), None)
    return wrong or tuple(dict.fromkeys(part for part in found if isinstance(part, Phone))) or None


def phone(value: str, region: str = "RU") -> Phone | Problem:
    if len(value) > 60:
        return Problem("not_a_phone", value[:100])
    match = EXTENSION.search(value)
    extension = match.group(1) if match else ""
    main = NOT_DIGITS.sub("", value[: match.start()] if match else value)
    russian = RUSSIAN.fullmatch(main)
    if russian and region == "RU":
        return Phone("+7" + russian.group(1), extension)
    return _by_library(main, extension, region, value)


def _by_library(main: str, extension: str, region: str, value: str) -> Phone | Problem:
    try:
        number = phonenumbers.parse(main, region)
    except phonenumbers.NumberParseException:
        return Problem("not_a_phone", value[:100])
    if not phonenumbers.is_possible_number(number) or len(main) < 7:
        return Problem("not_a_phone", value[:100])
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), extension)


def site(cell: object) -> str | Problem | None:
    """An address of a site with its scheme; only http and https."""
    value = text(cell)
    if value is None or isinstance(value, Problem):
        return value
    bare = re.split(r"[;,\s]", value, maxsplit=1)[0]
    full = bare if re.match(r"https?://", bare, re.I) else "https://" + bare
    good = re.fullmatch(r"https?://[^\s/@:?#]+\.[^\s/@:?#]{2,}(?::\d+)?(?:[/?#]\S*)?", full, re.I)
    return full if good and len(full) <= 500 else Problem("not_a_site", value[:100])


def _digits(cell: object, lengths: tuple[int, ...]) -> str | Problem | None:
    """Digits only; leading zeros that a spreadsheet lost are put back."""
    value = text(cell)
    if value is None or isinstance(value, Problem):
        return value
    bare = value.replace(" ", "").removeprefix("'")
    if bare.isdigit() and len(bare) + 1 in lengths and len(bare) not in lengths:
        bare = "0" + bare
    return bare


def inn(cell: object) -> str | Problem | None:
    bare = _digits(cell, (10, 12))
    if bare is None or isinstance(bare, Problem):
        return bare
    bare = bare.split("/")[0]
    return bare if requisites.check_inn(bare) else Problem("wrong_inn", bare[:100])


def kpp(cell: object) -> str | Problem | None:
    bare = _digits(cell, (9,))
    if bare is None or isinstance(bare, Problem):
        return bare
    return bare if requisites.check_kpp(bare) else Problem("wrong_kpp", bare[:100])


def ogrn(cell: object) -> str | Problem | None:
    bare = _digits(cell, ())
    if bare is None or isinstance(bare, Problem):
        return bare
    return bare if requisites.check_ogrn(bare) else Problem("wrong_ogrn", bare[:100])


def bik(cell: object) -> str | Problem | None:
    bare = _digits(cell, (9,))
    if bare is None or isinstance(bare, Problem):
        return bare
    return bare if requisites.check_bik(bare) else Problem("wrong_bik", bare[:100])


def account(cell: object) -> str | Problem | None:
    """Twenty digits; the check with the bank's БИК belongs to the row."""
    bare = _digits(cell, ())
    if bare is None or isinstance(bare, Problem):
        return bare
    return bare if requisites.ACCOUNT.fullmatch(bare) else Problem("wrong_account", bare[:100])
