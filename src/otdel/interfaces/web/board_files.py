"""The board as it is on the screen, to Excel and on paper."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import Http404, HttpResponse
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from otdel.core.titles import period_inside
from otdel.interfaces.http import PersonRequest, page
from otdel.interfaces.sheets import XLSX
from otdel.interfaces.web.board_paper import headings, is_open, paper, summary
from otdel.interfaces.web.plan_words import metric_label
from otdel.org import access
from otdel.org.rules import Right
from otdel.plans.queries.board import Board, BoardQuery, Row, board
from otdel.plans.queries.figures import Figures

PDF = "application/pdf"
Value = Decimal | str | None


@page
def download(request: PersonRequest, form: str) -> HttpResponse:
    access.require(request.user, "plan", Right.EXPORT)
    if form not in ("xlsx", "pdf"):
        raise Http404
    shown = board(request.user, BoardQuery.parse(request.GET.dict(), request.today), request.today)
    content, kind = (workbook(shown), XLSX) if form == "xlsx" else (paper(shown), PDF)
    name = f"{metric_label(shown.query.metric)}, {shown.title}, {period_inside(shown.query.period)}"
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.{form}") or "attachment"
    made = request.GET.get("made", "")
    if made.isascii() and made.isalnum() and len(made) <= 12:
        # the page that asked draws a line until it sees this
        response.set_cookie("made", made, max_age=60, samesite="Lax", secure=request.is_secure())
    return response


def values(shown: Board, figures: Figures) -> list[Decimal | None]:
    found = [
        figures.amount, figures.expected, figures.fact, figures.gap,
        figures.deviation, figures.attainment, figures.share,
    ]  # fmt: skip
    return [*found, figures.landing, figures.needed] if is_open(shown) else found


# Excel


def workbook(shown: Board) -> bytes:
    """Write the board; further sheets carry its cut and its days."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    forms = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "bold": book.add_format({"bold": True}),
        "money": book.add_format({"num_format": "#,##0.00" if shown.is_money else "#,##0.##"}),
        "percent": book.add_format({"num_format": "+0.0%;-0.0%;0.0%"}),
        "part": book.add_format({"num_format": "0.0%"}),
        "date": book.add_format({"num_format": "dd.mm.yyyy"}),
    }
    _main_sheet(book, forms, shown)
    if shown.segments:
        _cut_sheet(book, forms, shown)
    if shown.curve is not None:
        _days_sheet(book, forms, shown)
    book.close()
    return file.getvalue()


def _main_sheet(book: Any, forms: dict[str, Any], shown: Board) -> None:
    sheet = book.add_worksheet(_("Board"))
    for at, (label, text) in enumerate(summary(shown)):
        sheet.write_string(at, 0, label, forms["bold"])
        sheet.write_string(at, 1, text)
    top = len(summary(shown)) + 1
    _heads(sheet, forms, top, [_("Row"), *(label for label, _form in headings(shown))])
    rows, columns = [row for row in shown.rows if row != shown.total], _columns(forms, shown)
    for at, row in enumerate([*rows, shown.total], top + 1):
        sheet.write_string(at, 0, row.name, forms["bold"] if row is shown.total else None)
        _numbers(sheet, columns, at, 1, values(shown, row.figures))
    sheet.freeze_panes(top + 1, 1)


def _cut_sheet(book: Any, forms: dict[str, Any], shown: Board) -> None:
    sheet = book.add_worksheet(_("Segments"))
    _heads(sheet, forms, 0, [_("Row"), _("Segment"), *(label for label, _form in headings(shown))])
    columns = _columns(forms, shown)
    for at, (row, name, figures) in enumerate(_cut_rows(shown), 1):
        sheet.write_string(at, 0, row.name)
        sheet.write_string(at, 1, name)
        _numbers(sheet, columns, at, 2, values(shown, figures))
    sheet.freeze_panes(1, 2)


def _cut_rows(shown: Board) -> Iterable[tuple[Row, str, Figures]]:
    rows = [row for row in shown.rows if row != shown.total]
    for row in [*rows, shown.total]:
        for segment in shown.sorted_segments:
            if segment.id in row.segments:
                yield row, segment.name, row.segments[segment.id]


def _days_sheet(book: Any, forms: dict[str, Any], shown: Board) -> None:
    sheet, curve = book.add_worksheet(_("Days")), shown.curve
    assert curve is not None
    _heads(sheet, forms, 0, [_("Day"), _("Plan"), _("Fact"), _("A year ago"), _("Share of the plan expected")])
    columns: list[Sequence[Decimal | None]] = [curve.plan or (), curve.fact, curve.past or ()]
    for at, day in enumerate(curve.days):
        sheet.write_datetime(at + 1, 0, day, forms["date"])
        for column, series in enumerate(columns, 1):
            if at < len(series) and series[at] is not None:
                sheet.write_number(at + 1, column, float(series[at] or 0), forms["money"])
        sheet.write_number(at + 1, len(columns) + 1, float(curve.weights[at]), forms["part"])


def _heads(sheet: Any, forms: dict[str, Any], at: int, labels: Sequence[str]) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, len(labels), 16)
    for column, label in enumerate(labels):
        sheet.write_string(at, column, label, forms["head"])


def _columns(forms: dict[str, Any], shown: Board) -> list[Any]:
    """Return how each column is written: asked once, a wide board has thousands of rows."""
    found = [form for _label, form in headings(shown)]
    # of the shares only the first, the deviation, says its sign
    signed = found.index("percent")
    return [forms["part" if form == "percent" and place != signed else form] for place, form in enumerate(found)]


def _numbers(sheet: Any, columns: Sequence[Any], at: int, left: int, found: Sequence[Decimal | None]) -> None:
    for column, (form, value) in enumerate(zip(columns, found, strict=True), left):
        if value is not None:
            sheet.write_number(at, column, float(value), form)


urlpatterns = [path("plan/board.<str:form>", download, name="plan_board_file")]
