"""Money in a real browser: lines add up as they are typed, suggestions come, nothing serious for axe."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from ledger import fresh, line, make_customer, make_invoice, pay
from people import NOW, TODAY, Firm
from playwright.sync_api import Page, expect

from otdel.activities import actions as activities
from otdel.activities.rules import ActivityValues
from otdel.billing import actions
from otdel.billing.models import Invoice
from otdel.billing.rules import ProductValues, ShipmentValues


@pytest.fixture
def pages(firm: Firm) -> list[str]:
    """Addresses of every page, with something on each."""
    lutik, olga = make_customer(firm.anna, "Лютик"), fresh(firm.olga)
    invoice = make_invoice(firm, lutik, 100, "2026-01-01", due_on=TODAY)
    payment = pay(firm, lutik, 30)
    values = ShipmentValues(shipped_on=TODAY, customer_id=lutik.pk)
    shipment = actions.record_shipment(by=olga, values=values, lines=[line(2, 50, cost=Decimal(60))], now=NOW)
    group = actions.create_group(by=olga, name="Крепёж", now=NOW)
    actions.create_product(by=olga, values=ProductValues("Болт М6", group_id=group.pk, price=Decimal("1.50")), now=NOW)
    call = activities.log_activity(
        by=fresh(firm.anna), values=ActivityValues("CALL", NOW, subject="Цена", customer_id=lutik.pk), now=NOW
    )
    rooms = ("money/invoices", "money/payments", "money/shipments", "money/products", "deals/activities")
    lists = [f"/{room}/" for room in rooms] + [f"/{room}/new/" for room in rooms]
    cards = [f"/money/invoices/{invoice.pk}/", f"/money/payments/{payment.pk}/", f"/money/shipments/{shipment.pk}/"]
    more = [f"/money/invoices/{invoice.pk}/edit/", f"/deals/activities/{call.pk}/", "/money/products/groups/"]
    return ["/money/", *lists, *cards, *more]


@pytest.mark.parametrize(("width", "language", "theme"), [(1440, "ru", "light"), (390, "en", "dark")])
def test_pages_fit_and_have_no_barriers(
    opened: Callable[..., Page],
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    firm: Firm,
    pages: list[str],
    width: int,
    language: str,
    theme: str,
) -> None:
    page = opened(pages[0], firm.olga, width=width, language=language, theme=theme)
    for path in pages:
        page.goto(page.url.split("/money/")[0].split("/deals/")[0] + path)
        fits(page)
        axe(page)


def test_lines_add_up_as_they_are_typed(opened: Callable[..., Page], firm: Firm, pages: list[str]) -> None:
    page = opened("/money/invoices/new/", firm.anna)
    page.locator("#id_customer").fill("Лют")
    expect(page.locator("#id_customer_found option")).to_have_count(1)
    page.locator("#id_customer").fill(page.locator("#id_customer_found option").get_attribute("value") or "")
    rows = page.locator("[data-lines] tbody tr")
    expect(rows).to_have_count(1)

    what = rows.nth(0).get_by_label("Product or service")
    what.fill("Болт")
    expect(page.locator("#line-products option")).to_have_count(1)
    what.fill("Болт М6")
    expect(rows.nth(0).get_by_label("Price")).to_have_value("1.5")
    expect(rows).to_have_count(2)
    rows.nth(0).get_by_label("Quantity").fill("1 000")
    rows.nth(0).get_by_label("Quantity").press("Enter")
    expect(rows.nth(1).get_by_label("Quantity")).to_be_focused()
    rows.nth(1).get_by_label("Product or service").fill("Доставка")
    rows.nth(1).get_by_label("Price").fill("350,5")
    expect(page.locator("[data-total]")).to_have_text("1,850.50")
    rows.nth(1).get_by_role("button", name="Remove the line").click()
    expect(page.locator("[data-total]")).to_have_text("1,500.00")
    page.get_by_role("button", name="Save").click()

    page.wait_for_url("**/money/invoices/*/")
    made = Invoice.objects.latest("pk")
    assert (made.amount, made.lines.get().name) == (Decimal(1500), "Болт М6")
