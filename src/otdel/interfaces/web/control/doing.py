"""What is done to a day under manual control, each button and form of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.errors import NotFound
from otdel.core.listing.values import read_id
from otdel.interfaces.http import PersonRequest, submission
from otdel.interfaces.web.control.day import Refused, day_page
from otdel.interfaces.web.control.forms import (
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
    "confirm": Doing(actions.confirm_day, lazy("The daily plan is confirmed."), "confirm"),
    "add": Doing(actions.add_action, lazy("Added to the day."), "add", ActionForm),
    "change": Doing(actions.change_action, lazy("Saved."), "change", ChangeForm, "action"),
    "remove": Doing(actions.remove_action, lazy("Removed from the daily plan."), "change", line="action"),
    "restore": Doing(actions.restore_action, lazy("Back in the daily plan."), "change", line="action"),
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
            raise WrongState(_("This can no longer be done on this day. Look at it again."))
        return day_page(request, card, Refused(name, given, line))
    messages.success(request, str(doing.words))
    place = f"#{doing.line}-{line}" if doing.line else ""
    return redirect(local_address(request, request.POST.get("next", "")) or reverse("control_day", args=[pk]) + place)


def _given(form: type[DayForm], request: PersonRequest, day: queries.Day) -> DayForm:
    if issubclass(form, VerdictForm):
        return form.of(day, request.POST)
    if issubclass(form, ActionForm):
        return form(request.POST).with_eyes_of(request.user)
    return form(request.POST, auto_id="report-%s") if form is ReportForm else form(request.POST)
