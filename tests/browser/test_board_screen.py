"""The board in a real browser, in both languages, themes and widths: readable, no wider than the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from ledger import make_customer
from people import NOW, Firm
from playwright.sync_api import Browser, Page, expect

from otdel.billing.models import Payment
from otdel.core.periods import Kind, Period
from otdel.customers.models import Region
from otdel.plans.models import Plan, PlanLine


@pytest.fixture(autouse=True)
def _amid_a_month() -> Iterator[None]:
    """On the last day of a month nothing is expected any more, and on the first nothing has come yet."""
    with time_machine.travel("2026-03-17T09:00:00Z", tick=True):
        yield


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


@pytest.mark.parametrize("width", [390, 1440])
def test_every_figure_says_how_it_is_made_when_pressed(
    opened: Callable[..., Page], axe, fits, picture, board: Firm, width: int
) -> None:
    page = opened("/plan/?cut=region", board.boris, width=width)
    here = page.url
    figure = page.locator("tbody .how").first
    said = page.locator(f"#{figure.get_attribute('popovertarget')}")

    figure.click()
    expect(said).to_be_visible()
    expect(said).to_contain_text("expected to date; fact")
    expect(said).to_be_focused()
    fits(page)
    axe(page)
    box = said.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] >= 0
    page.keyboard.press("Escape")
    expect(said).not_to_be_visible()
    expect(figure).to_be_focused()
    for key in ("Enter", "Space"):
        figure.press(key)
        expect(said).to_be_visible()
        expect(said).to_be_focused()
        page.keyboard.press("Escape")
        expect(said).not_to_be_visible()
    figure.click()
    picture(page, str(width))
    said.click()
    assert page.url == here, "a press on the sentence does not follow the row under it"


def test_a_finger_opens_how_a_total_is_made_and_a_tap_beside_closes_it(
    browser: Browser, opened: Callable[..., Page], board: Firm
) -> None:
    page = opened("/plan/", board.boris, width=390)
    cookies = page.context.cookies()
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en")
    phone.add_cookies(cookies)
    touched = phone.new_page()
    touched.goto(page.url)
    for figure in touched.locator(".kpi .how").all():
        figure.tap()
        said = touched.locator(f"#{figure.get_attribute('popovertarget')}")
        expect(said).to_be_visible()
        expect(said).to_contain_text("=")
        touched.locator("h1").tap()
        expect(said).not_to_be_visible()
    phone.close()


def test_the_figure_and_its_sentence_are_known_to_a_screen_reader(opened: Callable[..., Page], board: Firm) -> None:
    page = opened("/plan/", board.boris)
    figure = page.locator(".kpi").nth(1).get_by_role("button")
    expect(page.get_by_role("note")).to_have_count(0)
    figure.press("Enter")
    expect(page.get_by_role("note")).to_have_count(1)
    expect(page.get_by_role("note")).to_contain_text("expected to date")
