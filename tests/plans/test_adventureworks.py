"""AdventureWorks cut every way; its 163 pairs go through the wizard in tests/files/test_import_adventureworks.py."""

from __future__ import annotations

from datetime import date

import pytest
from ledger import fresh
from plans import adventureworks
from shared_data import needs

from otdel.plans.queries.board import BoardQuery, board

pytestmark = [pytest.mark.django_db, pytest.mark.slow, needs("adventureworks")]
TODAY = date(2020, 9, 1)


def test_every_cut_adds_up_to_the_whole():
    works = adventureworks.load()
    director = fresh(works.director)

    for cut in ("product_group", "client_segment", "region", "channel", "new"):
        shown = board(director, BoardQuery(adventureworks.QUARTERS[5], metric="shipments", cut=cut), TODAY)
        assert sum(segment.figures.fact for segment in shown.segments) == shown.total.figures.fact
        for row in shown.rows:
            assert sum(cell.fact for cell in row.segments.values()) == row.figures.fact
