from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.utils.translation import override
from people import NOW, Firm, make_firm

from otdel.core.errors import Invalid
from otdel.core.periods import Period
from otdel.interfaces.files import plan_workbook
from otdel.org.models import Person
from otdel.plans import actions
from otdel.plans.queries.grid import Grid, grid
from otdel.plans.rules import LineKey

APRIL = (date(2026, 4, 1), date(2026, 5, 1))
MAY = (date(2026, 5, 1), date(2026, 6, 1))


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def firm(db) -> Firm:
    return make_firm()


@pytest.fixture
def shown(firm) -> Grid:
    north, anna = firm.north.pk, firm.anna.pk
    boris = Person.objects.select_related("role").get(pk=firm.boris.pk)
    plan = actions.create_plan(
        by=boris, metric="payments", unit_id=north, period=Period.parse("2026-Q2"),
        amounts={
            (LineKey(north), *APRIL): Decimal("1000.10"),
            (LineKey(north, anna), *APRIL): Decimal("400.05"),
            (LineKey(north, anna), *MAY): Decimal(300),
        },
        now=NOW,
    )  # fmt: skip
    return grid(boris, plan.pk)


def saved(tmp_path: Path, shown: Grid, edit=lambda sheet: None) -> Path:
    """Save the workbook as a person would, after editing it in another program."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(plan_workbook.write(shown, "Plan"))
    book = openpyxl.load_workbook(path)
    edit(book.active)
    book.save(path)
    return path


def test_unchanged_workbook_changes_nothing(tmp_path, shown):
    assert plan_workbook.read(saved(tmp_path, shown), shown) == plan_workbook.Reading([], [])


def test_workbook_shows_names_periods_and_sums(tmp_path, shown):
    sheet = openpyxl.load_workbook(saved(tmp_path, shown)).active
    assert [cell.value for cell in sheet[2]][1:5] == ["Department, employee", "Segment", "April 2026", "May 2026"]
    assert sheet.cell(3, 4).value == 1000.1
    assert sheet.cell(4, 6).value == "=SUM(D4:E4)"
    assert sheet.row_dimensions[1].hidden


def test_edited_added_and_emptied_cells_are_differences(tmp_path, shown, firm):
    def edit(sheet):
        sheet.cell(4, 4).value = "1 250,5"
        sheet.cell(4, 5).value = None
        sheet.cell(5, 4).value = 77

    reading = plan_workbook.read(saved(tmp_path, shown, edit), shown)
    found = {(d.label, str(d.period)): (d.change.seen, d.change.amount) for d in reading.differences}
    assert reading.problems == []
    assert found == {
        ("Abramova Anna", "2026-04"): (Decimal("400.05"), Decimal("1250.5")),
        ("Abramova Anna", "2026-05"): (Decimal(300), None),
        ("Belov Boris", "2026-04"): (None, Decimal(77)),
    }


def test_rows_may_be_sorted_and_left_out(tmp_path, shown):
    def edit(sheet):
        sheet.delete_rows(3)
        sheet.cell(3, 4).value = 1

    reading = plan_workbook.read(saved(tmp_path, shown, edit), shown)
    assert [(d.label, d.change.amount) for d in reading.differences] == [("Abramova Anna", Decimal(1))]


def test_what_is_no_sum_is_named_and_the_rest_is_taken(tmp_path, shown):
    def edit(sheet):
        sheet.cell(4, 4).value = "a lot"
        sheet.cell(5, 4).value = 5
        sheet.cell(9, 2).value = "Nobody"
        sheet.cell(9, 4).value = 5

    reading = plan_workbook.read(saved(tmp_path, shown, edit), shown)
    assert len(reading.differences) == 1
    assert "Row 4, April 2026: «a lot» is not a sum." in reading.problems
    assert any(problem.startswith("Row 9 has no key") for problem in reading.problems)


def test_other_workbooks_are_refused_with_a_sentence(tmp_path, shown):
    book = openpyxl.Workbook()
    book.active["A1"] = "Hello"
    path = tmp_path / "other.xlsx"
    book.save(path)
    with pytest.raises(Invalid, match="not downloaded from a plan"):
        plan_workbook.read(path, shown)
    other = saved(tmp_path, shown, lambda sheet: setattr(sheet["A1"], "value", "otdel-plan 999999"))
    with pytest.raises(Invalid, match="another plan"):
        plan_workbook.read(other, shown)
    path.write_bytes(b"\x00\x01 not a workbook")
    with pytest.raises(Invalid):
        plan_workbook.read(path, shown)


def test_a_change_survives_the_page_of_differences(tmp_path, shown):
    reading = plan_workbook.read(saved(tmp_path, shown, lambda sheet: setattr(sheet["D4"], "value", 5)), shown)
    (difference,) = reading.differences
    change = difference.change
    text = f"{change.key}|{difference.period}|{change.seen}|{change.amount}"
    assert plan_workbook.change_of(text) == change
    with pytest.raises(Invalid):
        plan_workbook.change_of("1|2|3")
