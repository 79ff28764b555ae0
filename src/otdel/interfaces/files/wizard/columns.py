"""The columns of a file: what was understood, and what the person says instead."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from otdel.core.errors import Conflict
from otdel.interfaces.files import actions, queries, sentences, shown, understand
from otdel.interfaces.files.engine import mapper_of, open_source
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.readers import Table, UnreadableFile
from otdel.interfaces.files.rows import Use, preview
from otdel.interfaces.files.targets import BY_KEY, whole
from otdel.interfaces.files.wizard.first import guess_anew, upload_again
from otdel.interfaces.http import PersonRequest, form
from otdel.org.rules import Right


def being_set_up(request: PersonRequest, session_id: int) -> ImportSession:
    session = queries.session_for(request.user, session_id, Right.CHANGE)
    if session.started_at:
        raise Conflict(_("This import has started: its columns stay as they are."))
    return session


@form
def columns(request: PersonRequest, session_id: int) -> HttpResponse:
    """What was understood, with a way to change each guess."""
    session = being_set_up(request, session_id)
    wrong: list[str] = []
    if request.method == "POST":
        try:
            if "reread" in request.POST:
                return _reread(request, session)
            wrong = _keep_columns(request, session) if session.target else [_("First say what the file holds.")]
        except UnreadableFile as error:
            wrong = [sentences.of_file(error)]
        if not wrong:
            return HttpResponseRedirect(reverse("import_options", args=[session.pk]))
    try:
        with open_source(session) as table:
            seen = understand.look(table)
            if not session.target:
                return _ask_kind(request, session, table, seen, wrong)
            mapper = mapper_of(session, table, request.user)
            parsed = preview(mapper, seen.rows[: understand.PREVIEW])
            context = shown.columns_page(request, session, table, seen, mapper, parsed)
    except UnreadableFile as error:
        return upload_again(request, sentences.of_file(error))
    context["wrong"] = wrong
    return TemplateResponse(request, "files/import_columns.html", context, status=422 if wrong else 200)


def _ask_kind(
    request: PersonRequest, session: ImportSession, table: Table, seen: understand.Look, wrong: list[str]
) -> HttpResponse:
    """No kind is likely enough to be taken as said: the best guesses are offered, each with its reasons."""
    context = shown.kind_page(request, session, table, seen) | {"wrong": wrong}
    return TemplateResponse(request, "files/import_kind.html", context, status=422 if wrong else 200)


def _reread(request: PersonRequest, session: ImportSession) -> HttpResponse:
    """Read the file anew with another sheet, encoding, delimiter, header or kind."""
    said = request.POST
    reading: dict[str, Any] = {name: said[name][:200] for name in ("sheet", "encoding") if said.get(name)}
    if said.get("delimiter") in shown.DELIMITERS:
        reading["delimiter"] = said["delimiter"]
    if said.get("header") in ("yes", "no"):
        reading["has_header"] = said["header"] == "yes"
    target = said.get("target", "")
    guess_anew(request, session, reading, target if target in BY_KEY else "")
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
