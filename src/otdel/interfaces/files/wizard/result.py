"""An import under way or over: started, stopped, gone on with, undone, its refused rows taken back."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from otdel.core.errors import Conflict, Invalid
from otdel.interfaces.files import actions, examples, queries, refused, shown
from otdel.interfaces.files.engine import open_source
from otdel.interfaces.files.roads import ROADS
from otdel.interfaces.files.targets import BY_KEY
from otdel.interfaces.http import PersonRequest, page, submission


@page
def result(request: PersonRequest, session_id: int) -> HttpResponse:
    """How far the check, the import or its undoing is, and what came of it. A fragment of itself polls."""
    session = queries.session_for(request.user, session_id)
    template = "files/import_result.html"
    if request.htmx and not request.htmx.boosted:
        template += "#state"
    return TemplateResponse(request, template, shown.result_page(request, session))


@submission
def start(request: PersonRequest, session_id: int) -> HttpResponse:
    actions.start_session(by=request.user, session_id=session_id, now=request.now)
    return HttpResponseRedirect(reverse("import_result", args=[session_id]))


@submission
def stop(request: PersonRequest, session_id: int) -> HttpResponse:
    actions.stop_session(by=request.user, session_id=session_id, undo="undo" in request.POST, now=request.now)
    session = queries.session_for(request.user, session_id)
    return HttpResponseRedirect(reverse("import_result" if session.started_at else "import_options", args=[session_id]))


@submission
def resume(request: PersonRequest, session_id: int) -> HttpResponse:
    actions.resume_session(by=request.user, session_id=session_id, now=request.now)
    return HttpResponseRedirect(reverse("import_result", args=[session_id]))


@submission
def undo(request: PersonRequest, session_id: int) -> HttpResponse:
    actions.undo_session(by=request.user, session_id=session_id, now=request.now)
    return HttpResponseRedirect(reverse("import_result", args=[session_id]))


@submission
def drop(request: PersonRequest, session_id: int) -> HttpResponse:
    actions.drop_session(by=request.user, session_id=session_id, now=request.now)
    messages.success(request, _("The file is discarded; nothing was imported from it."))
    return HttpResponseRedirect(reverse("import"))


@page
def download_refused(request: PersonRequest, session_id: int) -> HttpResponse | FileResponse:
    """The refused rows as the same file, with a column that says what is wrong."""
    session = queries.session_for(request.user, session_id)
    if not session.refused or not queries.source_is_kept(session):
        raise Conflict(_("There are no refused rows to download."))
    with open_source(session) as table, NamedTemporaryFile(suffix=refused.suffix(table)) as made:
        stem, word = Path(session.file_name).stem.removesuffix(".csv")[:150], _("refused")
        name = f"{stem} – {word}{refused.suffix(table)}"
        refused.write_refused(table, queries.refused_rows(session), Path(made.name), _("What is wrong"))
        kept = Path(made.name).open("rb")  # noqa: SIM115 - the response closes it
    return _attachment(kept, name)


def _attachment(file: Any, name: str) -> FileResponse:
    response = FileResponse(file, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@page
def example(request: PersonRequest, target: str) -> HttpResponse:
    """A small file of this kind to fill in."""
    if target not in ROADS:
        raise Invalid(_("There is no such kind of file."))
    response = HttpResponse(examples.workbook(target), content_type=examples.XLSX)
    name = f"{BY_KEY[target].label}.xlsx"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
