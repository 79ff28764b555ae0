"""One import in the list of imports."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.shown.words import TONES, State
from otdel.interfaces.files.targets import BY_KEY
from otdel.interfaces.http import PersonRequest
from otdel.org.queries import zone_of


def _status(session: ImportSession) -> dict[str, Any]:
    """Nothing taken is not "done", nor is a part: said in words, and not in green."""
    if session.status == State.DONE and session.refused:
        if not (session.created or session.updated or session.unchanged):
            return {"status": _("Nothing imported"), "tone": "over"}
        return {"status": _("Imported in part"), "tone": "over"}
    if session.status == State.DONE and not (session.created or session.updated):
        return {"status": _("Nothing new"), "tone": ""}
    return {"status": session.get_status_display(), "tone": TONES.get(State(session.status), "")}


def session_row(session: ImportSession, request: PersonRequest) -> dict[str, Any]:
    """One import in the list of imports."""
    target = BY_KEY.get(session.target)
    zone = zone_of(request.user)
    return {
        "url": reverse("import_open", args=[session.pk]),
        "id": session.pk,
        "file": session.file_name,
        "kind": target.label if target else _("not said yet"),
        **_status(session),
        "person": session.person.short_name,
        "at": session.created_at.astimezone(zone),
        "created": session.created, "updated": session.updated, "unchanged": session.unchanged,
        "refused": session.refused,
        "counted": bool(session.started_at),
    }  # fmt: skip
