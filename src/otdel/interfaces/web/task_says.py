"""What pages say about tasks: deadlines, limits, sizes, and the history in sentences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from otdel.automation import queries as automation
from otdel.interfaces.web import formats
from otdel.interfaces.web.task_forms import PROOFS
from otdel.tasks import queries

QUICK_DAYS = (
    ("today", lazy("today")),
    ("tomorrow", lazy("the next working day")),
    ("three", lazy("in 3 working days")),
    ("friday", lazy("by the end of the week")),
    ("week", lazy("in 5 working days")),
)


def due(deadline: datetime | None, has_time: bool, now: datetime, live: bool = True) -> tuple[str, bool]:
    """Return a deadline in words, and whether it has passed."""
    if deadline is None:
        return "", False
    at, today, fmt = timezone.localtime(deadline), timezone.localdate(now), formats.current()
    late = live and deadline < now
    words = fmt.moment(at, today) if has_time else fmt.day(at.date(), today)
    if late and (days := (today - at.date()).days):
        return _("%(day)s, %(late)s") % {"day": words, "late": formats.overdue_by(days)}, True
    return words, late


def proof(code: str) -> str:
    return str(dict(PROOFS)[code]) if code else ""


def limits(task: Any) -> str:
    """Return how far whoever does the task may move its deadline."""
    parts = []
    if task.most_moves is not None:
        count = task.most_moves
        parts.append(ngettext("%(count)s time at most", "%(count)s times at most", count) % {"count": count})
    if task.most_days is not None:
        count = task.most_days
        parts.append(ngettext("by %(count)s day at most", "by %(count)s days at most", count) % {"count": count})
    return ", ".join(parts)


def size(count: int) -> str:
    fmt = formats.current()
    if count < 1_000_000:
        return _("%(size)s KB") % {"size": fmt.number(max(1, round(count / 1000)))}
    return _("%(size)s MB") % {"size": fmt.number(count / 1_000_000, 1)}


def minutes(count: int) -> str:
    if not count:
        return ""
    return _("%(hours)s h %(minutes)s min") % {"hours": count // 60, "minutes": count % 60}


def steps(done: int, count: int) -> str:
    return _("%(done)s of %(count)s") % {"done": done, "count": count} if count else ""


# the history


SAYS = {
    "created": lazy("%(by)s gave the task"),
    "seen": lazy("%(by)s opened it"),
    "started": lazy("%(by)s began"),
    "submitted": lazy("%(by)s handed in the work"),
    "done": lazy("%(by)s finished it"),
    "accepted": lazy("%(by)s accepted the work"),
    "graded": lazy("%(by)s graded the work"),
    "returned": lazy("%(by)s returned it"),
    "withdrawn": lazy("%(by)s took the work back"),
    "deferred": lazy("%(by)s put it off"),
    "resumed": lazy("%(by)s resumed it"),
    "declined": lazy("%(by)s declined"),
    "moved": lazy("%(by)s moved the deadline"),
    "move_undone": lazy("%(by)s took back the change of the deadline"),
    "reassigned": lazy("%(by)s handed it over"),
    "reassign_undone": lazy("%(by)s took back the handover"),
    "changed": lazy("%(by)s changed the task"),
    "commented": lazy("%(by)s commented"),
    "attached": lazy("%(by)s attached a file"),
    "detached": lazy("%(by)s removed a file"),
    "listed": lazy("%(by)s added a line to the checklist"),
    "unlisted": lazy("%(by)s removed a line of the checklist"),
    "checked": lazy("%(by)s marked a line of the checklist"),
    "bound": lazy("%(by)s made it wait for another task"),
    "unbound": lazy("%(by)s stopped it waiting for another task"),
    "timed": lazy("%(by)s logged time spent"),
    "binned": lazy("%(by)s put it in the bin"),
    "restored": lazy("%(by)s restored it"),
}
ICONS = {
    "created": "plus",
    "seen": "eye",
    "started": "player-play",
    "submitted": "check",
    "done": "circle-check",
    "accepted": "circle-check",
    "graded": "star",
    "returned": "arrow-back-up",
    "withdrawn": "arrow-back-up",
    "declined": "ban",
    "moved": "calendar",
    "deferred": "clock",
    "reassigned": "arrows-left-right",
    "commented": "message",
    "attached": "paperclip",
    "binned": "trash",
}


def happenings(rows: list[queries.Happening], today: Any) -> list[dict[str, Any]]:
    """Return the history as sentences. One query for the names in it."""
    wanted = {
        row.data[name]
        for row in rows
        for name in ("assignee", "after", "instead")
        if isinstance(row.data.get(name), int)
    }
    names, fmt = queries.names_of(wanted), formats.current()
    rules = automation.names_of({rule for row in rows if (rule := _rule(row))})
    return [
        {
            "text": str(SAYS[what]) % {"by": row.by or _("Otdel")},
            "rule": _("by rule “%(name)s”") % {"name": rules.get(_rule(row) or 0, "?")} if _rule(row) else "",
            "more": " ".join(filter(None, (_more(what, row.data, names, fmt, today), _instead(row.data, names)))),
            "icon": ICONS.get(what, "history"),
            "at": fmt.moment(timezone.localtime(row.at), today),
        }
        for row in rows
        if (what := row.kind.removeprefix("task.")) in SAYS
    ]


def _rule(row: queries.Happening) -> int | None:
    """The rule of automation whose doing it was."""
    rules = row.data.get("rules")
    return int(rules[-1]) if rules else None


def _instead(data: dict[str, Any], names: dict[int, str]) -> str:
    pk = data.get("instead")
    return _("in the place of %(name)s") % {"name": names.get(pk, "?")} if pk else ""


def _more(what: str, data: dict[str, Any], names: dict[int, str], fmt: formats.Formats, today: Any) -> str:
    if what == "created":
        return _("to %(name)s") % {"name": names.get(data["assignee"], "?")}
    if what == "reassigned":
        return _("to %(name)s") % {"name": names.get(data["after"], "?")}
    if what == "moved":
        days = [_day(data.get(name), fmt, today) for name in ("before", "after")]
        return " → ".join(days) + (f": {data['reason']}" if data.get("reason") else "")
    if what in ("accepted", "graded"):
        return str(queries.GRADES.get(data.get("grade", ""), ""))
    if what == "deferred":
        day = parse_date(str(data.get("until", "")))
        return f"{fmt.day(day, today) if day else ''}: {data.get('reason', '')}"
    if what == "timed":
        return minutes(data.get("minutes", 0))
    return str(data.get("reason") or data.get("name") or "")


def _day(text: Any, fmt: formats.Formats, today: Any) -> str:
    at = parse_datetime(str(text)) if text else None
    return fmt.day(timezone.localtime(at).date(), today) if at else _("no deadline")
