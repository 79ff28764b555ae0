"""The page of columns: what was understood, and what is wrong in the first rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from otdel.interfaces.files import queries, sentences, understand
from otdel.interfaces.files.cells import Parsed
from otdel.interfaces.files.guess.marks import Guess
from otdel.interfaces.files.models import ImportSession
from otdel.interfaces.files.readers import Header, Problem, Table
from otdel.interfaces.files.rows import Mapper
from otdel.interfaces.files.shown.words import DELIMITERS, ENCODINGS, KINDS, ORDERS, STEPS
from otdel.interfaces.files.targets import BY_KEY, Kind
from otdel.interfaces.http import PersonRequest

NONE: Mapping[tuple[int, int], Problem] = MappingProxyType({})


def columns_page(
    request: PersonRequest, session: ImportSession, table: Table, seen: understand.Look, mapper: Mapper,
    parsed: Sequence[Parsed],
) -> dict[str, Any]:  # fmt: skip
    target = mapper.target
    marks = _marks(mapper, parsed)
    return {
        **read_as(session, table),
        "targets": [(each.key, each.label) for each in queries.allowed_targets(request.user)],
        "target": target,
        "columns": [_column(header, seen, mapper, session) for header in table.headers],
        "used": len(session.columns),
        "fields": [(each.key, each.label) for each in target.fields],
        "required": _required(target.needs, session.target),
        "rows": first_rows(table, seen, marks),
        "is_remembered": bool(session.fingerprint and queries.remembered(request.user, session.fingerprint)),
        "dropped": [BY_KEY[session.target].field(name).label for name in understand.dropped(session)],
    }  # fmt: skip


def read_as(session: ImportSession, table: Table) -> dict[str, Any]:
    """How the file was read, with what else it might be read by."""
    is_text = table.kind == "csv"
    return {
        "session": session,
        "steps": STEPS,
        "format": str(KINDS.get(table.kind, table.kind)),
        "sheets": table.sheets if len(table.sheets) > 1 else (),
        "sheet": table.sheet,
        "encodings": _with_own(ENCODINGS, table.encoding) if is_text else (),
        "encoding": table.encoding,
        "delimiters": [(mark, label) for mark, label in DELIMITERS.items()] if is_text else (),
        "delimiter": table.delimiter,
        "has_header": table.has_header,
    }


def first_rows(
    table: Table, seen: understand.Look, marks: Mapping[tuple[int, int], Problem] = NONE
) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "cells": [_cell(cell, marks.get((number, place))) for place, cell in enumerate(cells[: table.width])],
        }
        for number, cells in seen.rows[: understand.PREVIEW]
    ]


def column_name(header: Header) -> str:
    return header.name or _("Column %(number)d") % {"number": header.position + 1}


def _with_own(names: Iterable[str], own: str | None) -> list[str]:
    found = list(names)
    return found if own is None or own in found else [own, *found]


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
        "name": column_name(header),
        "field": use["field"] if use else "",
        "argument": use["argument"] if use else "",
        "orders": [(key, label, key == (use or {}).get("order")) for key, label in ORDERS.items()] if dates else (),
        "order_why": _why(profile.order) if dates else "",
        "doubtful": dates and not profile.order.certain,
        "decimal_doubtful": marks and not profile.decimal.certain,
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
