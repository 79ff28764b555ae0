"""The board in a real browser, in both languages, themes and widths: readable, no wider than the screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from ledger import make_customer
from people import NOW, Firm
from playwright.sync_api import Page, expect

from otdel.billing.models import Payment
from otdel.core.periods import Kind, Period
from otdel.customers.models import Region
from otdel.plans.models import Plan, PlanLine


@pytest.fixture
def board(firm: Firm) -> Firm:
    today = date.today()
    for period in (Period.of(Kind.MONTH, today), Period.of(Kind.MONTH, today).previous):
        plan = Plan.objects.create(
            metric="payments", unit=firm.north, starts_on=period.start, ends_on=period.end, status="APPROVED",
            author=firm.boris, approved_by=firm.olga, approved_at=NOW, created_at=NOW,
        )  # fmt: skip
        for person, amount in ((firm.anna, 2_100_000), (firm.boris, 1_050_000)):
            PlanLine.objects.create(
                plan=plan, metric="payments", unit=firm.north, person=person, amount=amount,
                starts_on=period.start, ends_on=period.end, is_effective=True,
            )  # fmt: skip
    volga = Region.objects.create(name="Поволжье")
    customer = make_customer(firm.anna, "Лютик", region=volga)
    Payment.objects.bulk_create(
        Payment(
            owner=firm.anna, unit=firm.north, amount=60_000 + number, paid_on=today - timedelta(days=number),
            customer=customer, created_at=NOW, updated_at=NOW,
        )
        for number in range(60)
    )  # fmt: skip
    return firm


@pytest.mark.parametrize(("language", "theme"), [("ru", "light"), ("en", "dark")])
@pytest.mark.parametrize("address", ["/plan/?cut=region", "/plan/rows/", "/plan/quality/"])
def test_the_board_is_accessible_and_fits(
    opened: Callable[..., Page], axe, fits, picture, board: Firm, language: str, theme: str, address: str
) -> None:
    for width in (390, 1440):
        page = opened(address, board.boris, width=width, language=language, theme=theme)
        picture(page, str(width))
        fits(page)
        axe(page)


def test_from_the_board_to_the_records_and_back(opened: Callable[..., Page], board: Firm) -> None:
    page = opened("/plan/", board.boris)

    page.get_by_role("link", name="Abramova A.").click()
    expect(page.locator(".picks summary").first).to_contain_text("Abramova A.")
    page.locator(".kpi a").first.click()
    expect(page.locator("tbody tr").first).to_contain_text("Лютик")
    page.locator(".crumbs a").first.click()
    expect(page.locator(".picks summary").first).to_contain_text("Abramova A.")


def test_periods_are_changed_from_the_top_bar(opened: Callable[..., Page], board: Firm) -> None:
    page = opened("/plan/", board.boris)
    last = Period.of(Kind.MONTH, date.today()).previous

    page.locator(".picks summary").nth(1).click()
    page.locator(f'.picks a[href*="period={last}"]').first.click()

    expect(page.locator(".lead")).to_contain_text("The period is closed")
