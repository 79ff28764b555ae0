"""The tables of the board as finished HTML: of a thousand people a template loop would cost the most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otdel.interfaces.web import board_says as says
from otdel.interfaces.web import formats, marks
from otdel.interfaces.web.board_address import board_url, path_of
from otdel.interfaces.web.board_heads import columns
from otdel.interfaces.web.board_says import Numbers
from otdel.interfaces.web.frame import icon, opens_task
from otdel.plans.queries.board import Board, BoardQuery, Row, Segment
from otdel.plans.queries.figures import Course, Figures
from otdel.plans.queries.order import SORTS

MOST_COLUMNS = 12
ZERO = Decimal(0)


def row_key(row: Row) -> str:
    return f"{row.kind}-{row.id}"


@dataclass(frozen=True)
class Drills:
    """Where the records under a number are listed, as markup. What all the numbers share is put together once."""

    base: str
    unit_id: int | None
    person_id: int | None
    by: str

    @classmethod
    def of(cls, query: BoardQuery) -> Drills:
        base = escape(f"{path_of('plan_rows')}?{query.address(unit=None, person=None, sort=None)}")
        return cls(base, query.unit_id, query.person_id, query.by)

    def __call__(self, row: Row | None = None, segment: int | None = None) -> SafeString:
        unit, person, only = self.unit_id, self.person_id, ""
        if row is not None and person is None:
            match row.kind:
                case "unit":
                    unit = row.id
                case "person":
                    person, only = row.id, f"&amp;only={unit}" if self.by == "unit" else ""
                case _:
                    only = "&amp;only=0"
        who = f"&amp;unit={unit}" if person is None else f"&amp;unit={unit}&amp;person={person}"
        end = "" if segment is None else f"&amp;segment={segment}"
        return SafeString(f"{self.base}{who}{only}{end}")


@lru_cache(maxsize=8)
def _drawn(
    query: BoardQuery, course: Course, lang: str, currency: str | None, top: float, may_give: bool, may_control: bool
) -> dict[tuple[object, ...], str]:
    """Return the rows one board was drawn with, by what they say: a payment changes one of a thousand."""
    return {}


class Drawing:
    """What the rows of one board have in common, asked once."""

    def __init__(self, shown: Board, numbers: Numbers, may_give: bool = False, may_control: bool = False) -> None:
        self.shown = shown
        self.may_give = may_give
        self.may_control = may_control
        self.numbers = numbers
        self.drills = Drills.of(shown.query)
        self.is_open = shown.course.state == "open"
        self.tolerance = shown.course.tolerance
        sizes = [value for row in shown.rows for value in (row.figures.amount, row.figures.fact) if value is not None]
        # one scale for all rows, so that bars compare
        self.top = float(max(sizes, default=1))
        self.how = says.How(shown, numbers)
        self.sorted_by = shown.query.sort.removeprefix("-")

    def rows(self) -> SafeString:
        """Draw the rows; those whose figures are as they were when the same board was last drawn are at hand."""
        person, unit = self._address_around("person"), self._address_around("unit")
        kept = _drawn(
            self.shown.query, self.shown.course, self.numbers.fmt.lang, self.numbers.currency, self.top,
            self.may_give, self.may_control,
        )  # fmt: skip
        if len(kept) > 2 * len(self.shown.rows) + 100:
            kept.clear()
        found = []
        for row in self.shown.rows:
            figures = row.figures
            # all else a row says follows from these and from the board's own state
            key = (row.kind, row.id, row.name, figures.plan, figures.fact, self.numbers.fmt.share(figures.share))
            drawn = kept.get(key)
            if drawn is None:
                drawn = kept[key] = self._row(row, unit if row.kind == "unit" else person)
            found.append(drawn)
        return SafeString("".join(found))

    def _address_around(self, name: str) -> str:
        """Return the page's address but for the number of the row, which comes at its end."""
        return escape(f"{board_url(self.shown.query, by=None, **{name: None})}&{name}=")

    def _row(self, row: Row, address: str) -> str:
        name, url = escape(row.name), ""
        if row.kind != "none":
            url = f"{address}{row.id}"
            name = f'<a class="row-link" href="{url}">{name}</a>{self._task(row)}{self._control(row)}'
        opened = f'<tr data-href="{url}">' if url else "<tr>"
        cells = self.cells(row, self._bullet(row.figures), f"how-{row_key(row)}")
        return f'{opened}<th scope="row" class="m1">{name}</th>{cells}</tr>'

    def _task(self, row: Row) -> str:
        """Return a link that gives a task to whoever is behind; what it says is written when it is opened."""
        if not self.may_give or row.figures.mark != "under":
            return ""
        before, between, after = self._task_link
        key = row_key(row)
        return f"{before}{key}{between}{key}{after}"

    @cached_property
    def _task_link(self) -> tuple[str, str, str]:
        """Return the markup of the link around the row's key, which is in it twice."""
        url = f"{path_of('plan_task')}?{self.shown.query.address()}&row="
        sign = _sign("tasks", _("Give a task"))
        link = f' {_PRESSED} href="{escape(url)}@" {opens_task(url + "@")} {sign}</a>'
        before, between, after = link.split("@")
        return before, between, after

    def _control(self, row: Row) -> str:
        """Return a link that declares manual control of whoever is behind."""
        if not self.may_control or not self.is_open or row.figures.mark != "under":
            return ""
        before, after = self._control_link
        return f"{before}{row.kind}={row.id}{after}"

    @cached_property
    def _control_link(self) -> tuple[str, str]:
        """Return the markup of the link around the row's key."""
        query = self.shown.query
        url = escape(f"{path_of('control_new')}?metric={query.metric}&period={query.period}&")
        sign = _sign("gauge", _("Manual control"))
        return f' {_PRESSED} href="{url}', f'" {sign}</a>'

    @cached_property
    def _labelled(self) -> tuple[str, str]:
        """Return the beginnings of the cells of plan and expected: on a phone they stand without their heading."""
        opened = '<td class="num labelled" data-label="{}">'
        return opened.format(escape(_("Plan"))), opened.format(escape(_("To date")))

    @cached_property
    def opened(self) -> dict[str, SafeString]:
        """Return the beginnings of the other cells: the one sorted by is seen on a phone too."""
        found = dict.fromkeys(SORTS, SafeString('<td class="num">'))
        label = next((label for key, label in columns(True, self.numbers.unit) if key == self.sorted_by), "")
        return found | {self.sorted_by: SafeString(f'<td class="num labelled" data-label="{escape(label)}">')}

    def cells(self, row: Row, bullet: str = "", how_id: str = "how-all") -> SafeString:
        """Return the figures of a row; the whole has no bullet: beside it every row would be a dot."""
        said, figures = self._said(row.figures, how_id), row.figures
        opened = self.opened
        pace = f"{opened['pace']}{said['landing']}</td>{opened['needed']}{said['need']}</td>" if self.is_open else ""
        return SafeString(
            f"{self._labelled[0]}{said['plan']}{_remarks(figures)}</td>{self._labelled[1]}{said['due']}</td>"
            f'<td class="num m2"><a class="figure" href="{self.drills(row)}">{said["fact"]}</a></td>'
            f"{opened['gap']}{said['gap']}</td>"
            f'<td class="num m4">{said["deviation"]}</td><td class="m3">{bullet}</td>'
            f"{opened['done']}{said['done']}</td>{opened['share']}{said['share']}</td>{pace}"
        )

    def _said(self, figures: Figures, how_id: str) -> dict[str, str]:
        fmt, numbers = self.numbers.fmt, self.numbers
        return {
            "plan": numbers(figures.amount),
            "due": numbers(figures.expected),
            "fact": numbers(figures.fact),
            "gap": numbers.short(figures.gap),
            "deviation": self._deviation(figures, how_id),
            "done": fmt.percent(figures.attainment, 1),
            "share": fmt.share(figures.share),
            "need": numbers(figures.needed) if figures.needed else formats.DASH,
            "landing": numbers.rough(figures.landing),
        }

    def _deviation(self, figures: Figures, how_id: str) -> SafeString:
        shown = marks.deviation(figures.deviation, self.tolerance, fmt=self.numbers.fmt)
        sentence = self.how(figures)
        return marks.explained(shown, sentence, how_id) if sentence else shown

    def _bullet(self, figures: Figures) -> str:
        if figures.fact is None and figures.amount is None:
            return ""
        due = figures.expected if self.is_open else None
        return marks.bullet(max(figures.fact or ZERO, ZERO), figures.amount, due, top=self.top)

    def segment(self, segment: Segment) -> dict[str, Any]:
        return {
            "name": segment.name,
            **self._said(segment.figures, f"how-segment-{segment.id}"),
            "drill": self.drills(segment=segment.id),
        }

    def heat(self) -> Mapping[str, Any]:
        """Return the map of rows by segments: the deviation, and where nothing is planned the fact's share."""
        if not self.shown.segments or len(self.shown.rows) < 2:
            return {}
        columns = self.shown.segments[:MOST_COLUMNS]
        rows = [(row.name, [self._heat_cell(row, column.id) for column in columns]) for row in self.shown.rows]
        more = len(self.shown.segments) > MOST_COLUMNS
        return {"columns": [column.name for column in columns], "rows": rows, "more": more}

    def heat_table(self) -> Mapping[str, Any]:
        """Return the map with its rows as markup, for the page."""
        found = self.heat()
        if not found:
            return {}
        return {**found, "rows": SafeString("".join(_heat_row(name, cells) for name, cells in found["rows"]))}

    def _heat_cell(self, row: Row, segment: int) -> tuple[str, str, str]:
        """Return the cell's tone, text and address."""
        cell, fmt = row.segments.get(segment), self.numbers.fmt
        if cell is None or cell.fact is None:
            return "none", formats.DASH, ""
        url = self.drills(row, segment)
        if cell.deviation is None:
            return marks.heat_share(cell.share), fmt.share(cell.share), url
        sign = {"under": " ▼", "over": " ▲"}.get(cell.mark, "")
        text = fmt.deviation(cell.deviation) + sign
        return marks.heat(cell.deviation, self.tolerance), text, url


_PRESSED = '<a class="btn quiet icon-only"'


def _sign(name: str, words: str) -> str:
    """Return the rest of a link that shows a sign and says words: spelt out, they would push the figures aside."""
    said = escape(words)
    return f'title="{said}">{icon(name)}<span class="sr">{said}</span>'


def _heat_row(name: str, cells: list[tuple[str, str, str]]) -> str:
    """Addresses are markup already, tones and numbers have nothing to escape."""
    drawn = [
        f'<td class="{tone}"><a class="figure" href="{url}">{text}</a></td>'
        if url
        else f'<td class="{tone}">{text}</td>'
        for tone, text, url in cells
    ]
    return f'<tr><th scope="row">{escape(name)}</th>{"".join(drawn)}</tr>'


def _remarks(figures: Figures) -> str:
    """Return signs beside a plan; what they mean is said in words, to the ear too and once under the table."""
    plan = figures.plan
    if plan is None or not (plan.derived or plan.partial):
        return ""
    marked = [
        (sign, words) for (sign, words), is_so in zip(remarks(), (plan.derived, plan.partial), strict=True) if is_so
    ]
    return "".join(
        f' <span aria-hidden="true">{sign}</span><span class="sr">, {escape(words)}</span>' for sign, words in marked
    )


def remarks() -> list[tuple[str, str]]:
    return [("≈", _("a share of a longer plan")), ("*", _("for a part of the period"))]


def legend(shown: Board) -> list[tuple[str, str]]:
    """Return the signs that stand in the tables, with what they mean."""
    every = [shown.total.figures, *(row.figures for row in shown.rows), *(one.figures for one in shown.segments)]
    lines = [figures.plan for figures in every if figures.plan is not None]
    used = (any(line.derived for line in lines), any(line.partial for line in lines))
    return [each for each, is_so in zip(remarks(), used, strict=True) if is_so]
