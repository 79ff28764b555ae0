"""The days of manual control: everybody's in one table for the head, and one manager's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from otdel.core.errors import Invalid, NotFound
from otdel.core.listing.values import read_day, read_id
from otdel.interfaces.http import PersonRequest, page, submission
from otdel.interfaces.web import control_says as says
from otdel.interfaces.web import formats, marks
from otdel.interfaces.web.control import tabs
from otdel.interfaces.web.control_forms import ActionForm
from otdel.interfaces.web.task_shared import local_address
from otdel.measures import actions, queries
from otdel.measures.actions.days import Verdict
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
        "grades": queries.GRADES,
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
        ngettext("%(count)s report waits for you", "%(count)s reports wait for you", handed) % {"count": handed}
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
        "grade": marks.badge(_grade(row.grade), says.GRADE_TONES[row.grade]) if row.grade else "",
        "counts": [_pair(*row.counted(kind)) for kind in KINDS],
        "actions": _pair(len(row.actions), row.done),
        "expected": says.money(row.expected, request.company.currency),
        "paid": says.money(row.paid, request.company.currency),
        "moves": row.facts.get("STAGE", 0),
        "note": row.note,
        "review": row.state in ("REPORT", "HANDED", "RETURNED"),
        "undone": [says.title(each) for each in row.actions if not each.is_done][:5],
    }


def _grade(code: str) -> str:
    return str(dict(queries.GRADES).get(code, code))


def _pair(asked: int, done: int) -> dict[str, Any]:
    return {"asked": asked, "done": done, "low": done < asked}


def _total(found: queries.DaysTable, request: PersonRequest) -> dict[str, Any]:
    return {
        "counts": [_pair(*found.total(kind)) for kind in KINDS],
        "actions": _pair(*found.actions),
        "expected": says.money(found.expected, request.company.currency),
        "paid": says.money(found.paid, request.company.currency),
    }


# one manager's day


@page
def day(request: PersonRequest, pk: int) -> HttpResponseBase:
    card = queries.day_card(request.user, pk)
    found, can = card.day, card.can(card.day.state)
    currency = request.company.currency
    groups = [
        (words, [_action(each, request) for each in found.actions if each.kind == kind])
        for kind, words in says.families()
    ]
    context = {
        "card": card,
        "found": found,
        "can": can,
        "title": formats.current().weekday(found.day),
        "state": marks.badge(found.state_name, says.STATE_TONES[found.state]),
        "grade": marks.badge(_grade(found.grade), says.GRADE_TONES[found.grade]) if found.grade else "",
        "groups": [(words, rows) for words, rows in groups if rows],
        "removed": [_action(each, request) for each in found.removed],
        "kpis": _kpis(found, currency),
        "norms": found.norms,
        "happened": says.happened(card.happened, request.today),
        "add": ActionForm(request.user) if can["add"] else None,
        "grades": queries.GRADES,
        "next_url": reverse("task", args=[found.next_task[0]]) if found.next_task else "",
        "here": request.get_full_path(),
        "days_url": f"{reverse('control_days')}?day={found.day.isoformat()}" if card.steers else "",
        "about": [(each.customer[0], each.customer[1]) for each in found.actions if each.customer],
    }
    return TemplateResponse(request, "control/day.html", context)


def _kpis(found: queries.Day, currency: str) -> list[Any]:
    counted = [
        marks.kpi(each.kind_name + (f" · {each.pipeline}" if each.pipeline else ""), f"{each.done} / {each.amount}")
        for each in found.norms
    ]
    return [
        marks.kpi(_("Actions"), f"{found.done} / {len(found.actions)}"),
        *counted,
        marks.kpi(_("Expected money"), says.money(found.expected, currency)),
        marks.kpi(_("Came"), says.money(found.paid, currency)),
        marks.kpi(_("Deals moved"), str(found.facts.get("STAGE", 0))),
    ]


def _action(each: queries.ActionLine, request: PersonRequest) -> dict[str, Any]:
    words, url = says.proof(each, request.company.currency)
    return {
        "id": each.id,
        "icon": says.ICONS[each.kind],
        "title": says.title(each),
        "about": each.customer[1] if each.customer and each.customer[1] != says.title(each) else "",
        "url": says.url(each),
        "why": says.why(each, request.company.currency, request.today),
        "expected": says.money(each.expected, request.company.currency) if each.expected is not None else "",
        "amount": formats.current().plain(each.expected, 2) if each.expected is not None else "",
        "text": each.text,
        "done": each.is_done,
        "proof": words,
        "proof_url": url,
        "note": each.note,
        "claimed": each.claimed,
        "kind": each.kind_name,
        "recorded": each.proof is not None,
    }


# what is done to it


def _add(request: PersonRequest, pk: int) -> str:
    given = ActionForm(request.user, request.POST)
    if not given.is_valid():
        raise _wrong(given)
    actions.add_action(by=request.user, day_id=pk, values=given.values(), now=request.now)
    return _("Added to the day.")


def _change(request: PersonRequest, pk: int) -> str:
    given = ActionForm(request.user, request.POST.dict() | {"kind": "OTHER"})
    if not given.is_valid():
        raise _wrong(given)
    actions.change_action(
        by=request.user, day_id=pk, action_id=_action_id(request), values=given.values(), now=request.now
    )
    return _("Saved.")


def _wrong(given: ActionForm) -> Invalid:
    name, problems = next(iter(given.errors.items()))
    return Invalid(f"{given.fields[name].label}: {problems[0]}" if name in given.fields else str(problems[0]))


def _action_id(request: PersonRequest) -> int:
    return read_id(request.POST.get("action", "")) or 0


def _plain(name: str, words: Any) -> Callable[[PersonRequest, int], str]:
    def act(request: PersonRequest, pk: int) -> str:
        getattr(actions, name)(by=request.user, day_id=pk, now=request.now)
        return str(words)

    return act


def _on_action(name: str, words: Any) -> Callable[[PersonRequest, int], str]:
    def act(request: PersonRequest, pk: int) -> str:
        getattr(actions, name)(by=request.user, day_id=pk, action_id=_action_id(request), now=request.now)
        return str(words)

    return act


def _note(request: PersonRequest, pk: int) -> str:
    done = request.POST.get("done") == "1"
    note = request.POST.get("note", "")
    actions.note_action(
        by=request.user, day_id=pk, action_id=_action_id(request), done=done, note=note, now=request.now
    )
    return _("Noted.")


def _norm(request: PersonRequest, pk: int) -> str:
    amount = read_id(request.POST.get("amount", ""))
    if amount is None and request.POST.get("amount", "").strip() != "0":
        raise Invalid(_("Between 0 and 500 a day."), field="amount")
    norm_id = read_id(request.POST.get("norm", "")) or 0
    actions.set_day_norm(by=request.user, day_id=pk, norm_id=norm_id, amount=amount or 0, now=request.now)
    return _("Saved.")


def _hand_in(request: PersonRequest, pk: int) -> str:
    actions.hand_in(by=request.user, day_id=pk, note=request.POST.get("note", ""), now=request.now)
    return _("The report is handed in.")


def _accept(request: PersonRequest, pk: int) -> str:
    given = request.POST
    verdict = Verdict(
        grade=given.get("grade", ""),
        comment=given.get("comment", ""),
        next_title=given.get("next_title", ""),
        next_customer_id=read_id(given.get("customer", "")),
    )
    actions.accept_day(by=request.user, day_id=pk, verdict=verdict, now=request.now)
    return _("The report is accepted.")


def _return(request: PersonRequest, pk: int) -> str:
    actions.return_day(by=request.user, day_id=pk, comment=request.POST.get("comment", ""), now=request.now)
    return _("The report is returned.")


DO: dict[str, Callable[[PersonRequest, int], str]] = {
    "confirm": _plain("confirm_day", lazy("The plan of the day is confirmed.")),
    "add": _add,
    "change": _change,
    "remove": _on_action("remove_action", lazy("Taken off the day.")),
    "restore": _on_action("restore_action", lazy("Back on the day.")),
    "note": _note,
    "norm": _norm,
    "hand_in": _hand_in,
    "accept": _accept,
    "return": _return,
}


@submission
def do(request: PersonRequest, pk: int, name: str) -> HttpResponseBase:
    act = DO.get(name)
    if act is None:
        raise NotFound(_("There is no such action."))
    messages.success(request, act(request, pk))
    return redirect(local_address(request, request.POST.get("next", "")) or reverse("control_day", args=[pk]))


urlpatterns = [
    path("plan/control/days/", days, name="control_days"),
    path("plan/control/days/<int:pk>/", day, name="control_day"),
    path("plan/control/days/<int:pk>/do/<str:name>/", do, name="control_day_do"),
]
