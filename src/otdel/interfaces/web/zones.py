"""Time zones as people know them: by city, in their language, with how far from UTC they are now."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otdel.interfaces.web.formats import MINUS

REGIONS = ("Europe/", "Asia/", "America/", "Africa/", "Australia/", "Pacific/", "Atlantic/", "Indian/")
# one of every offset of Russia, the one most people live in
COMMON = (
    "Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk",
    "Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka",
)  # fmt: skip
Choices = list[tuple[str, str]]


def zones(chosen: str = "") -> list[tuple[str, Choices]]:
    """Return the zones in two groups, each from west to east; `chosen` is among them whatever its name."""
    language, today = get_language() or "en", timezone.now().date()
    known = _known(language, today)
    if chosen and all(chosen != name for name, _label in known):
        known = [(chosen, zone_label(chosen)), *known]
    return [
        (_("Russia"), [each for each in known if each[0] in COMMON]),
        (_("All others"), [each for each in known if each[0] not in COMMON]),
    ]


def zone_label(name: str) -> str:
    """«Москва (UTC+3)»."""
    return _label(name, get_language() or "en", timezone.now().date())


@lru_cache(maxsize=8)
def _known(language: str, today: date) -> Choices:
    """Return every zone people live in, without the names of other ages."""
    old = get_global("zone_aliases")
    names = [name for name in available_timezones() if name.startswith(REGIONS) and name not in old]
    labelled = [(_offset(name, today), _label(name, language, today), name) for name in names]
    return [(name, label) for _offset_, label, name in sorted(labelled)]


@lru_cache(maxsize=1024)
def _label(name: str, language: str, today: date) -> str:
    return f"{_city(name, language)} ({_written(_offset(name, today))})"


def _city(name: str, language: str) -> str:
    cities = Locale.parse(language).time_zones
    for known in (name, *_old_names()[name]):
        city = cities.get(known, {}).get("city")
        if city:
            return str(city)
    return name.rpartition("/")[2].replace("_", " ")


@lru_cache(maxsize=1)
def _old_names() -> defaultdict[str, list[str]]:
    """Return under what names a zone went before: cities are told by them."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for old, new in get_global("zone_aliases").items():
        found[new].append(old)
    return found


def _offset(name: str, today: date) -> timedelta:
    return datetime(today.year, today.month, today.day, 12, tzinfo=ZoneInfo(name)).utcoffset() or timedelta()


def _written(offset: timedelta) -> str:
    minutes = abs(int(offset.total_seconds())) // 60
    if not minutes:
        return "UTC"
    rest = f":{minutes % 60:02}" if minutes % 60 else ""
    return f"UTC{MINUS if offset < timedelta() else '+'}{minutes // 60}{rest}"
