"""Past imports, and a file let in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from otdel.core.errors import NotAllowed
from otdel.interfaces.files import actions, queries, sentences, shown, understand
from otdel.interfaces.files.engine import open_source
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.readers import UnreadableFile
from otdel.interfaces.files.shown.words import State
from otdel.interfaces.http import PersonRequest, page, submission


@page
def index(request: PersonRequest) -> HttpResponse:
    """Past imports, and the place to drop a file."""
    before = request.GET.get("before", "")
    rows = queries.recent(request.user, int(before) if before.isdecimal() and len(before) < 18 else None)
    context = {
        "may_import": queries.may_import(request.user),
        "rows": [shown.session_row(session, request) for session in rows[:30]],
        "older": f"?before={rows[29].pk}" if len(rows) > 30 else "",
        "kinds": [(target.key, target.label) for target in queries.allowed_targets(request.user)],
        "limit": settings.UPLOAD_LIMIT // 1024**2,
    }
    return TemplateResponse(request, "files/imports.html", context)


@submission
def upload(request: PersonRequest) -> HttpResponse:
    if not queries.may_import(request.user):
        raise NotAllowed(_("Your role does not allow this."))
    file = request.FILES.get("file")
    if getattr(request, "upload_too_large", False):
        return upload_again(request, sentences.too_big(settings.UPLOAD_LIMIT))
    if not isinstance(file, UploadedFile):
        return upload_again(request, _("Choose a file to import."))
    if not file.size:
        return upload_again(request, str(sentences.FILE["empty_file"]))
    session = actions.open_session(by=request.user, file=file, now=request.now)
    try:
        guess_anew(request, session, {})
    except UnreadableFile as error:
        actions.drop_session(by=request.user, session_id=session.pk, now=request.now)
        return upload_again(request, sentences.of_file(error))
    return HttpResponseRedirect(reverse("import_columns", args=[session.pk]))


def upload_again(request: PersonRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return HttpResponseRedirect(reverse("import"))


def guess_anew(request: PersonRequest, session: ImportSession, reading: Mapping[str, Any], target: str = "") -> None:
    """Read the file as said and guess the rest. Raises UnreadableFile."""
    session.reading = dict(reading)
    with open_source(session) as table:
        seen = understand.look(table)
        found = understand.understand(session, request.user, table, seen, target)
    actions.set_up(by=request.user, session_id=session.pk, now=request.now, reading=dict(reading), **found.as_values())


@page
def open_import(request: PersonRequest, session_id: int) -> HttpResponse:
    """Where this import stands."""
    session = queries.session_for(request.user, session_id)
    settled = session.started_at or session.status in (State.CHECKING, State.CHECKED)
    return HttpResponseRedirect(reverse("import_result" if settled else "import_columns", args=[session.pk]))
