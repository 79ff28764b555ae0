"""One manager's day under manual control: what was asked, what was done, its report and verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from otdel.customers import queries as customers
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import formats, marks
from otdel.interfaces.web.control import says
from otdel.interfaces.web.control.forms import ActionForm, DayForm, ReportForm, VerdictForm
from otdel.measures import queries


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
    return day_page(request, queries.day_card(request.user, pk))


def day_page(request: PersonRequest, card: queries.DayCard, refused: Refused | None = None) -> HttpResponseBase:
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
        "grade": marks.badge(says.grade_name(found.grade), says.GRADE_TONES[found.grade]) if found.grade else "",
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
        marks.kpi(_("Received"), says.money(found.paid, currency)),
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
