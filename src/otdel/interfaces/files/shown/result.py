"""The page of an import under way or over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from otdel.interfaces.files import queries
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.roads import ROADS
from otdel.interfaces.files.shown.words import MAKES, STEPS, State
from otdel.interfaces.files.targets import BY_KEY
from otdel.interfaces.http import PersonRequest
from otdel.org import access
from otdel.org.queries import zone_of
from otdel.org.rules import Right


def result_page(request: PersonRequest, session: ImportSession) -> dict[str, Any]:
    status = State(session.status)
    busy = status in queries.BUSY
    mine = session.person_id == request.user.pk
    step = 3 if not session.started_at else 4
    checked = session.checked
    counts = checked if status == State.CHECKED and checked else _counts(session)
    return {
        "session": session,
        "steps": STEPS,
        "step": step,
        "target": BY_KEY.get(session.target),
        "busy": busy,
        "state": status.value,
        **_progress(session, status),
        "counts": counts,
        "reasons": [{"times": row[0], "row": row[1], "sentence": row[2]} for row in counts["reasons"][:8]],
        "made": _made(counts["made"]),
        "may_make": _not_made(request, session) if mine and status == State.CHECKED and counts["refused"] else [],
        # nothing came of it: said so, not "imported"
        "is_vain": bool(counts["refused"]) and not (counts["created"] or counts["updated"] or counts["unchanged"]),
        "plans": [reverse("plan_grid", args=[pk]) for pk in counts["made"].get("plans", ()) if session.started_at],
        "list": _address(ROADS[session.target].page) if session.target else "",
        "board": _board(session) if access.scope(request.user, "plan", Right.VIEW) else "",
        "may_download": bool(session.started_at and session.refused and queries.source_is_kept(session)),
        "may_start": mine and not session.started_at and status in (State.CHECKED, State.CHECKING),
        "may_stop": status in (State.RUNNING, State.CHECKING),
        "may_resume": status in (State.FAILED, State.STOPPED) or queries.is_stuck(session, request.now),
        "may_undo": status in (State.DONE, State.STOPPED, State.FAILED),
        "undone": _undone(session) if session.undo and status == State.UNDONE else None,
        "undone_at": session.undone_at and session.undone_at.astimezone(zone_of(request.user)),
        "took": _took(session),
    }


def _progress(session: ImportSession, status: State) -> dict[str, Any]:
    """Return what is being done, how far it is and of how much."""
    if status == State.UNDOING:
        return {"label": _("Undoing"), "position": _undone_so_far(session), "total": _undo_total(session)}
    if status in (State.CHECKING, State.RUNNING) and session.looked and not session.position:
        return {"label": _("Looking through the file"), "position": session.looked, "total": session.total}
    labels = {State.CHECKING: _("Checking: nothing is written yet"), State.RUNNING: _("Importing")}
    return {"label": labels.get(status, ""), "position": session.position, "total": session.total}


def _counts(session: ImportSession) -> dict[str, Any]:
    return {
        "created": session.created, "updated": session.updated, "unchanged": session.unchanged,
        "refused": session.refused, "total": session.position, "made": session.made, "reasons": session.reasons,
    }  # fmt: skip


def _not_made(request: PersonRequest, session: ImportSession) -> list[Any]:
    """Return what the import was not told to make, though it might: often why rows are refused."""
    told = session.options.get("create", ())
    return [MAKES[what][0] for what in queries.allowed_to_make(request.user, session.target) if what not in told]


# Where what a file brings in is seen as a fact.
FACTS = {"deals": "won_amount", "sales": "shipments", "payments": "payments", "activities": "calls"}


def _board(session: ImportSession) -> str:
    """Return the address of the board that shows what came in; "" where it brought no facts."""
    address, metric = _address("plan"), FACTS.get(session.target)
    return f"{address}?metric={metric}" if address and metric else ""


def _address(name: str) -> str:
    try:
        return reverse(name) if name else ""
    except NoReverseMatch:
        return ""


MADE_LABELS = {
    "people": gettext_lazy("People"), "units": gettext_lazy("Departments"), "customers": gettext_lazy("Customers"),
    "contacts": gettext_lazy("Contacts"), "products": gettext_lazy("Products"),
    "pipelines": gettext_lazy("Pipelines"), "stages": gettext_lazy("Stages"),
    "lists": gettext_lazy("Entries of short lists"),
}  # fmt: skip


def _made(made: Mapping[str, Any]) -> list[tuple[Any, int]]:
    return [(MADE_LABELS[kind], number) for kind, number in made.items() if kind in MADE_LABELS and number]


def _undone_so_far(session: ImportSession) -> int:
    return int((session.undo or {}).get("changed", 0))


def _undo_total(session: ImportSession) -> int:
    """How many changes there are to take back; until that is counted, how many rows."""
    return int((session.undo or {}).get("total", 0)) or session.created + session.updated


LABELS = {
    "org.person": gettext_lazy("People"), "org.unit": gettext_lazy("Departments"),
    "customers.customer": gettext_lazy("Customers"), "customers.contact": gettext_lazy("Contacts"),
    "billing.product": gettext_lazy("Products"), "deals.deal": gettext_lazy("Deals"),
    "deals.lead": gettext_lazy("Leads"), "deals.stage": gettext_lazy("Stages"),
    "deals.pipeline": gettext_lazy("Pipelines"), "billing.shipment": gettext_lazy("Shipments"),
    "billing.invoice": gettext_lazy("Invoices"), "billing.payment": gettext_lazy("Payments"),
    "activities.activity": gettext_lazy("Calls and meetings"), "plans.plan": gettext_lazy("Plans"),
}  # fmt: skip


def _undone(session: ImportSession) -> dict[str, Any]:
    """What went, and what stayed with the reason."""
    kept = []
    for key, count in sorted((session.undo or {}).get("kept", {}).items()):
        reason, label = key.split(":")
        if label in LABELS or reason != "used":
            kept.append(_stayed(reason, str(LABELS.get(label, _("Other rows"))), count))
    return {"deleted": session.undo["deleted"], "restored": session.undo["restored"], "kept": kept}


def _stayed(reason: str, label: str, count: int) -> str:
    said = {"kind": label, "count": count}
    if reason == "changed":
        return ngettext(
            "%(kind)s: %(count)d stayed, changed by somebody since then.",
            "%(kind)s: %(count)d stayed, changed by somebody since then.", count,
        ) % said  # fmt: skip
    if reason == "used":
        return ngettext(
            "%(kind)s: %(count)d stayed, other records depend on it.",
            "%(kind)s: %(count)d stayed, other records depend on them.", count,
        ) % said  # fmt: skip
    return ngettext(
        "%(kind)s: %(count)d could not be restored, its place is taken.",
        "%(kind)s: %(count)d could not be restored, their place is taken.", count,
    ) % said  # fmt: skip


def _took(session: ImportSession) -> int | None:
    if not session.started_at or not session.finished_at:
        return None
    return max(1, round((session.finished_at - session.started_at).total_seconds()))
