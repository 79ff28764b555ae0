"""The days of manual control: everybody's in one table for the head."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otdel.core.listing.values import read_day, read_id
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import formats, marks
from otdel.interfaces.web.control import says
from otdel.interfaces.web.control.forms import VerdictForm
from otdel.interfaces.web.control.tabs import tabs
from otdel.measures import queries
from otdel.org import access
from otdel.org.rules import Right

KINDS = ("CALL", "MEETING", "PROPOSAL")


@page
def days(request: PersonRequest) -> HttpResponseBase:
    """The head's screen of the morning and of the evening: plan, fact, verdict, a line for every manager."""
    access.require(request.user, "plan", Right.CHANGE)
    unit = read_id(request.GET.get("unit", ""))
    unit = unit if unit in access.tree_for(request.user).nodes else None
    asked = read_day(request.GET.get("day", ""))
    found = queries.days_table(request.user, asked, request.today, unit)
    rows = [_line(row, request) for row in found.rows]
    context = {
        "tabs": tabs(request, "control_days"),
        "title": formats.current().weekday(found.day),
        "lead": _lead(found),
        "rows": rows,
        "reviewed": [row for row in rows if row["review"]],
        "kinds": [str(dict(queries.KINDS)[kind]) for kind in KINDS],
        "total": _total(found, request),
        "earlier": _day_url(found.earlier, unit),
        "later": _day_url(found.later, unit),
        "units": _units(request, unit, found.day),
        "unit": access.tree_for(request.user).nodes[unit].name if unit else _("All departments"),
        "here": request.get_full_path(),
    }
    return TemplateResponse(request, "control/days.html", context)


def _lead(found: queries.DaysTable) -> str:
    if not found.rows:
        return ""
    late = sum(row.state == "MADE" for row in found.rows)
    handed = sum(row.state == "HANDED" for row in found.rows)
    asked, done = found.actions
    parts = [
        ngettext("%(count)s manager", "%(count)s managers", len(found.rows)) % {"count": len(found.rows)},
        _("%(done)s of %(asked)s actions done") % {"done": done, "asked": asked},
        ngettext("%(count)s plan is not confirmed", "%(count)s plans are not confirmed", late) % {"count": late}
        if late
        else "",
        ngettext("%(count)s report is waiting for you", "%(count)s reports are waiting for you", handed)
        % {"count": handed}
        if handed
        else "",
    ]
    return ", ".join(part for part in parts if part) + "."


def _day_url(day: date | None, unit: int | None) -> str:
    if day is None:
        return ""
    return f"{reverse('control_days')}?day={day.isoformat()}" + (f"&unit={unit}" if unit else "")


def _units(request: PersonRequest, chosen: int | None, day: date) -> list[tuple[str, str, bool]]:
    rows = [(name, f"?day={day.isoformat()}&unit={pk}", pk == chosen) for pk, name in queries.norm_units(request.user)]
    return [(_("All departments"), f"?day={day.isoformat()}", chosen is None), *rows] if len(rows) > 1 else []


def _line(row: queries.Day, request: PersonRequest) -> dict[str, Any]:
    return {
        "id": row.id,
        "dialog": f"review-{row.id}",
        "url": reverse("control_day", args=[row.id]),
        "who": row.person,
        "state": marks.badge(row.state_name, says.STATE_TONES[row.state]),
        "grade": marks.badge(says.grade_name(row.grade), says.GRADE_TONES[row.grade]) if row.grade else "",
        "counts": [_pair(*row.counted(kind)) for kind in KINDS],
        "actions": _pair(len(row.actions), row.done),
        "expected": says.money(row.expected, request.company.currency),
        "paid": says.money(row.paid, request.company.currency),
        "moves": row.facts.get("STAGE", 0),
        "note": row.note,
        "review": VerdictForm.of(row) if row.state in ("REPORT", "HANDED", "RETURNED") else None,
        "undone": [says.title(each) for each in row.actions if not each.is_done][:5],
    }


def _pair(asked: int, done: int) -> dict[str, Any]:
    return {"asked": asked, "done": done, "low": done < asked}


def _total(found: queries.DaysTable, request: PersonRequest) -> dict[str, Any]:
    return {
        "counts": [_pair(*found.total(kind)) for kind in KINDS],
        "actions": _pair(*found.actions),
        "expected": says.money(found.expected, request.company.currency),
        "paid": says.money(found.paid, request.company.currency),
    }
