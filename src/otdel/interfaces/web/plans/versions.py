"""Two versions of a plan side by side."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.template.response import TemplateResponse

from otdel.core.titles import period_short
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.web import formats
from otdel.interfaces.web.plan_words import metric_label
from otdel.plans.queries import documents


@page
def compare(request: PersonRequest, before_id: int, after_id: int) -> HttpResponse:
    found = documents.compare(request.user, before_id, after_id)
    fmt = formats.current()
    rows = [
        {
            "label": row.label,
            "depth": min(row.depth, 6),
            "cells": [
                {"old": _or_dash(fmt, old), "new": _or_dash(fmt, new), "change": _change(fmt, change)}
                for old, new, change in row.cells
            ],
            "total": _change(fmt, row.total),
        }
        for row in found.rows
    ]
    context: dict[str, Any] = {
        "before": found.before,
        "after": found.after,
        "name": metric_label(found.after.metric),
        "columns": [period_short(column) for column in found.columns],
        "rows": rows,
        "only": request.GET.get("only") == "changed",
        "query": urlencode({"only": "changed"}),
    }
    if context["only"]:
        context["rows"] = [
            row for row, line in zip(rows, found.rows, strict=True) if any(cell[2] for cell in line.cells)
        ]
    return TemplateResponse(request, "plans/compare.html", context)


def _or_dash(fmt: formats.Formats, amount: Decimal | None) -> str:
    return "—" if amount is None else fmt.number(amount, 2 if amount % 1 else 0)


def _change(fmt: formats.Formats, change: Decimal) -> str:
    if not change:
        return ""
    return ("+" if change > 0 else "−") + fmt.number(abs(change), 2 if change % 1 else 0)
