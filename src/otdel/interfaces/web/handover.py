"""Handing over what a person who leaves has in hand: to whom, how much to each, what will go where, and back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from otdel.core.errors import Conflict, Invalid
from otdel.core.listing.values import read_id
from otdel.interfaces.http import PersonRequest, form, submission
from otdel.tasks import actions, queries
from otdel.tasks.rules.handover import BIGGEST_SHARE, KINDS, deal_out

ROWS = 4  # so many may be chosen at once; a row is added for those that came in the address
LABELS = {
    "customer": lazy("Customers"),
    "contact": lazy("Contacts"),
    "lead": lazy("Open leads"),
    "deal": lazy("Open deals"),
    "task": lazy("Unfinished tasks"),
}


@form
def hand_over(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Choose and look (GET), then hand over (POST)."""
    person = queries.leaver(request.user, pk)
    given = request.POST if request.method == "POST" else request.GET
    problem, shares = "", dict[int, int]()
    try:
        shares = _shares(given.getlist("to"), given.getlist("share"))
        if request.method == "POST":
            event = actions.hand_over(by=request.user, person_id=pk, to=shares, now=request.now)
            messages.success(request, _("Handed over."), extra_tags=reverse("handover_undo", args=[event.pk]))
            return redirect("person", pk)
    except (Invalid, Conflict) as refusal:
        problem = str(refusal)
    context = _shown(request, person, shares) | {"problem": problem}
    if problem and not shares:  # what was typed stays, to be mended
        typed = [(read_id(who), part) for who, part in zip(given.getlist("to"), given.getlist("share"), strict=False)]
        context["choices"] = typed[:20]
    return render(request, "people/handover.html", context, status=422 if problem else 200)


def _shares(to: list[str], share: list[str]) -> dict[int, int]:
    """Read the rows of the form; a person named twice has both shares. Raises Invalid."""
    found: dict[int, int] = {}
    for who, text in list(zip(to, [*share, *[""] * len(to)], strict=False))[:20]:
        if pk := read_id(who):
            part = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else (0 if text else 1)
            if not 0 < part <= BIGGEST_SHARE:
                raise Invalid(_("A share is a whole number from 1 to 1000."))
            found[pk] = min(found.get(pk, 0) + part, BIGGEST_SHARE)
    return found


def _shown(request: PersonRequest, person: Any, shares: dict[int, int]) -> dict[str, Any]:
    people = queries.successors(request.user, person.pk, request.today)
    names = dict(people)
    chosen = {pk: share for pk, share in shares.items() if pk in names}
    owned = queries.in_hand(request.user, person.pk)
    dealt = deal_out(owned, chosen) if chosen else None
    kinds = [kind for kind in KINDS if kind in owned]
    rows = [{"name": names[pk], "counts": [dealt.count(kind, pk) for kind in kinds] if dealt else []} for pk in chosen]
    empty = [(None, 1)] * max(ROWS - len(chosen), 1)
    return {
        "person": person,
        "people": people,
        "choices": [*chosen.items(), *empty],
        "heads": [LABELS[kind] for kind in kinds],
        "totals": [len(owned[kind]) for kind in kinds],
        "nothing": not any(owned.values()),
        "rows": rows,
        "chosen": list(chosen.items()),
        "most": BIGGEST_SHARE,
    }


def address(pk: int, **given: Any) -> str:
    return f"{reverse('person_handover', args=[pk])}{'?' + urlencode(given) if given else ''}"


@submission
def undo(request: PersonRequest, event_id: int) -> HttpResponseBase:
    event = actions.undo_handover(by=request.user, event_id=event_id, now=request.now)
    messages.success(request, _("Undone."))
    return redirect("person", event.subject_id)


urlpatterns = [
    path("people/<int:pk>/handover/", hand_over, name="person_handover"),
    path("people/handover/<int:event_id>/undo/", undo, name="handover_undo"),
]
