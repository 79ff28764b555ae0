"""The rows and cells of a plan's grid as markup."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otdel.core.periods import Period
from otdel.core.titles import period_title
from otdel.interfaces.web import formats
from otdel.plans.queries.grid import Grid, Row


def body(shown: Grid, editable: bool, places: int, typed: dict[str, str], marked: set[str]) -> SafeString:
    """Return the rows: string work, since a plan of a thousand people has twelve thousand cells."""
    maker = _Cells(formats.current(), shown.columns, editable, places, typed, marked)
    # whoever has no number is offered a cell to type in, but is no part of a plan that is only read
    rows = ((number, row) for number, row in enumerate(shown.rows) if editable or not row.is_empty)
    return format_html_join("", "{}", ((maker.row(number, row),) for number, row in rows))


@dataclass
class _Cells:
    fmt: formats.Formats
    columns: tuple[Period, ...]
    editable: bool
    places: int
    typed: dict[str, str]
    marked: set[str]

    def text(self, amount: Decimal | None) -> str:
        return "" if amount is None else self.fmt.number(amount, self.places if amount % 1 else 0)

    def row(self, number: int, row: Row) -> SafeString:
        cells = format_html_join(
            "", "{}", ((self.cell(number, column, row, amount),) for column, amount in enumerate(row.amounts))
        )
        return format_html(
            '<tr class="{}"><th scope="row"><span class="in{}">{}</span>{}{}</th>{}<td class="num sum" data-sum>{}</td>'
            '<td class="num rest">{}</td></tr>',
            "unit" if row.is_unit else "",
            min(row.depth, 6),
            row.label,
            _cut_label(row),
            self.hidden(number, row) if self.editable else "",
            cells,
            self.text(None if row.is_empty else row.standing),
            self.rest(row),
        )

    def hidden(self, number: int, row: Row) -> SafeString:
        shown = "|".join("" if amount is None else str(amount) for amount in row.amounts)
        return format_html(
            '<input type="hidden" name="k{0}" value="{1}"><input type="hidden" name="o{0}" value="{2}">',
            number, row.key, shown,
        )  # fmt: skip

    def cell(self, number: int, column: int, row: Row, amount: Decimal | None) -> SafeString:
        text = self.text(amount)
        below = "" if row.below is None else self.text(row.below[column])
        if not self.editable:
            return format_html('<td class="num">{}</td>', text or (format_html('<span class="sub">{}</span>', below)))
        name = f"c{number}-{column}"
        label = f"{row.label}, {period_title(self.columns[column])}"
        wrong = format_html(' aria-invalid="true" title="{}"', text) if name in self.marked else ""
        return format_html(
            '<td class="num"><input name="{}" value="{}" placeholder="{}" inputmode="decimal" autocomplete="off" '
            'aria-label="{}"{}></td>',
            name, self.typed.get(name, text), below, label, wrong,
        )  # fmt: skip

    def rest(self, row: Row) -> str:
        rest = row.undistributed
        if rest is not None and rest < 0:
            return _("%(amount)s too much") % {"amount": self.fmt.number(-rest)}
        return "" if not rest else self.fmt.number(rest)


def _cut_label(row: Row) -> SafeString:
    cut = row.cut
    parts = [part for part in (cut.product_group, cut.client_segment, cut.region, cut.channel) if part]
    if cut.is_new_client is not None:
        parts.append(_("new clients") if cut.is_new_client else _("regular clients"))
    return format_html(' <span class="sub">{}</span>', " · ".join(parts)) if parts else SafeString()


def foot(shown: Grid, places: int) -> dict[str, Any]:
    fmt = formats.current()
    return {
        "sums": [fmt.number(total, places if total % 1 else 0) for total in shown.column_totals],
        "total": fmt.number(shown.total, places if shown.total % 1 else 0),
    }
