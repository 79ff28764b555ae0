"""The plan grid as a person uses it: keys, a block pasted from Excel, undo, saving, both widths."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from people import NOW, Firm
from playwright.sync_api import Page, expect

from otdel.core.periods import Period
from otdel.org.models import Person
from otdel.plans import actions
from otdel.plans.models import Plan
from otdel.plans.rules import LineKey

MONTHS = [(date(2026, month, 1), date(2026, month + 1, 1)) for month in (4, 5, 6)]


@pytest.fixture
def draft(firm: Firm) -> Plan:
    boris = Person.objects.select_related("role").get(pk=firm.boris.pk)
    amounts = {(LineKey(firm.north.pk), *span): Decimal(900) for span in MONTHS}
    return actions.create_plan(
        by=boris, metric="payments", unit_id=firm.north.pk, period=Period.parse("2026-Q2"), amounts=amounts, now=NOW
    )


def cell(page: Page, row: int, column: int):
    return page.locator(f"input[name=c{row}-{column}]")


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text", text);
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def test_keys_move_and_sums_follow(firm, draft, opened):
    page = opened(f"/plans/{draft.pk}/", firm.boris)
    cell(page, 1, 0).click()
    page.keyboard.type("150,5")
    page.keyboard.press("Enter")
    expect(cell(page, 2, 0)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(cell(page, 1, 1)).to_be_focused()
    cell(page, 1, 0).click()  # takes the whole number: typing replaces it
    page.keyboard.type("70")
    expect(cell(page, 1, 0)).to_have_value("70")


def test_block_from_excel_is_pasted_undone_pasted_and_saved(firm, draft, opened):
    page = opened(f"/plans/{draft.pk}/", firm.boris)
    cell(page, 1, 0).click()
    paste(page, "100\t200\t300\n1 000,50\t\t7\n")
    assert [cell(page, 1, column).input_value() for column in range(3)] == ["100", "200", "300"]
    expect(page.locator("tbody tr").nth(1).locator("[data-sum]")).to_have_text("600")
    page.keyboard.press("Control+z")
    assert cell(page, 1, 0).input_value() == ""
    paste(page, "100\t200\t300\n1 000,50\t\t7\n")
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state("networkidle")
    assert draft.lines.get(person=firm.boris, starts_on=MONTHS[0][0]).amount == Decimal("1000.50")
    assert draft.lines.filter(person=firm.anna).count() == 3
    expect(page.get_by_text("Saved: 5 numbers.")).to_be_visible()


def test_what_is_no_sum_stays_typed_and_marked(firm, draft, opened):
    page = opened(f"/plans/{draft.pk}/", firm.boris)
    cell(page, 1, 0).fill("a lot")
    cell(page, 1, 1).fill("5")
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state("networkidle")
    assert cell(page, 1, 0).input_value() == "a lot"
    assert cell(page, 1, 1).input_value() == "5"
    assert cell(page, 1, 0).get_attribute("aria-invalid") is not None


@pytest.mark.parametrize(("width", "language", "theme"), [(1440, "en", "light"), (390, "ru", "dark")])
def test_pages_of_plans_have_no_barriers(firm, draft, opened, axe, fits, picture, width, language, theme):
    for address in ("/plans/?year=2026", "/plans/new/", f"/plans/{draft.pk}/", f"/plans/{draft.pk}/segment/"):
        page = opened(address, firm.boris, width=width, language=language, theme=theme)
        axe(page)
        fits(page)
        picture(page, address.strip("/").replace("/", "-"))
