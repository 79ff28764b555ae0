"""The import wizard: a file, its columns, what may be made, a check, the import, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from otdel.core.errors import Conflict, Invalid, NotAllowed
from otdel.core.imports import fold
from otdel.interfaces.files import actions, examples, queries, refused, sentences, shown, understand
from otdel.interfaces.files.cells.periods import Period, periods
from otdel.interfaces.files.engine import mapper_of, open_source
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.readers import UnreadableFile
from otdel.interfaces.files.roads import ROADS
from otdel.interfaces.files.rows import Use, preview
from otdel.interfaces.files.targets import BY_KEY, whole
from otdel.interfaces.http import PersonRequest, form, page, submission
from otdel.org.rules import Right

State = ImportSession.Status
OUTCOMES = ("OPEN", "WON", "LOST")


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
        return _upload_again(request, sentences.too_big(settings.UPLOAD_LIMIT))
    if not isinstance(file, UploadedFile):
        return _upload_again(request, _("Choose a file to import."))
    if not file.size:
        return _upload_again(request, str(sentences.FILE["empty_file"]))
    session = actions.open_session(by=request.user, file=file, now=request.now)
    try:
        _guess(request, session, {})
    except UnreadableFile as error:
        actions.drop_session(by=request.user, session_id=session.pk, now=request.now)
        return _upload_again(request, sentences.of_file(error))
    return HttpResponseRedirect(reverse("import_columns", args=[session.pk]))


def _upload_again(request: PersonRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return HttpResponseRedirect(reverse("import"))


def _guess(request: PersonRequest, session: ImportSession, reading: Mapping[str, Any], target: str = "") -> None:
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


def _being_set_up(request: PersonRequest, session_id: int) -> ImportSession:
    session = queries.session_for(request.user, session_id, Right.CHANGE)
    if session.started_at:
        raise Conflict(_("This import has begun: its columns stay as they are."))
    return session


@form
def columns(request: PersonRequest, session_id: int) -> HttpResponse:
    """What was understood, with a way to change each guess."""
    session = _being_set_up(request, session_id)
    wrong: list[str] = []
    if request.method == "POST":
        try:
            if "reread" in request.POST:
                return _reread(request, session)
            wrong = _keep_columns(request, session)
        except UnreadableFile as error:
            wrong = [sentences.of_file(error)]
        if not wrong:
            return HttpResponseRedirect(reverse("import_options", args=[session.pk]))
    try:
        with open_source(session) as table:
            seen = understand.look(table)
            mapper = mapper_of(session, table, request.user)
            parsed = preview(mapper, seen.rows[: understand.PREVIEW])
            context = shown.columns_page(request, session, table, seen, mapper, parsed)
    except UnreadableFile as error:
        return _upload_again(request, sentences.of_file(error))
    context["wrong"] = wrong
    return TemplateResponse(request, "files/import_columns.html", context, status=422 if wrong else 200)


def _reread(request: PersonRequest, session: ImportSession) -> HttpResponse:
    """Read the file anew with another sheet, encoding, delimiter, header or kind."""
    said = request.POST
    reading: dict[str, Any] = {name: said[name][:200] for name in ("sheet", "encoding") if said.get(name)}
    if said.get("delimiter") in shown.DELIMITERS:
        reading["delimiter"] = said["delimiter"]
    if said.get("header") in ("yes", "no"):
        reading["has_header"] = said["header"] == "yes"
    target = said.get("target", "")
    _guess(request, session, reading, target if target in BY_KEY else "")
    return HttpResponseRedirect(reverse("import_columns", args=[session.pk]))


def _keep_columns(request: PersonRequest, session: ImportSession) -> list[str]:
    """Keep the columns as chosen; return what is wrong with the choice."""
    target = whole(session.target)
    known = {use["position"]: use for use in session.columns}
    fields = {each.key: each for each in target.fields}
    uses, taken, wrong = [], set(), []
    with open_source(session) as table:
        width = table.width
        profiles = understand.look(table).profiles
        headers = [header.name for header in table.headers]
    for position in range(width):
        name = request.POST.get(f"field_{position}", "")
        if name not in fields:
            continue
        each = fields[name]
        by_header = bool(each.prefix) or each.by_period
        if name in taken and not (each.many or by_header):
            wrong.append(_("“%(field)s” is given by two columns: leave one.") % {"field": each.label})
        taken.add(name)
        before = known.get(position, {})
        same = before.get("field") == name
        argument = str(before.get("argument") or "") if same else headers[position] if by_header else ""
        order = request.POST.get(f"order_{position}", "")
        decimal = request.POST.get(f"decimal_{position}", "")
        uses.append(
            Use(
                position, name, argument,
                order if order in ("DMY", "MDY", "YMD") else profiles[position].order.value,
                decimal if decimal in (".", ",") else profiles[position].decimal.value,
            )
        )  # fmt: skip
    wrong += [_needed(target.key, group) for group in understand.missing_fields(target.key, uses)]
    actions.set_up(
        by=request.user, session_id=session.pk, now=request.now, columns=[asdict(use) for use in uses],
        options=session.options,
    )  # fmt: skip
    session.refresh_from_db()
    return wrong


def _needed(target: str, group: tuple[str, ...]) -> str:
    names = [str(BY_KEY[target].field(name).label) for name in group]
    if len(names) == 1:
        return _("Say which column is “%(field)s”: without it there is nothing to import.") % {"field": names[0]}
    return _("Say which column is one of: %(fields)s.") % {"fields": ", ".join(names)}


@form
def options(request: PersonRequest, session_id: int) -> HttpResponse:
    """The few questions about the whole file."""
    session = _being_set_up(request, session_id)
    if not session.columns:
        return HttpResponseRedirect(reverse("import_columns", args=[session.pk]))
    wrong: list[str] = []
    if request.method == "POST":
        said, wrong = _options(request, session)
        session = actions.set_up(by=request.user, session_id=session.pk, now=request.now, options=said)
        if not wrong:
            if "now" in request.POST:
                actions.start_session(by=request.user, session_id=session.pk, now=request.now)
            else:
                actions.check_session(by=request.user, session_id=session.pk, now=request.now)
            return HttpResponseRedirect(reverse("import_result", args=[session.pk]))
    with open_source(session) as table:
        mapper = mapper_of(session, table, request.user)
        context = shown.options_page(request, session, mapper)
    context["wrong"] = wrong
    return TemplateResponse(request, "files/import_options.html", context, status=422 if wrong else 200)


def _options(request: PersonRequest, session: ImportSession) -> tuple[dict[str, Any], list[str]]:
    """Read the answers; what is not on the list is not taken."""
    said, wrong = request.POST, []
    target = BY_KEY[session.target]
    may_make = queries.allowed_to_make(request.user, target.key)
    found: dict[str, Any] = {"create": [what for what in said.getlist("create") if what in may_make]}
    if said.get("key") in [each.key for each in target.keys if understand.has_field(session, each.key)]:
        found["key"] = said["key"]
    for name, choices in shown.choices_of(request, session).items():
        number = said.get(name, "")
        if number.isdecimal() and int(number[:18]) in dict(choices):
            found[name] = int(number)
    if said.get("since"):
        try:
            found["since"] = date.fromisoformat(said["since"]).isoformat()
        except ValueError:
            wrong.append(_("Write the day as 2026-01-31."))
    if said.get("any_currency"):
        found["any_currency"] = True
    pairs = zip(said.getlist("stage"), said.getlist("outcome"), strict=False)
    found["outcomes"] = {
        fold(name.replace("\x00", ""))[:200]: outcome for name, outcome in pairs if outcome in OUTCOMES
    }
    return found, wrong + (_plan_answers(session, said, found) if target.key == "plans" else [])


def _plan_answers(session: ImportSession, said: Mapping[str, str], found: dict[str, Any]) -> list[str]:
    """Add the answers about periods and the metric; return what is wrong with them."""
    wrong = []
    for option in BY_KEY[session.target].options:
        value = said.get(option.key, "").replace("\x00", "")[:40]
        choices = dict(option.choices) or (dict(shown.metrics()) if option.key == "metric" else {})
        if value and (not choices or value in choices):
            found[option.key] = value
    if found.get("period_from") == "in_order" and not isinstance(periods()(found.get("first_period") or ""), Period):
        wrong.append(_("Say which period the earliest date stands for, for example 2017-Q3."))
    if not found.get("metric") and not understand.has_field(session, "metric"):
        wrong.append(_("Choose what the plan is of."))
    return wrong


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
    messages.success(request, _("The file is thrown away; nothing was imported from it."))
    return HttpResponseRedirect(reverse("import"))


@page
def download_refused(request: PersonRequest, session_id: int) -> HttpResponse | FileResponse:
    """The refused rows as the same file, with a column that says what is wrong."""
    session = queries.session_for(request.user, session_id)
    if not session.refused or not queries.source_is_kept(session):
        raise Conflict(_("There are no refused rows to download."))
    with open_source(session) as table, NamedTemporaryFile(suffix=refused.suffix(table)) as made:
        name = f"{Path(session.file_name).stem.removesuffix('.csv')[:150]} – {_('refused')}{refused.suffix(table)}"
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


urlpatterns = [
    path("import/", index, name="import"),
    path("import/upload/", upload, name="import_upload"),
    path("import/example/<slug:target>/", example, name="import_example"),
    path("import/<int:session_id>/", open_import, name="import_open"),
    path("import/<int:session_id>/columns/", columns, name="import_columns"),
    path("import/<int:session_id>/options/", options, name="import_options"),
    path("import/<int:session_id>/result/", result, name="import_result"),
    path("import/<int:session_id>/start/", start, name="import_start"),
    path("import/<int:session_id>/stop/", stop, name="import_stop"),
    path("import/<int:session_id>/resume/", resume, name="import_resume"),
    path("import/<int:session_id>/undo/", undo, name="import_undo"),
    path("import/<int:session_id>/drop/", drop, name="import_drop"),
    path("import/<int:session_id>/refused/", download_refused, name="import_refused"),
]
