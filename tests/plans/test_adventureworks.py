from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from ledger import fresh
from plans import adventureworks
from shared_data import needs

from otdel.interfaces.web import board_files
from otdel.plans.actions.facts import refill
from otdel.plans.queries.board import BoardQuery, board

pytestmark = [pytest.mark.django_db, pytest.mark.slow, needs("adventureworks")]
TODAY = date(2020, 9, 1)


def pairs_on_boards(director, works) -> dict:
    of = {person.pk: key for key, person in works.people.items()}
    found = {}
    for quarter in adventureworks.QUARTERS:
        shown = board(director, BoardQuery(quarter, metric="shipments"), TODAY)
        for row in shown.rows:
            if row.figures.plan is not None:
                found[str(quarter), of[row.id]] = (row.figures.amount, row.figures.fact)
    return found


def test_all_163_pairs_agree_to_the_cent_live_and_kept():
    works = adventureworks.load()
    director = fresh(works.director)
    reference = adventureworks.reference()

    live = pairs_on_boards(director, works)
    refill()
    kept = pairs_on_boards(director, works)

    assert len(reference) == 163
    assert live == reference
    assert kept == reference


def test_all_163_pairs_agree_in_excel_too():
    works = adventureworks.load()
    director = fresh(works.director)
    reference = adventureworks.reference()
    found = {}

    for quarter in adventureworks.QUARTERS:
        shown = board(director, BoardQuery(quarter, metric="shipments"), TODAY)
        by_name = {row.name: key for row in shown.rows for key, who in works.people.items() if who.pk == row.id}
        for name, plan, _expected, fact, *_rest in rows_of(board_files.workbook(shown)):
            if name in by_name and plan is not None:
                found[str(quarter), by_name[name]] = (Decimal(str(plan)), Decimal(str(fact)))

    assert found == reference


def rows_of(content: bytes) -> list[list]:
    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(max_col=7)]
    return rows[6:-1]


def test_every_cut_adds_up_to_the_whole():
    works = adventureworks.load()
    director = fresh(works.director)

    for cut in ("product_group", "client_segment", "region", "channel", "new"):
        shown = board(director, BoardQuery(adventureworks.QUARTERS[5], metric="shipments", cut=cut), TODAY)
        assert sum(segment.figures.fact for segment in shown.segments) == shown.total.figures.fact
        for row in shown.rows:
            assert sum(cell.fact for cell in row.segments.values()) == row.figures.fact


def test_the_eleven_quarters_come_to_84_per_cent():
    works = adventureworks.load()
    rows = [row for (quarter, _), row in pairs_on_boards(fresh(works.director), works).items() if quarter < "2020-Q2"]

    assert len(rows) == 146
    assert sum(fact for _, fact in rows) == Decimal("72005871.91")
    assert sum(plan for plan, _ in rows) == Decimal(85355000)
