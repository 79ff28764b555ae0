"""The days of manual control: everybody's in one table for the head, and one manager's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from otdel.core.errors import NotFound
from otdel.core.listing.values import read_day, read_id
from otdel.customers import queries as customers
from otdel.interfaces.http import PersonRequest, page, submission
from otdel.interfaces.web import control_says as says
from otdel.interfaces.web import formats, marks
from otdel.interfaces.web.control import tabs
from otdel.interfaces.web.control_forms import (
    ActionForm,
    ChangeForm,
    DayForm,
    DayNormForm,
    NoteForm,
    ReportForm,
    ReturnForm,
    VerdictForm,
)
from otdel.interfaces.web.refusals import taken
from otdel.interfaces.web.task_shared import local_address
from otdel.measures import actions, queries
from otdel.measures.rules import WrongState
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
        "review": VerdictForm.of(row) if row.state in ("REPORT", "HANDED", "RETURNED") else None,
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


@dataclass(frozen=True)
class Refused:
    """A form of the day that was not taken: it is shown again with what was typed and what is wrong with it."""

    name: str
    form: DayForm
    line: int = 0

    @property
    def problem(self) -> str:
        return str(next(iter(self.form.errors.values()))[0])


@page
def day(request: PersonRequest, pk: int) -> HttpResponseBase:
    return _card(request, queries.day_card(request.user, pk))


def _card(request: PersonRequest, card: queries.DayCard, refused: Refused | None = None) -> HttpResponseBase:
    found, can = card.day, card.can(card.day.state)
    waiting = {each.customer[0] for each in found.actions if each.customer and not each.is_done}
    phones = customers.phones_of(request.user, waiting if card.is_mine or can["change"] else ())
    groups = [
        (
            words,
            [
                _action(each, request, refused) | _means(each, card, phones)
                for each in found.actions
                if each.kind == kind
            ],
        )
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
        "kpis": _kpis(found, request.company.currency),
        "norms": [_norm(each, refused) for each in found.norms],
        "happened": says.happened(card.happened, request.today),
        "next_url": reverse("task", args=[found.next_task[0]]) if found.next_task else "",
        "url": reverse("control_day", args=[found.id]),
        "days_url": f"{reverse('control_days')}?day={found.day.isoformat()}" if card.steers else "",
    } | _forms(request, found, can, refused)
    return TemplateResponse(request, "control/day.html", context, status=422 if refused else 200)


def _forms(
    request: PersonRequest, found: queries.Day, can: dict[str, bool], refused: Refused | None
) -> dict[str, DayForm | None]:
    """The forms that stand open on the page; the one refused as it was typed."""
    shown = {
        "add": ActionForm().with_eyes_of(request.user) if can["add"] else None,
        "report": ReportForm(initial={"note": found.note}, auto_id="report-%s") if can["hand_in"] else None,
        "verdict": VerdictForm.of(found) if can["review"] else None,
    }
    place = {"add": "add", "hand_in": "report", "accept": "verdict", "return": "verdict"}
    return shown | ({place[refused.name]: refused.form} if refused and refused.name in place else {})


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


def _action(each: queries.ActionLine, request: PersonRequest, refused: Refused | None = None) -> dict[str, Any]:
    words, url = says.proof(each, request.company.currency)
    line = {
        "id": each.id,
        "icon": says.ICONS[each.kind],
        "title": says.title(each),
        "about": each.customer[1] if each.customer and each.customer[1] != says.title(each) else "",
        "url": says.url(each),
        "why": says.why(each, request.company.currency, request.today),
        "money": says.money(each.expected, request.company.currency) if each.expected is not None else "",
        "amount": formats.current().plain(each.expected, 2) if each.expected is not None else "",
        "text": each.text,
        "done": each.is_done,
        "proof": words,
        "proof_url": url,
        "note": each.note,
        "typed_note": each.note,
        "claimed": each.claimed,
        "kind": each.kind_name,
        "recorded": each.proof is not None,
    }
    if refused is None or refused.line != each.id or refused.name not in ("note", "change"):
        return line
    typed = {name: refused.form[name].value() for name in refused.form.fields}
    names = {"expected": "amount", "done": "claimed", "note": "typed_note"}
    return (
        line
        | {names.get(name, name): value for name, value in typed.items()}
        | {f"{refused.name}_problem": refused.problem}
    )


def _means(each: queries.ActionLine, card: queries.DayCard, phones: Mapping[int, tuple[str, str]]) -> dict[str, str]:
    """What it is done with, while it is not: the number to ring, and where to write down how it went."""
    if each.is_done or each.customer is None:
        return {}
    number, whose = phones.get(each.customer[0], ("", ""))
    means = {"number": number, "whose": whose}
    if not card.is_mine or card.day.state == "ACCEPTED":
        return means
    if each.activity_id:
        return means | {"log": reverse("activity", args=[each.activity_id])}
    about = {"kind": "CALL", "customer": each.customer[0], "next": reverse("control_day", args=[card.day.id])}
    if each.deal:
        about["deal"] = each.deal[0]
    return means | {"log": f"{reverse('activity_new')}?{urlencode(about)}"}


def _norm(each: Any, refused: Refused | None) -> dict[str, Any]:
    line = {"norm": each, "amount": each.amount, "problem": ""}
    if refused is None or refused.name != "norm" or refused.line != each.id:
        return line
    return line | {"amount": refused.form["amount"].value(), "problem": refused.problem}


# what is done to it


@dataclass(frozen=True)
class Doing:
    """A button or a form of the day: its action, what is said afterwards, what is typed, who may."""

    action: Callable[..., object]
    words: Any
    may: str
    form: type[DayForm] = DayForm
    # the name under which the line it is about is sent
    line: str = ""


DO: dict[str, Doing] = {
    "confirm": Doing(actions.confirm_day, lazy("The plan of the day is confirmed."), "confirm"),
    "add": Doing(actions.add_action, lazy("Added to the day."), "add", ActionForm),
    "change": Doing(actions.change_action, lazy("Saved."), "change", ChangeForm, "action"),
    "remove": Doing(actions.remove_action, lazy("Taken off the day."), "change", line="action"),
    "restore": Doing(actions.restore_action, lazy("Back on the day."), "change", line="action"),
    "note": Doing(actions.note_action, lazy("Noted."), "say", NoteForm, "action"),
    "norm": Doing(actions.set_day_norm, lazy("Saved."), "change", DayNormForm, "norm"),
    "hand_in": Doing(actions.hand_in, lazy("The report is handed in."), "hand_in", ReportForm),
    "accept": Doing(actions.accept_day, lazy("The report is accepted."), "review", VerdictForm),
    "return": Doing(actions.return_day, lazy("The report is returned."), "review", ReturnForm),
}


@submission
def do(request: PersonRequest, pk: int, name: str) -> HttpResponseBase:
    doing = DO.get(name)
    if doing is None:
        raise NotFound(_("There is no such action."))
    card, line = queries.day_card(request.user, pk), read_id(request.POST.get(doing.line, "")) or 0
    given = _given(doing.form, request, card.day)
    about = {f"{doing.line}_id": line} if doing.line else {}
    if not taken(
        request, given, lambda: doing.action(by=request.user, day_id=pk, now=request.now, **about, **given.asked())
    ):
        if not card.can(card.day.state)[doing.may]:
            raise WrongState(_("The day is not where this can be done to it any more. Look at it again."))
        return _card(request, card, Refused(name, given, line))
    messages.success(request, str(doing.words))
    place = f"#{doing.line}-{line}" if doing.line else ""
    return redirect(local_address(request, request.POST.get("next", "")) or reverse("control_day", args=[pk]) + place)


def _given(form: type[DayForm], request: PersonRequest, day: queries.Day) -> DayForm:
    if issubclass(form, VerdictForm):
        return form.of(day, request.POST)
    if issubclass(form, ActionForm):
        return form(request.POST).with_eyes_of(request.user)
    return form(request.POST, auto_id="report-%s") if form is ReportForm else form(request.POST)


urlpatterns = [
    path("plan/control/days/", days, name="control_days"),
    path("plan/control/days/<int:pk>/", day, name="control_day"),
    path("plan/control/days/<int:pk>/do/<str:name>/", do, name="control_day_do"),
]
