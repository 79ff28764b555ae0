"""What the wizard's pages show: plain values for templates to place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from otdel.core.imports import fold
from otdel.interfaces.files import queries, sentences, understand
from otdel.interfaces.files.cells import Parsed
from otdel.interfaces.files.guess.marks import Guess
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.readers import Header, Problem, Table
from otdel.interfaces.files.roads import ROADS
from otdel.interfaces.files.rows import Mapper
from otdel.interfaces.files.targets import BY_KEY, Kind
from otdel.interfaces.http import PersonRequest
from otdel.org import access
from otdel.org.access import tree_for
from otdel.org.queries import company_of, person_choices, role_choices, unit_choices, zone_of
from otdel.org.rules import Right
from otdel.plans.queries.documents import METRICS

State = ImportSession.Status
STEPS = (
    gettext_lazy("File"), gettext_lazy("Columns"), gettext_lazy("Questions"), gettext_lazy("Check"),
    gettext_lazy("Import"),
)  # fmt: skip
TONES = {State.DONE: "done", State.FAILED: "under", State.STOPPED: "over", State.RUNNING: "accent"}
MAKES = {
    "people": (gettext_lazy("People"), gettext_lazy("They cannot sign in until you invite them.")),
    "units": (gettext_lazy("Departments"), ""),
    "customers": (gettext_lazy("Customers and contacts"), gettext_lazy("They go to the owner of the row.")),
    "products": (gettext_lazy("Products and their groups"), ""),
    "stages": (gettext_lazy("Pipelines and stages"), gettext_lazy("What each new stage means is asked below.")),
    "lists": (gettext_lazy("Segments, regions, channels, sources, loss reasons"), ""),
}
ENCODINGS = ("utf-8", "cp1251", "utf-16", "cp866", "koi8-r", "cp1252")
DELIMITERS = {";": ";", ",": ",", "\t": gettext_lazy("tab"), "|": "|"}
ORDERS = {
    "DMY": gettext_lazy("day, month, year"),
    "MDY": gettext_lazy("month, day, year"),
    "YMD": gettext_lazy("year, month, day"),
}
KINDS = {
    "csv": gettext_lazy("text table"), "xlsx": "Excel (XLSX)", "xls": "Excel (XLS)", "ods": "OpenDocument (ODS)",
    "html": gettext_lazy("HTML table"), "xml": "Excel 2003 (XML)",
}  # fmt: skip


def metrics() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in METRICS]


def session_row(session: ImportSession, request: PersonRequest) -> dict[str, Any]:
    """One import in the list of imports."""
    target = BY_KEY.get(session.target)
    zone = zone_of(request.user)
    return {
        "url": reverse("import_open", args=[session.pk]),
        "id": session.pk,
        "file": session.file_name,
        "kind": target.label if target else "",
        "status": session.get_status_display(),
        "tone": TONES.get(State(session.status), ""),
        "person": session.person.short_name,
        "at": session.created_at.astimezone(zone),
        "created": session.created, "updated": session.updated, "unchanged": session.unchanged,
        "refused": session.refused,
        "counted": bool(session.started_at),
    }  # fmt: skip


def columns_page(
    request: PersonRequest, session: ImportSession, table: Table, seen: understand.Look, mapper: Mapper,
    parsed: Sequence[Parsed],
) -> dict[str, Any]:  # fmt: skip
    target = mapper.target
    marks = _marks(mapper, parsed)
    return {
        "session": session,
        "steps": STEPS,
        "file": _file_facts(session, table),
        "targets": [(each.key, each.label) for each in queries.allowed_targets(request.user)],
        "target": target,
        "sheets": table.sheets if len(table.sheets) > 1 else (),
        "sheet": table.sheet,
        "encodings": _with_own(ENCODINGS, table.encoding) if table.kind == "csv" else (),
        "encoding": table.encoding,
        "delimiters": [(mark, label) for mark, label in DELIMITERS.items()] if table.kind == "csv" else (),
        "delimiter": table.delimiter,
        "has_header": table.has_header,
        "columns": [_column(header, seen, mapper, session) for header in table.headers],
        "fields": [(each.key, each.label) for each in target.fields],
        "required": _required(target.needs, session.target),
        "rows": [
            {"number": number, "cells": [_cell(cell, marks.get((number, place))) for place, cell in enumerate(cells)]}
            for number, cells in (
                (number, cells[: table.width]) for number, cells in seen.rows[: understand.PREVIEW]
            )
        ],
        "is_remembered": bool(session.fingerprint and queries.remembered(request.user, session.fingerprint)),
        "dropped": [BY_KEY[session.target].field(name).label for name in understand.dropped(session)],
    }  # fmt: skip


def _with_own(names: Iterable[str], own: str | None) -> list[str]:
    found = list(names)
    return found if own is None or own in found else [own, *found]


def _file_facts(session: ImportSession, table: Table) -> list[tuple[str, str]]:
    facts = [(_("File"), session.file_name), (_("Format"), str(KINDS.get(table.kind, table.kind)))]
    if table.kind == "csv":
        facts.append((_("Encoding"), table.encoding or ""))
        facts.append((_("Delimiter"), str(DELIMITERS.get(table.delimiter or "", table.delimiter or "—"))))
    facts.append((_("Header"), _("yes") if table.has_header else _("no: columns are told by their content")))
    return facts


def _required(needs: Iterable[tuple[str, ...]], target: str) -> str:
    groups = [" / ".join(str(BY_KEY[target].field(name).label) for name in group) for group in needs]
    return "; ".join(groups)


def _column(header: Header, seen: understand.Look, mapper: Mapper, session: ImportSession) -> dict[str, Any]:
    profile = seen.profiles[header.position]
    use = next((use for use in session.columns if use["position"] == header.position), None)
    kind = next((each.kind for each in mapper.target.fields if use and each.key == use["field"]), None)
    dates, marks = understand.needs_form(profile, kind)
    return {
        "position": header.position,
        "name": header.name or _("Column %(number)d") % {"number": header.position + 1},
        "field": use["field"] if use else "",
        "argument": use["argument"] if use else "",
        "orders": [(key, label, key == (use or {}).get("order")) for key, label in ORDERS.items()] if dates else (),
        "order_why": _why(profile.order) if dates else "",
        "doubtful": dates and not profile.order.certain or marks and not profile.decimal.certain,
        "decimals": [(key, key, key == (use or {}).get("decimal")) for key in (",", ".")] if marks else (),
        "decimal_why": _why(profile.decimal) if marks else "",
        "filled": round(profile.filled * 100),
        "is_text": kind in (None, Kind.TEXT),
    }


def _why(guess: Guess) -> str:
    return sentences.of_guess(guess)


def _marks(mapper: Mapper, parsed: Sequence[Parsed]) -> dict[tuple[int, int], Problem]:
    """What is wrong with which cell: by row number and column."""
    return {
        (row.number, mapper.uses[place].position if place >= 0 else mapper.table.width - 1): problem
        for row in parsed
        for place, problem in row.problems
    }


def _cell(cell: Any, problem: Problem | None) -> dict[str, str]:
    if isinstance(cell, Problem):
        problem, cell = problem or cell, cell.value
    return {"text": _text(cell)[:80], "problem": sentences.of_cell(problem) if problem else ""}


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if not (cell.hour or cell.minute or cell.second) else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, timedelta):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def choices_of(request: PersonRequest, session: ImportSession) -> dict[str, list[tuple[int, str]]]:
    """Questions answered by choosing a person, a role, a department."""
    road = ROADS[session.target]
    found: dict[str, list[tuple[int, str]]] = {}
    if road.keeps_owner:
        found["owner"] = person_choices(request.user, request.today)
    if "people" in road.makes:
        found["role"] = role_choices()
        found["unit"] = unit_choices(tree_for(request.user))
    return found


def options_page(request: PersonRequest, session: ImportSession, mapper: Mapper) -> dict[str, Any]:
    said: Mapping[str, Any] = session.options
    target = BY_KEY[session.target]
    makes = queries.allowed_to_make(request.user, target.key)
    proposed = [] if "create" in said else queries.proposed_to_make(request.user, target.key)
    choices = choices_of(request, session)
    currency = company_of(request.user).currency
    return {
        "session": session,
        "steps": STEPS,
        "target": target,
        "keys": [
            (each.key, each.label, each.key == said.get("key"))
            for each in target.keys if understand.has_field(session, each.key)
        ],
        "makes": [(what, *MAKES[what], what in said.get("create", proposed)) for what in makes],
        "are_proposed": bool(proposed),
        "may_not_make": [MAKES[what][0] for what in ROADS[target.key].makes if what not in makes],
        "owners": choices.get("owner", ()),
        "owner": said.get("owner"),
        "has_owner": understand.has_field(session, "owner"),
        "roles": choices.get("role", ()) if "people" in makes else (),
        "role": said.get("role") or _manager_role(choices.get("role", [])),
        "units": choices.get("unit", ()) if "people" in makes else (),
        "unit": said.get("unit"),
        "since": said.get("since") or "",
        "stages": _stages(mapper, said.get("outcomes") or {}) if "stages" in makes else (),
        "outcomes": [("OPEN", _("open")), ("WON", _("won")), ("LOST", _("lost"))],
        "other_money": [code for code in understand.currencies_in(mapper) if code != currency],
        "currency": currency,
        "any_currency": bool(said.get("any_currency")),
        "plan_options": [_plan_option(option, said) for option in target.options],
        "dropped": [target.field(name).label for name in understand.dropped(session)],
        "rejoins": target.key == "sales" and not understand.has_field(session, "order"),
    }  # fmt: skip


def _stages(mapper: Mapper, outcomes: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, outcomes.get(fold(name), guess)) for name, guess in understand.stages_in(mapper)]


def _manager_role(roles: Sequence[tuple[int, str]]) -> int | None:
    return roles[0][0] if roles else None


def _plan_option(option: Any, said: Mapping[str, Any]) -> dict[str, Any]:
    choices = list(option.choices) or (metrics() if option.key == "metric" else [])
    return {
        "key": option.key, "label": option.label, "help": option.help, "choices": choices,
        "value": said.get(option.key, choices[0][0] if option.choices else ""), "may_be_empty": not option.choices,
    }  # fmt: skip


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
        "label": _label(status),
        "position": _undone_so_far(session) if status == State.UNDOING else session.position,
        "total": _undo_total(session) if status == State.UNDOING else session.total,
        "counts": counts,
        "reasons": [{"times": row[0], "row": row[1], "sentence": row[2]} for row in counts["reasons"][:8]],
        "made": _made(counts["made"]),
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


def _label(status: State) -> str:
    return {
        State.CHECKING: _("Checking: nothing is written yet"),
        State.RUNNING: _("Importing"),
        State.UNDOING: _("Undoing"),
    }.get(status, "")


def _counts(session: ImportSession) -> dict[str, Any]:
    return {
        "created": session.created, "updated": session.updated, "unchanged": session.unchanged,
        "refused": session.refused, "total": session.position, "made": session.made, "reasons": session.reasons,
    }  # fmt: skip


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
            "%(kind)s: %(count)d stayed, changed by somebody since.",
            "%(kind)s: %(count)d stayed, changed by somebody since.", count,
        ) % said  # fmt: skip
    if reason == "used":
        return ngettext(
            "%(kind)s: %(count)d stayed, other records stand on it.",
            "%(kind)s: %(count)d stayed, other records stand on them.", count,
        ) % said  # fmt: skip
    return ngettext(
        "%(kind)s: %(count)d could not be put back, its place is taken.",
        "%(kind)s: %(count)d could not be put back, their place is taken.", count,
    ) % said  # fmt: skip


def _took(session: ImportSession) -> int | None:
    if not session.started_at or not session.finished_at:
        return None
    return max(1, round((session.finished_at - session.started_at).total_seconds()))
