"""The parts in a real browser: nothing serious for axe, nothing wider than the screen, keys and menus work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from people import Firm
from playwright.sync_api import Page, expect


@pytest.mark.parametrize(("language", "theme"), [("ru", "light"), ("en", "dark"), ("ru", "dark"), ("en", "light")])
def test_gallery_is_accessible_and_fits(
    opened: Callable[..., Page],
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    picture: Callable[..., Path],
    firm: Firm,
    language: str,
    theme: str,
) -> None:
    for width in (390, 1440):
        page = opened("/gallery/", firm.olga, width=width, language=language, theme=theme)

        picture(page, str(width))
        fits(page)
        axe(page)


def test_gallery_fits_every_width(opened: Callable[..., Page], fits: Callable[[Page], None], firm: Firm) -> None:
    page = opened("/gallery/", firm.olga, language="ru")

    for width in (360, 500, 768, 1024, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        fits(page)


def test_fingers_find_their_targets(opened: Callable[..., Page], firm: Firm) -> None:
    page = opened("/gallery/", firm.olga, width=390, language="ru")

    small = page.evaluate(
        """[...document.querySelectorAll(`.btn, .rail a, .rail summary, .top summary, select, .tabs a,
        input:not([type=checkbox], [type=radio])`)].filter(each => each.checkVisibility())
        .map(each => [each.outerHTML.slice(0, 120), each.getBoundingClientRect().height])
        .filter(([, height]) => height < 43.5)"""
    )

    assert small == []


def test_keys_open_the_sheet_of_keys(opened: Callable[..., Page], firm: Firm) -> None:
    page = opened("/gallery/", firm.olga)
    page.evaluate("document.activeElement.blur()")

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()

    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "TR"


def test_theme_changes_at_once_and_stays(opened: Callable[..., Page], firm: Firm) -> None:
    page = opened("/gallery/", firm.olga, theme="light")

    page.click(".me > summary")
    page.click("button[name=theme][value=dark]")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_chart_turns_into_its_table_and_back(opened: Callable[..., Page], firm: Firm) -> None:
    page = opened("/gallery/", firm.olga)
    figure = page.locator("figure[data-chart=cumulative]")

    expect(figure.locator("canvas")).to_be_visible()
    figure.get_by_role("button").click()
    expect(figure.locator("table")).to_be_visible()
    expect(figure.locator("canvas")).to_be_hidden()
    figure.get_by_role("button").click()
    expect(figure.locator("canvas")).to_be_visible()


def test_dialog_traps_nobody(opened: Callable[..., Page], axe: Callable[[Page], None], firm: Firm) -> None:
    page = opened("/gallery/", firm.olga)

    page.click("[data-opens=sample]")
    expect(page.locator("#sample")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(page.locator("#sample")).to_be_hidden()


def test_menus_close_by_escape_and_by_a_click_outside(opened: Callable[..., Page], firm: Firm) -> None:
    page = opened("/gallery/", firm.olga)
    menu = page.locator(".pick").first

    menu.locator("summary").click()
    expect(menu.locator(".menu-list")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.locator(".menu-list")).to_be_hidden()
    menu.locator("summary").click()
    page.locator("h1").click()
    expect(menu.locator(".menu-list")).to_be_hidden()


def test_file_dropped_or_chosen_is_named(opened: Callable[..., Page], firm: Firm) -> None:
    page = opened("/gallery/", firm.olga)

    page.set_input_files("[data-drop] input", {"name": "plan.csv", "mimeType": "text/csv", "buffer": b"a;b"})

    expect(page.locator("[data-drop] .chosen")).to_contain_text("plan.csv")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_refusal_is_a_page(
    opened: Callable[..., Page], axe: Callable[[Page], None], picture: Callable[..., Path], firm: Firm, language: str
) -> None:
    page = opened("/nowhere/", firm.olga, language=language)

    picture(page)
    expect(page.locator("[data-problem]")).to_be_visible()
    axe(page)
