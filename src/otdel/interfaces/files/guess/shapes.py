"""What a cell looks like, by itself: the alphabet all guesses about columns are made of."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

_EMPTY = (
    "|-|—|–|null|none|n/a|#n/a|nan|не закрыта|не указано|не указана|не указан|не задано|(пусто)|пусто|"
    "(blank)|not set|0000-00-00|0000-00-00 00:00:00|00.00.0000"
)
EMPTY = frozenset(_EMPTY.split("|"))
NUMBER = re.compile(
    r"[-+(−]?\s*[$€£₽¥]?\s*\d[\d \u00a0\u202f\u2009.,']*\s*\)?"
    r"\s*(?:[$€£₽¥%]|руб\.?|р\.|rub|usd|eur|kzt)?\s*-?",
    re.I,
)
DATE = re.compile(
    r"\d{1,4}[./\-]\d{1,2}[./\-]\d{1,4}(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?)?"
    r"\s*(?:Z|[+-]\d{2}:?\d{2})?|\d{1,2}[\s\-.][A-Za-zА-Яа-я]{3,9}\.?[\s\-.,]+\d{2,4}(?:\s*г\.?)?"
    r"|[A-Za-z]{3,9}\.?\s+\d{1,2},?\s+\d{4}",
    re.I,
)
COMPACT_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
PERIOD = re.compile(
    r"(?:19|20)\d{2}[\s\-./]*(?:q|h|кв|к|w|п)[\s\-.]*\d{1,2}|(?:q|h|w)[\s\-]*\d{1,2}[\s\-./]*(?:19|20)\d{2}"
    r"|(?:[1-4]|i{1,3}|iv)[\s\-]*(?:-?[йый]{1,2}\s)?(?:кв|квартал|полугодие|п/?г)\.?[\s\-,]*(?:19|20)\d{2}(?:\s*г.*)?"
    r"|(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"[a-zа-я]*\.?[\s\-,']*(?:(?:19|20)?\d{2})(?:\s*г.*)?"
    r"|(?:19|20)\d{2}[\-./](?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[\-./](?:19|20)\d{2}",
    re.I,
)
EMAIL = re.compile(r"[^@\s;,<>]+@[^@\s;,<>]+\.[^@\s;,<>.]{2,}")
PHONE = re.compile(r"'?\+?[\d(][\d\s()\-–.]{8,}\d(?:\s*(?:доб|ext|x|#|вн)\.?\s*\d+)?", re.I)
COMPANY = re.compile(
    r"(?:ооо|оао|зао|пао|нао|ао|ип|тоо|чуп|гуп|муп|фгуп)[\s\"«„].+|.+[\s,](?:ооо|llc|ltd|inc|gmbh|corp|plc)\.?", re.I
)
BOOLEAN = frozenset({"да", "нет", "yes", "no", "y", "n", "true", "false", "истина", "ложь"})


def shape(cell: object) -> str:
    """One of: empty, date, time, boolean, integer, number, email, phone, period, text, problem."""
    if cell is None:
        return "empty"
    if isinstance(cell, bool):
        return "boolean"
    if isinstance(cell, int):
        return "integer"
    if isinstance(cell, float):
        return "number"
    if isinstance(cell, date | datetime):
        return "date"
    if isinstance(cell, time | timedelta):
        return "time"
    return text_shape(cell) if isinstance(cell, str) else "problem"


def text_shape(text: str) -> str:
    text = text.strip()
    low = text.lower()
    if low in EMPTY:
        return "empty"
    if low in BOOLEAN:
        return "boolean"
    if text.isascii() and text.isdigit():
        return "phone" if len(text) == 11 and text[0] in "78" else "integer"
    return _longer(text)


def _longer(text: str) -> str:
    if len(text) > 60:
        return "text"
    if DATE.fullmatch(text):
        return "date"
    if PERIOD.fullmatch(text):
        return "period"
    if text[-1].isdigit() and PHONE.fullmatch(text) and sum(map(str.isdigit, text)) >= 10:
        return "phone" if text[0] in "+'78(" else "number"
    if NUMBER.fullmatch(text):
        return "number"
    return "email" if EMAIL.fullmatch(text) else "text"
