"""What a notice says, in the language and time zone that are active."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otdel.notifications import kinds

# moments of which, without a time, the day alone is said
WHOLE_DAYS = ("anchor_at", "day_at", "starts_at", "last_at")


class _Params(dict[str, Any]):
    """Nothing for what was not given: a notice of an older version is still shown."""

    def __missing__(self, key: str) -> str:
        return ""


def moment(text: str, zone: ZoneInfo, *, with_time: bool = True) -> str:
    """Say an ISO moment as people do: пятница, 6 марта, 18:00; Friday, March 6, 6:00 PM."""
    if not text:
        return ""
    at = datetime.fromisoformat(text).astimezone(zone)
    locale = get_language() or "en"
    day, clock = ("EEEE, MMMM d", "h:mm\u202fa") if locale.startswith("en") else ("EEEE, d MMMM", "HH:mm")
    if with_time:
        return format_datetime(at, f"{day}, {clock}", locale=locale)
    return format_date(at.date(), day, locale=locale)


def filled(title: str, params: Mapping[str, Any], zone: ZoneInfo) -> _Params:
    whole_day = params.get("has_time") is False
    said = {
        key: moment(str(value), zone, with_time=not (whole_day and key in WHOLE_DAYS)) if key.endswith("_at") else value
        for key, value in params.items()
    }
    return _Params(said, title=title)


def text(kind: str, title: str, params: Mapping[str, Any], zone: ZoneInfo) -> str:
    if "count" in params:
        return title_of_many(kind, params["count"])
    return str(kinds.get(kind).text) % filled(title, params, zone)


_END = ": %(title)s"


def parted(kind: str, title: str, params: Mapping[str, Any], zone: ZoneInfo) -> tuple[str, str]:
    """Return what has happened and to what: "Overdue" and "Call Romashka"; where it is one sentence, of which kind."""
    found = kinds.get(kind)
    said = str(found.text)
    if "count" not in params and said.endswith(_END):
        return said.removesuffix(_END) % filled(title, params, zone), title
    return str(found.label if found.group == kinds.GENERAL else found.group), text(kind, title, params, zone)


def detail(kind: str, params: Mapping[str, Any], zone: ZoneInfo) -> str:
    if "lines" in params:
        more = [_("And more: %(count)s") % {"count": params["more"]}] if params.get("more") else []
        return "\n".join([*params["lines"], *more])
    said = filled("", params, zone)
    return "\n".join(str(part) % said for part in _details(kind) if _has_all(str(part), params))


def _details(kind: str) -> tuple[Any, ...]:
    found = kinds.get(kind).detail
    return found if isinstance(found, tuple) else (found,)


def rows(params: Mapping[str, Any], url: str) -> tuple[kinds.Line, ...]:
    """Return the lines of a digest, or of what was told together, with where each leads."""
    found = [kinds.Line.read(row) for row in params.get("rows", ())]
    if found and params.get("more"):
        found.append(kinds.Line(_("And more: %(count)s") % {"count": params["more"]}, url=url))
    return tuple(found)


def _has_all(said: str, params: Mapping[str, Any]) -> bool:
    """A detail whose words are missing is left out whole: "The deadline was" says nothing."""
    wanted = _Wanted()
    _unused = said % wanted
    return bool(said) and all(params.get(name) for name in wanted.names)


class _Wanted(dict[str, Any]):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __missing__(self, key: str) -> str:
        self.names.append(key)
        return ""


def title_of_many(kind: str, count: int) -> str:
    said = kinds.get(kind).many if kind else ""
    return str(said or _("Notices: %(count)s")) % {"count": count}
