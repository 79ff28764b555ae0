"""What pages say about manual control: why a thing is to be done, by what it counts as done, what happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from otdel.activities.queries import KINDS
from otdel.interfaces.web import formats
from otdel.interfaces.web.formats import DASH
from otdel.measures import queries

STATE_TONES = {
    "MADE": "over",
    "CONFIRMED": "accent",
    "REPORT": "over",
    "HANDED": "accent",
    "RETURNED": "under",
    "ACCEPTED": "done",
}
GRADE_TONES = {"GOOD": "done", "BAD": "under", "NONE": ""}
ICONS = {"MEETING": "users", "STEP": "clock", "DEBT": "cash", "DEAL": "deals", "CALL": "phone", "OTHER": "check"}
COUNTED = {"CALL": "calls", "MEETING": "meetings", "PROPOSAL": "proposals"}


def families() -> list[tuple[str, str]]:
    """Kinds of actions in the order of the day, with what a group of them is called."""
    return [
        ("MEETING", _("Meetings of the day")),
        ("STEP", _("Next steps that wait")),
        ("DEBT", _("Debtors")),
        ("DEAL", _("Deals to move")),
        ("CALL", _("Whom to call")),
        ("OTHER", _("Besides")),
    ]


def money(value: Any, currency: str) -> str:
    return formats.current().money(None if value is None else Decimal(str(value)), currency, 0)


def why(line: queries.ActionLine, currency: str, today: date) -> str:
    """Return in a sentence why this is on the day's plan."""
    fmt, said = formats.current(), line.why
    days = int(said.get("days", 0) or 0)
    match said.get("code"):
        case "today":
            at = parse_datetime(said.get("at", ""))
            kind = str(dict(KINDS).get(said.get("kind", ""), ""))
            when = fmt.time(timezone.localtime(at)) if at else ""
            return " · ".join(part for part in (f"{kind} {when}".strip(), said.get("subject", "")) if part)
        case "late":
            kind = str(dict(KINDS).get(said.get("kind", ""), ""))
            return " · ".join(part for part in (kind, said.get("subject", ""), formats.overdue_by(days)) if part)
        case "debt":
            words = ngettext("%(count)s invoice overdue", "%(count)s invoices overdue", said["count"])
            since = ngettext("the oldest by %(days)s day", "the oldest by %(days)s days", days) % {"days": days}
            return f"{words % {'count': said['count']}}, {since}"
        case "stands":
            words = ngettext(
                "%(days)s day in “%(stage)s”, %(amount)s", "%(days)s days in “%(stage)s”, %(amount)s", days
            ) % {"days": days, "stage": said.get("stage", ""), "amount": money(said.get("amount"), currency)}
            due = parse_date(said.get("due", ""))
            return f"{words}; " + _("to close by %(day)s") % {"day": fmt.day(due, today)} if due else words
        case "silent":
            return _("usually buys every %(gap)s days for %(average)s, silent for %(days)s") % {
                "gap": said.get("gap"),
                "average": money(said.get("average"), currency),
                "days": days,
            }
    return _("added by %(name)s") % {"name": line.added_by} if line.added_by else ""


def proof(line: queries.ActionLine, currency: str) -> tuple[str, str]:
    """Return by what it is recognised as done, and where that record is."""
    found = line.proof
    if found is None:
        return (_("in the manager's words"), "") if line.claimed else ("", "")
    code, pk = found["code"], found["id"]
    at = found.get("at")
    moment = parse_datetime(at) if isinstance(at, str) else at
    when = formats.current().time(timezone.localtime(moment)) if moment else ""
    if code == "PAYMENT":
        return _("paid %(amount)s") % {"amount": money(found.get("amount"), currency)}, reverse("payment", args=[pk])
    if code == "STAGE":
        return f"{found['words']} {when}".strip(), ""
    if code == "DONE":
        return _("done"), reverse("activity", args=[pk])
    return f"{dict(KINDS).get(code, code)} {when}".strip(), reverse("activity", args=[pk])


def title(line: queries.ActionLine) -> str:
    if line.text:
        return line.text
    if line.kind == "DEAL" and line.deal:
        return line.deal[1]
    return line.customer[1] if line.customer else (line.deal[1] if line.deal else line.kind_name)


def url(line: queries.ActionLine) -> str:
    if line.kind == "DEAL" and line.deal:
        return reverse("deal", args=[line.deal[0]])
    if line.customer:
        return reverse("customer", args=[line.customer[0]])
    return reverse("deal", args=[line.deal[0]]) if line.deal else ""


def attainment(value: Decimal | None) -> str:
    return formats.current().percent(value) if value is not None else DASH


# what happened


def _day(value: Any) -> str:
    found = value if isinstance(value, date) else parse_date(str(value or ""))
    return formats.current().day(found) if found else DASH


HAPPENED: dict[str, Callable[[dict[str, Any]], str]] = {
    "day.planned": lambda data: _("the daily plan is made"),
    "day.confirmed": lambda data: _("confirmed the plan"),
    "day.action_added": lambda data: _("added “%(text)s”") % {"text": data.get("text", "")},
    "day.action_changed": lambda data: (
        _("changed “%(before)s” to “%(text)s”") % {"before": data.get("before", ""), "text": data.get("text", "")}
    ),
    "day.action_removed": lambda data: _("took off “%(text)s”") % {"text": data.get("text", "")},
    "day.action_restored": lambda data: _("brought back “%(text)s”") % {"text": data.get("text", "")},
    "day.action_noted": lambda data: _("noted: %(note)s") % {"note": data.get("note", "")},
    "day.norm_changed": lambda data: (
        _("changed a norm from %(before)s to %(amount)s") % {"before": data.get("before"), "amount": data.get("amount")}
    ),
    "day.reported": lambda data: _("the report is filled in from the records"),
    "day.handed_in": lambda data: _("handed the report in"),
    "day.returned": lambda data: _("returned the report: %(comment)s") % {"comment": data.get("comment", "")},
    "day.accepted": lambda data: pgettext("day", "accepted the report"),
    "control.declared": lambda data: _("declared manual control until %(day)s") % {"day": _day(data.get("until"))},
    "control.prolonged": lambda data: (
        _("goes on until %(day)s: %(reason)s") % {"day": _day(data.get("until")), "reason": data.get("reason", "")}
    ),
    "control.proposed": lambda data: (
        _("the end is proposed: the criterion holds")
        if data.get("proposal") == "CRITERION"
        else _("the end is proposed: the time has run out")
    ),
    "control.ended": lambda data: _("ended it. %(note)s") % {"note": data.get("note", "")},
}


def happened(events: Any, today: date) -> list[dict[str, str]]:
    """Return the history in sentences, the latest first."""
    fmt = formats.current()
    rows = []
    for each in events:
        say = HAPPENED.get(each.kind)
        if say:
            at: datetime = timezone.localtime(each.at)
            what = str(say(each.data))
            said = what if each.by else what[:1].upper() + what[1:]
            rows.append({"who": str(each.by or ""), "at": fmt.moment(at, today), "what": said})
    return rows


def grade_name(code: str) -> str:
    return str(dict(queries.GRADES).get(code, code))
